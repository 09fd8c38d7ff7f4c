"""A document as PDF/A, and its charts as pictures, set by Typst with the faces that we ship."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from outreach.reports.official.document import Block, Chart, Document, Grid, Heading
from outreach.reports.official.missing import needed
from outreach.reports.official.speech import Speaker

if TYPE_CHECKING:
    import typst

STANDARD: Final = "a-2a"
"""PDF/A-2, level A: fonts embedded, text tagged, nothing that needs the network."""

CHART_PPI = 220.0
HERE = Path(str(resources.files(__package__)))
FONTS = HERE / "fonts"


def to_pdf(document: Document) -> bytes:
    """The document as PDF/A-2a; the same document gives the same bytes. Raises `NotInstalled`."""
    compiler = _compiler("document.typ", _plain(document))
    stamp = int(document.moment.timestamp())
    return cast("bytes", compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=stamp))


def to_picture(chart: Chart) -> bytes:
    """The chart as PNG, as wide as the text. Raises `NotInstalled`."""
    compiler = _compiler("chart_page.typ", {"bars": [asdict(bar) for bar in chart.bars]})
    return cast("bytes", compiler.compile(format="png", ppi=CHART_PPI))


def _compiler(template: str, values: Any) -> typst.Compiler:
    told = json.dumps(values, ensure_ascii=False)
    make: Callable[..., typst.Compiler] = needed("typst").Compiler
    return make(HERE / template, root=HERE, font_paths=_fonts(), sys_inputs={"data": told})


@cache
def _fonts() -> typst.Fonts:
    """Only our own faces: what the machine has must not change a document."""
    fonts: typst.Fonts = needed("typst").Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return fonts


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
        "left": [column.key in grid.left for column in grid.table.columns],
        "total": grid.total,
    }
