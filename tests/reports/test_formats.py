"""One table in every format: nothing cut off, nothing that could do harm."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from outreach.domain.delivery import State
from outreach.domain.text import Text
from outreach.reports.cells import harmless, to_plain, to_words
from outreach.reports.formats import to_csv, to_html, to_json, to_text
from outreach.reports.table import Column, Table
from outreach.reports.workbook import to_xlsx

AT = datetime(2022, 11, 15, 1, 2, 3, tzinfo=UTC)


def table(*rows: dict[str, Any]) -> Table:
    columns = (
        Column(key="id", title=Text("No."), right=True),
        Column(key="what", title=Text("What")),
        Column(key="secret", title=Text("Hash"), shown=False),
    )
    empty = Text("Nothing is planned that fits.")
    return Table(name="t", title=Text("Changes"), columns=columns, rows=rows, empty=empty)


def cells_of(written: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, ""),
        (True, "có"),
        (False, "không"),
        (7, "7"),
        (AT, "15/11/2022 01:02"),
        (date(2022, 11, 15), "15/11/2022"),
        (Text("published"), "đã đăng"),
        (["a", "b"], "a, b"),
        ("đỏ\x1b[31m", "đỏ\ufffd[31m"),
    ],
)
def test_cells_as_people_read_them(cell: object, words: str) -> None:
    assert to_words(cell, "vi") == words


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        (State.PUBLISHED, "published"),
        (AT, "2022-11-15T01:02:03+00:00"),
        (timedelta(minutes=1), 60.0),
        ({"a": (AT, None)}, {"a": ["2022-11-15T01:02:03+00:00", None]}),
        (Text("published"), "đã đăng"),
        (object, "<class 'object'>"),
    ],
)
def test_cells_as_programs_read_them(cell: object, plain: object) -> None:
    assert to_plain(cell, "vi") == plain


def test_seconds_are_shown_where_they_matter() -> None:
    assert to_words(AT, "vi", seconds=True) == "15/11/2022 01:02:03"


def test_text_that_turns_the_line_around_is_made_harmless() -> None:
    assert harmless("a\u202eb\u2066c\x07") == "a\ufffdb\ufffdc\ufffd"


def test_long_cells_wrap_within_the_width_and_lose_nothing() -> None:
    long = "chữ " * 60 + "x" * 200
    written = to_text(table({"id": 1, "what": long, "secret": "hidden"}), "vi", width=60)
    assert all(len(line) <= 60 for line in written.splitlines())
    assert written.count("x") == 200
    assert written.count("chữ") == 60
    assert "hidden" not in written


def test_an_empty_table_says_so() -> None:
    assert to_text(table(), "vi") == "Không có lượt đăng nào khớp với lựa chọn.\n"
    assert json.loads(to_json(table(), "vi")) == []
    assert len(cells_of(to_csv(table(), "vi"))) == 1


def test_csv_holds_all_columns_and_survives_its_own_marks() -> None:
    written = to_csv(table({"id": 1, "what": 'a "b", c\nd', "secret": "s"}), "vi")
    assert written.startswith("\ufeff")
    assert cells_of(written)[1] == ["1", 'a "b", c\nd', "s"]


@pytest.mark.asvs("1.3.3", "A spreadsheet runs no cell")
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_spreadsheet_runs_no_cell(formula: str) -> None:
    written = cells_of(to_csv(table({"id": -5, "what": formula, "secret": ""}), "vi"))
    assert written[1][0] == "-5"
    assert not written[1][1].startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.asvs("1.3.3", "A workbook holds words as words, also when they look like a formula")
@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_workbook_runs_no_cell(formula: str) -> None:
    import openpyxl

    written = to_xlsx([table({"id": -5, "what": formula, "secret": "x"})], "vi", AT)
    number, words, plain = next(
        openpyxl.load_workbook(io.BytesIO(written)).worksheets[0].iter_rows(2)
    )
    assert (number.value, number.data_type) == (-5, "n")
    assert (words.value, words.data_type, words.quotePrefix) == (formula, "s", True)
    assert (plain.value, plain.data_type, plain.quotePrefix) == ("x", "s", False)


@pytest.mark.asvs("1.1.2", "Words are escaped as they are put into HTML")
@pytest.mark.asvs("1.2.1", "Tables of reports escape whatever stands in them")
def test_html_escapes_everything() -> None:
    written = to_html(table({"id": 1, "what": "<script>&", "secret": '"'}), "vi")
    assert "<script>" not in written
    assert "&lt;script&gt;&amp;" in written
    assert '<th scope="col">Việc</th>' in written
