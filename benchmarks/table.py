"""One table of what was measured: a line a promise, and whether it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = ("scenario", "ours", "the other", "ratio", "target", "")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured promise; the texts carry their units. `met` is None where nothing was promised."""

    scenario: str
    ours: str
    other: str = ""
    ratio: str = ""
    target: str
    met: bool | None

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        verdict = {True: "met", False: "NOT MET", None: ""}[self.met]
        return (self.scenario, self.ours, self.other, self.ratio, self.target, verdict)


def as_table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table whose columns stand under each other."""
    lines = [_HEAD, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEAD))]
    rule = tuple("-" * width for width in widths)
    return "\n".join(_line(cells, widths) for cells in (lines[0], rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
