"""Tables as an Excel workbook, one sheet each: numbers stay numbers, and no cell is ever run as a formula, nor after an edit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from outreach.domain.text import Text
from outreach.extras import needed
from outreach.locale import translate
from outreach.reports.cells import to_words
from outreach.reports.formats import FORMULA_STARTS
from outreach.reports.packed import repacked
from outreach.reports.table import Column, Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

WIDEST = 60
LONGEST_NAME = 31
"""Excel's limit for the name of a sheet, in characters."""

Value = str | int | float | datetime | None

_NOT_IN_NAMES = str.maketrans("", "", r"[]:*?/\'")


def to_xlsx(tables: Sequence[Table], language: str, moment: datetime) -> bytes:
    """The workbook; the same tables and `moment` (aware) give the same bytes. Raises `NotInstalled`."""
    book = needed("openpyxl").Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table, language, book.sheetnames))
        _fill(sheet, table, language)
    written = io.BytesIO()
    book.save(written)
    return repacked(written.getvalue(), moment)


def _sheet_name(table: Table, language: str, taken: Sequence[str]) -> str:
    name = translate(table.title, language).translate(_NOT_IN_NAMES)[:LONGEST_NAME].strip()
    return name if name and name not in taken else f"{name[: LONGEST_NAME - 3]} {len(taken) + 1}"


def _fill(sheet: Worksheet, table: Table, language: str) -> None:
    styles = needed("openpyxl.styles")
    heads = [translate(column.title, language) for column in table.columns]
    rows = [[_cell(row.get(c.key), c, language) for c in table.columns] for row in table.rows]
    lines: list[list[Value]] = [[*heads], *rows]
    for number, row in enumerate(lines, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(FORMULA_STARTS)
            cell.alignment = styles.Alignment(wrap_text=True, vertical="top")
            cell.font = styles.Font(name="Times New Roman", size=12, bold=number == 1)
            if isinstance(value, datetime):
                cell.number_format = "dd/mm/yyyy hh:mm:ss"
    sheet.freeze_panes = "A2"
    _set_widths(sheet, lines)


def _cell(cell: Any, column: Column, language: str) -> Value:
    """Excel knows no time zones: instants are the local times that they already are."""
    match cell:
        case bool() | Text():
            return to_words(cell, language)
        case None | int() | float():
            return cell
        case datetime():
            return cell.replace(tzinfo=None, microsecond=0)
        case _:
            return to_words(cell, language, seconds=column.seconds)


def _set_widths(sheet: Worksheet, rows: Sequence[Sequence[Any]]) -> None:
    letter = needed("openpyxl.utils").get_column_letter
    for place, cells in enumerate(zip(*rows, strict=True), start=1):
        longest = max(len(str(cell)) for cell in cells if cell is not None)
        sheet.column_dimensions[letter(place)].width = min(longest + 3, WIDEST)
