"""What the sample campaign's artwork looks like, as hashes: `python -m tests.art.golden` writes them anew after a look at every page."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

from outreach.art.piece import Piece
from outreach.art.portfolio import Portfolio
from outreach.art.studio import Form
from outreach.domain.message import Kind
from tests.art.sample import content, portfolio

GOLDEN = Path(__file__).with_name("golden.json")
LONGEST_SIDE = 800
"""Pixels of a page of which the hash is taken."""


def pieces(sample: Portfolio) -> Iterator[tuple[str, Piece]]:
    """Every banner of the sample campaign, in every format and both themes, by name."""
    for message in content().messages:
        if message.kind is Kind.BANNER:
            for theme in sample.wardrobe.names():
                for form in sample.formats(message):
                    piece = sample.of(message, form, theme)
                    yield f"{message.id}/{piece.name}", piece


def file_of(sample: Portfolio, piece: Piece) -> bytes:
    return sample.make(piece, Form.PRINT if piece.format.printed else Form.PICTURE)


def page_of(pdf: bytes) -> bytes:
    """The only page of a PDF as pixels."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    page = document[0]
    bitmap = page.render(scale=LONGEST_SIDE / max(page.get_size()))
    pixels = bytes(bitmap.buffer)
    document.close()
    return pixels


def hash_of(made: bytes) -> str:
    """Of a picture the bytes, of what is printed the bytes and the page that they show."""
    shown = page_of(made) if made.startswith(b"%PDF") else b""
    return hashlib.sha256(made + shown).hexdigest()[:24]


def hashes(sample: Portfolio) -> dict[str, str]:
    """All of them by name."""
    return {name: hash_of(file_of(sample, piece)) for name, piece in pieces(sample)}


def known_hashes() -> dict[str, str]:
    """Those of the pages that people have looked at."""
    found: dict[str, str] = json.loads(GOLDEN.read_text("utf-8"))
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, portfolio(Path(folder)) as opened:
        GOLDEN.write_text(json.dumps(hashes(opened), indent=1) + "\n", "utf-8")
    sys.stdout.write(f"{GOLDEN}\n")
