"""Draws the cards of the sample campaign's slogans in five formats; prints the seconds and how many. With `on`, again and again."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from outreach.art.formats import SCREENS
from outreach.art.piece import Piece
from outreach.art.portfolio import Portfolio, slogan_of
from outreach.art.studio import Form
from outreach.content.reader import read_campaign

SAMPLE = Path(__file__).parents[2] / "messages" / "2022-binh-dang-gioi"


def pieces(portfolio: Portfolio, slogans: Sequence[str]) -> list[Piece]:
    """Every slogan in every format for screens, in turn in both themes."""
    themes = portfolio.wardrobe.names()
    return [
        portfolio.piece(slogan, form, themes[number % len(themes)])
        for form in SCREENS
        for number, slogan in enumerate(slogans)
    ]


def draw(*, again_and_again: bool) -> tuple[float, int]:
    """How long all of them took, and how many they are; nothing is left of an earlier round."""
    content = read_campaign(SAMPLE)
    assert content.campaign is not None
    slogans = [slogan_of(message) for message in content.messages]
    while True:
        with (
            tempfile.TemporaryDirectory() as folder,
            Portfolio(content.campaign, SAMPLE, Path(folder)) as portfolio,
        ):
            begin = time.perf_counter()
            wanted = pieces(portfolio, slogans)
            for number, piece in enumerate(wanted):
                portfolio.make(piece, Form.PICTURE)
                if again_and_again and number == 0:
                    print("ready", flush=True)
        if not again_and_again:
            return time.perf_counter() - begin, len(wanted)


if __name__ == "__main__":
    print(*draw(again_and_again="on" in sys.argv))
