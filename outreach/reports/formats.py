"""One table in every format: text, CSV, JSON and HTML."""

from __future__ import annotations

import csv
import html
import io
import json
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from outreach.locale import translate
from outreach.reports.cells import to_plain, to_words
from outreach.reports.table import Column, Row, Table

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins with one of these."""


def to_rich(table: Table, language: str) -> RichTable:
    """The shown columns as a table for the terminal; long cells wrap, nothing is cut off."""
    shown = [column for column in table.columns if column.shown]
    rich = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for column in shown:
        rich.add_column(
            translate(column.title, language),
            justify="right" if column.right else "left",
            no_wrap=column.keep,
            overflow="fold",
        )
    for row in table.rows:
        rich.add_row(*(RichText(_words(row, column, language)) for column in shown))
    return rich


def to_text(table: Table, language: str, *, width: int = 80) -> str:
    """The table as plain text, `width` characters wide at most."""
    written = io.StringIO()
    console = Console(file=written, width=width, color_system=None, legacy_windows=False)
    console.print(to_rich(table, language) if table.rows else translate(table.empty, language))
    return "".join(line.rstrip() + "\n" for line in written.getvalue().splitlines())


def to_csv(table: Table, language: str) -> str:
    """All columns as CSV; begins with a byte-order mark, without which Excel garbles Vietnamese."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([translate(column.title, language) for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(row.get(column.key), language) for column in table.columns])
    return "\ufeff" + written.getvalue()


def to_records(table: Table, language: str) -> list[dict[str, Any]]:
    """Every row as plain JSON values, the keys that only programs see included."""
    return [{key: to_plain(cell, language) for key, cell in row.items()} for row in table.rows]


def to_json(table: Table, language: str) -> str:
    """The records as one JSON list."""
    return as_json(to_records(table, language))


def as_json(value: Any) -> str:
    """JSON that people can read too: indented, Vietnamese letters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"


def to_html(table: Table, language: str) -> str:
    """The table as one HTML `<table>` with caption and header cells; everything in it is escaped."""
    heads = "".join(
        f'<th scope="col">{html.escape(translate(column.title, language))}</th>'
        for column in table.columns
    )
    rows = "".join(f"<tr>{_html_cells(table, row, language)}</tr>\n" for row in table.rows)
    caption = html.escape(translate(table.title, language))
    return (
        f'<table lang="{language}">\n<caption>{caption}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _html_cells(table: Table, row: Row, language: str) -> str:
    return "".join(f"<td>{html.escape(_words(row, c, language))}</td>" for c in table.columns)


def _words(row: Row, column: Column, language: str) -> str:
    return to_words(row.get(column.key), language, seconds=column.seconds)


def _csv_cell(cell: Any, language: str) -> str:
    plain = to_plain(cell, language)
    words = "" if plain is None else to_words(plain, language)
    return f"'{words}" if words.startswith(FORMULA_STARTS) and not _is_number(cell) else words


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float)
