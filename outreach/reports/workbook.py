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

A4 = 9
"""What Excel calls that paper."""

BARS = "8A1C1C"
"""The colour of a chart's bars."""

Value = str | int | float | datetime | None

_NOT_IN_NAMES = str.maketrans("", "", r"[]:*?/\'")


def to_xlsx(
    tables: Sequence[Table], language: str, moment: datetime, *, drawn: Sequence[Table] = ()
) -> bytes:
    """The workbook; the same tables and `moment` (aware) give the same bytes. Raises `NotInstalled`.

    Those `drawn` have names and one figure each; they come last, with a bar chart beside them.
    """
    book = needed("openpyxl").Workbook()
    book.remove(book.active)
    for table in (*tables, *drawn):
        sheet = book.create_sheet(_sheet_name(table, language, book.sheetnames))
        _fill(sheet, table, language)
        if table in drawn:
            _draw(sheet, table, language)
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
    _set_paper(sheet)


def _set_paper(sheet: Worksheet) -> None:
    """A4 across, all columns on one page, the head on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.sheet_properties.pageSetUpPr = needed(
        "openpyxl.worksheet.properties"
    ).PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.print_options.gridLines, sheet.print_title_rows = True, "1:1"


def _draw(sheet: Worksheet, table: Table, language: str) -> None:
    """A chart of Excel's own: whoever changes a figure sees its bar change."""
    charts, last = needed("openpyxl.chart"), len(table.rows) + 1
    chart = charts.BarChart()
    chart.type, chart.legend, chart.title = "bar", None, translate(table.title, language)
    chart.add_data(charts.Reference(sheet, min_col=2, min_row=2, max_row=last))
    chart.set_categories(charts.Reference(sheet, min_col=1, min_row=2, max_row=last))
    chart.series[0].graphicalProperties.solidFill = BARS
    chart.dataLabels = needed("openpyxl.chart.label").DataLabelList(
        showVal=True, showSerName=False, showCatName=False, showLegendKey=False
    )
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete, chart.y_axis.delete, chart.gapWidth = False, True, 50
    chart.y_axis.majorGridlines = None
    chart.width, chart.height = 22, max(6.0, 0.8 * last)
    sheet.add_chart(chart, "D2")


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
