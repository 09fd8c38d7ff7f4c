"""Spreadsheets, CSV files and tables of Word documents as cells that know their place."""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from outreach.content.findings import Refused
from outreach.content.source_text import decode
from outreach.domain.problem import Place
from outreach.domain.text import Text
from outreach.extras import needed

Value = str | int | float | datetime | date | time | None

LARGEST = 10 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
MARKED = ("'=", "'+", "'-", "'@")
MOST_ROWS, MOST_COLUMNS = 2000, 60


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell: what stands in it (text in NFC without spaces around it) and where. `formula` has no result yet."""

    value: Value
    place: Place
    formula: bool = False

    @property
    def words(self) -> str:
        """The value as a text in one line."""
        return "" if self.value is None else " ".join(str(self.value).split())

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there."""
        return not self.formula and self.words == ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One sheet or table; every row is as long as the longest. `across` are rows that are one cell merged over all columns."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    across: frozenset[int] = field(default_factory=frozenset)


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a file by its ending. Raises `Refused`, `NotInstalled`, or `OSError`."""
    readers: Mapping[str, Callable[[bytes, str], list[Sheet]]] = {
        ".xlsx": _workbook,
        ".xlsm": _workbook,
        ".csv": _csv,
        ".docx": _word,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise Refused(
            "unknown-ending",
            Text("Files ending in “{ending}” cannot be imported.", ending=path.suffix),
            Text("Save the calendar as .xlsx, .csv (UTF-8) or .docx."),
        )
    if path.stat().st_size > LARGEST:
        raise _too_large()
    return reader(path.read_bytes(), path.name)


def _too_large() -> Refused:
    return Refused(
        "file-too-large",
        Text("The file is larger than an editorial calendar ever is."),
        Text("Copy the calendar alone, without pictures, into a new file."),
    )


def _read(content: bytes, reading: Callable[[], list[Sheet]]) -> list[Sheet]:
    """What the library reads, if the archive is whole and of a sensible size."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked <= LARGEST_UNPACKED:
            with warnings.catch_warnings(action="ignore"):
                return reading()
    except Exception:  # noqa: BLE001 - what a damaged file makes the libraries raise is anything
        raise _damaged() from None
    raise _too_large()


def _damaged() -> Refused:
    return Refused(
        "damaged",
        Text("The file is damaged, or it is no file of this kind."),
        Text("Open it in Excel or Word and save it anew."),
    )


def _workbook(content: bytes, file: str) -> list[Sheet]:
    openpyxl = needed("openpyxl")

    def reading() -> list[Sheet]:
        formulas = openpyxl.load_workbook(io.BytesIO(content))
        results = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        shown = [sheet for sheet in formulas.worksheets if sheet.sheet_state == "visible"]
        return [_worksheet(sheet, results[sheet.title], file) for sheet in shown]

    return _read(content, reading)


def _worksheet(sheet: Any, results: Any, file: str) -> Sheet:
    height, width = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    grid = {
        (row, column): _cell(
            results.cell(row, column).value,
            _place(file, sheet.title, row, column),
            formula=sheet.cell(row, column).data_type == "f",
        )
        for row in range(1, height + 1)
        for column in range(1, width + 1)
    }
    across = set()
    for merged in sheet.merged_cells.ranges:
        _spread(grid, merged.bounds)
        if merged.min_row == merged.max_row and merged.max_col - merged.min_col + 1 >= width - 1:
            across.add(merged.min_row - 1)
    rows = tuple(tuple(grid[row, c] for c in range(1, width + 1)) for row in range(1, height + 1))
    return Sheet(name=sheet.title, rows=rows, across=frozenset(across))


def _spread(grid: dict[tuple[int, int], Cell], bounds: tuple[int, int, int, int]) -> None:
    """Every cell of a merged area has the value of its first; each keeps its own place."""
    left, top, right, bottom = bounds
    first = grid.get((top, left))
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if first and (row, column) in grid:
                place = grid[row, column].place
                grid[row, column] = replace(first, place=place)


def _cell(value: Any, place: Place, *, formula: bool = False) -> Cell:
    if isinstance(value, str):
        value = unicodedata.normalize("NFC", value).replace("\xa0", " ").strip()
    known = value if isinstance(value, str | int | float | datetime | date | time) else None
    return Cell(value=known, place=place, formula=formula and known is None)


def _place(file: str, sheet: str, row: int, column: int) -> Place:
    name = f"{sheet}!{_letters(column)}{row}" if sheet else f"{_letters(column)}{row}"
    return Place(file=file, line=row, column=column, cell=name)


def _letters(column: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _csv(content: bytes, file: str) -> list[Sheet]:
    """Semicolons, commas or tabs: whichever the first lines have most of."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16").encode()
    text = decode(content)
    head = "\n".join(text.split("\n")[:5])
    separator = max(";,\t", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=separator)
    return [_sheet(([_without_mark(cell) for cell in row] for row in rows), file, "")]


def _without_mark(words: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it, as our own export writes it."""
    return words[1:] if words.startswith(MARKED) else words


def _word(content: bytes, file: str) -> list[Sheet]:
    docx = needed("docx")

    def reading() -> list[Sheet]:
        tables = docx.Document(io.BytesIO(content)).tables
        return [
            _sheet(([cell.text for cell in row.cells] for row in table.rows), file, f"{number}")
            for number, table in enumerate(tables, start=1)
        ]

    return _read(content, reading)


def _sheet(rows: Iterable[Sequence[str]], file: str, name: str) -> Sheet:
    read = [list(row)[:MOST_COLUMNS] for _, row in zip(range(MOST_ROWS), rows, strict=False)]
    width = max(map(len, read), default=0)
    across = {n for n, row in enumerate(read) if width > 1 and len(row) == width and _alike(row)}
    return Sheet(name=name, rows=tuple(_filled(read, width, file, name)), across=frozenset(across))


def _alike(row: Sequence[str]) -> bool:
    return len(set(row)) == 1 and bool(row[0].strip())


def _filled(
    rows: Sequence[list[str]], width: int, file: str, name: str
) -> Iterator[tuple[Cell, ...]]:
    for number, row in enumerate(rows, start=1):
        padded = [*row, *[""] * (width - len(row))]
        yield tuple(
            _cell(value, _place(file, name, number, column))
            for column, value in enumerate(padded, start=1)
        )
