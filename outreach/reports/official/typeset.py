"""A document as PDF/A, and its charts as pictures, set by Typst with the faces that we ship."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from typing import Any, Final

from outreach.extras import needed
from outreach.reports.cells import harmless
from outreach.reports.official.document import Block, Chart, Document, Grid, Heading
from outreach.reports.official.speech import Speaker
from outreach.typesetting.fonts import face
from outreach.typesetting.press import Press

STANDARD: Final = "a-2a"
"""PDF/A-2, level A: fonts embedded, text tagged, nothing that needs the network."""

CHART_PPI = 220.0
PARTS = "parts.typ"
FACE = "Tinos-400Regular"
REPLACED = "\ufffd"


def to_pdf(document: Document) -> bytes:
    """The document as PDF/A-2a; the same document gives the same bytes. Raises `NotInstalled`."""
    with _press("document.typ") as press:
        values = _drawable(_plain(document))
        return press.pdf("document.typ", values, standards=[STANDARD], at=document.moment)


def to_picture(chart: Chart) -> bytes:
    """The chart as PNG, as wide as the text. Raises `NotInstalled`."""
    values: Mapping[str, Any] = _drawable({"bars": [asdict(bar) for bar in chart.bars]})
    with _press("chart_page.typ") as press:
        return press.png("chart_page.typ", values, ppi=CHART_PPI)[0]


def _press(template: str) -> Press:
    needed("typst")
    here = resources.files(__package__)
    return Press({name: here.joinpath(name).read_bytes() for name in (template, PARTS)})


def _plain(document: Document) -> dict[str, Any]:
    say = Speaker(document.language)
    return {
        "language": document.language,
        "title": document.title,
        "author": document.author,
        "head": asdict(document.head) if document.head else None,
        "foot": asdict(document.foot) if document.foot else None,
        "blocks": [_block(block, say) for block in document.blocks],
        "annexes": [
            {
                "name": annex.name,
                "title": annex.title,
                "reference": annex.reference,
                "grid": _grid(annex.grid, say),
            }
            for annex in document.annexes
        ],
    }


def _block(block: Block, say: Speaker) -> dict[str, Any]:
    if isinstance(block, Grid):
        return {"kind": "grid", **_grid(block, say)}
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "words": block.words}
    if isinstance(block, Chart):
        bars = [asdict(bar) for bar in block.bars]
        return {"kind": "chart", "caption": block.caption, "bars": bars}
    return {"kind": "paragraph", "words": block.words}


def _grid(grid: Grid, say: Speaker) -> dict[str, Any]:
    return {
        "caption": grid.caption,
        "heads": say.heads(grid),
        "rows": say.rows(grid),
        "widths": list(grid.widths),
        "left": [column.key in grid.left for column in grid.columns],
        "total": grid.total,
    }


def _drawable(value: Any) -> Any:
    """The same with words that our faces can draw: one letter that they cannot would be no PDF/A, and so no report."""
    match value:
        case str():
            return in_our_letters(value)
        case dict():
            return {key: _drawable(each) for key, each in value.items()}
        case list() | tuple():
            return [_drawable(each) for each in value]
        case _:
            return value


def in_our_letters(words: str) -> str:
    """Little pictures are left out; a letter or sign that our faces have not is a question mark."""
    known, said = face(FACE), harmless(words)
    drawn = "".join(letter if known.has(letter) else _instead(letter) for letter in said)
    return drawn if drawn == words else re.sub(" {2,}", " ", drawn).strip()


def _instead(letter: str) -> str:
    return "?" if letter == REPLACED or unicodedata.category(letter)[0] in "LNP" else ""
