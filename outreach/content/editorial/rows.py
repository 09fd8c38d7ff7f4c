"""One row of a calendar, asked by what its columns mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from outreach.content.editorial.columns import Columns, plain
from outreach.content.editorial.sheets import Cell
from outreach.domain.problem import Place

_TOTAL = re.compile(r"(?:tổng|cộng|total)\b", re.IGNORECASE)
LONGEST_TITLE = 150
NO = frozenset({"", "0", "-", "–", "không", "no", "false"})
"""What stands in a column of marks where the message does not go."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """The cells of one row; what has no column is empty."""

    cells: Sequence[Cell]
    columns: Columns

    def cell(self, name: str) -> Cell | None:
        """The cell of that meaning, None when there is no such column."""
        return self.columns.of(self.cells, name)

    def words(self, name: str) -> str:
        """Its text in one line."""
        cell = self.cell(name)
        return cell.words if cell else ""

    def place(self, name: str) -> Place:
        """Its place; that of the row's first cell when there is no such column."""
        return (self.cell(name) or self.cells[0]).place

    @property
    def channels(self) -> Cell | None:
        """The names of its channels, from their own column or from the columns with marks; None when there are none."""
        named = self.cell("channels")
        if named and not named.is_empty:
            return named
        ticked = [
            (self.cells[number].place, name)
            for number, name in self.columns.ticks.items()
            if plain(self.cells[number].words) not in NO
        ]
        if not ticked:
            return None
        return Cell(value=", ".join(name for _, name in ticked), place=ticked[0][0])

    def formulas(self) -> list[Cell]:
        """The cells whose formula has no result in the file."""
        known = (self.cells[number] for number in sorted(self.columns.places.values()))
        return [cell for cell in known if cell.formula]

    @property
    def title(self) -> str:
        """The title, or the first line of the text."""
        text = self.cell("text")
        first = str(text.value or "").strip().split("\n")[0] if text else ""
        return self.words("title") or " ".join(first.split())[:LONGEST_TITLE]

    @property
    def body(self) -> str:
        """The text in paragraphs, or the title alone."""
        text = self.cell("text")
        lines = [line.strip() for line in str(text.value or "").splitlines()] if text else []
        return "\n\n".join(line for line in lines if line) or self.title


def is_empty(row: Sequence[Cell]) -> bool:
    """Nothing in it, or only the sum of a column."""
    filled = [cell for cell in row if not cell.is_empty]
    return not filled or bool(_TOTAL.match(filled[0].words))
