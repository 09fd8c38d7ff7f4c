"""One piece of artwork: a slogan in a theme and a format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from outreach.art.formats import BLEED, Format
from outreach.art.themes import Theme
from outreach.art.wording import Wording
from outreach.domain.artwork import spoken
from outreach.typesetting.breaking import Word, splits, words
from outreach.typesetting.fonts import DISPLAY, face


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What is to be made. `slogan` may hold the marks of `breaking`; `maker` stands at the edge of what is printed."""

    slogan: str
    theme: Theme
    format: Format
    wording: Wording
    maker: str = ""
    compounds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its file's name without the ending; what is printed says its scale."""
        scale = f"-1-{self.format.scale}" if self.format.printed else ""
        return f"{self.format.name}-{self.theme.name}{scale}"

    def values(self, *, for_print: bool = False, cmyk: bool = False) -> dict[str, Any]:
        """What its template is given; lengths in points of the file. Bleed and marks are only `for_print`."""
        form, found = self.format, words(self.slogan, self.compounds)
        parted = splits(found, face(DISPLAY), capitals=self.theme.capitals)
        inks = self.theme.inks if cmyk else self.theme.colours
        return self.wording.values(spoken(self.slogan)) | {
            "w": form.width * form.points,
            "h": form.height * form.points,
            "bleed": BLEED * form.points if for_print and form.printed else 0,
            "printed": form.printed,
            "safe": form.safe,
            "flat": cmyk,
            "colours": {name: list(c) if cmyk else c for name, c in inks.items()},
            "words": [_word(word) for word in found],
            "splits": [{"cost": s.cost, "cuts": [list(cut) for cut in s.cuts]} for s in parted],
            "maker": self.maker if form.printed else "",
            "logo": self.wording.logo,
            "qr": qr_rows(self.wording.page) if form.printed and self.wording.page else [],
        }


def document(
    pieces: Sequence[Piece], *, for_print: bool = False, cmyk: bool = False
) -> dict[str, Any]:
    """The values of a document with a page for each piece; all of one theme and campaign."""
    first = pieces[0]
    return {
        "title": spoken(first.slogan),
        "office": first.wording.office,
        "language": first.wording.language,
        "pieces": [piece.values(for_print=for_print, cmyk=cmyk) for piece in pieces],
    }


@cache
def qr_rows(address: str) -> list[str]:
    """The QR code of an address: a string of 0 and 1 for each row."""
    import segno  # noqa: PLC0415 - part of an extra

    return ["".join(map(str, row)) for row in segno.make(address, error="m", micro=False).matrix]


def _word(word: Word) -> dict[str, Any]:
    return {"t": word.text, "s": word.stressed}
