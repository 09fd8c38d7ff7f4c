"""Every number of the report of the month is that of the log: reckoned anew from the database in plain SQL."""

from __future__ import annotations

import io
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import docx
import pytest
from openpyxl import load_workbook

from tests.reports.official.office_month import Month

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("month")]
ONLINE = {"so-website", "facebook-page", "zalo-oa"}
DIRECT = {"truc-tiep"}
SHOWN = {
    "Trang thông tin điện tử": "so-website",
    "Trang Facebook": "facebook-page",
    "Zalo OA": "zalo-oa",
}
METRICS = {
    "Lượt xem": "views",
    "Tiếp cận": "reach",
    "Cảm xúc": "reactions",
    "Chia sẻ": "shares",
    "Lượt nhấp": "clicks",
}


@pytest.fixture(scope="module", params=["calm_month", "stormy_month"])
def month(request: pytest.FixtureRequest) -> Month:
    found: Month = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def sheets(month: Month) -> dict[str, list[dict[str, Any]]]:
    """Each sheet of the workbook as rows."""
    book = load_workbook(io.BytesIO(month.file("a.xlsx")))
    found = {}
    for sheet in filter(not_drawn, book.worksheets):
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return found


def not_drawn(sheet: Any) -> bool:
    return not sheet._charts


@pytest.fixture(scope="module")
def body(month: Month) -> str:
    return "\n".join(p.text for p in docx.Document(io.BytesIO(month.file("a.docx"))).paragraphs)


def share(done: int, planned: int) -> str:
    rounded = min(
        Decimal("99.9"), (Decimal(100 * done) / planned).quantize(Decimal("0.1"), ROUND_HALF_UP)
    )
    return "100%" if done == planned else f"{rounded}%".replace(".0%", "%").replace(".", ",")


def two(number: int) -> str:
    return f"{number:02}" if 0 < number < 10 else f"{number:,}".replace(",", ".")


def test_by_channel(month: Month, sheets: dict[str, list[dict[str, Any]]]) -> None:
    *rows, total = sheets["Kết quả đăng tải theo kênh"]
    assert {SHOWN[row["Kênh"]]: outcome(row) for row in rows} == month.outcomes("channel", ONLINE)
    sums = tuple(map(sum, zip(*month.outcomes("channel", ONLINE).values(), strict=True)))
    assert outcome(total) == sums
    for row in (*rows, total):
        assert row["Tỷ lệ"] == share(row["Đã đăng"], row["Kế hoạch"])
        assert row["Đúng giờ"] + row["Chậm"] == row["Đã đăng"]


def outcome(row: dict[str, Any]) -> tuple[int, int, int, int]:
    return row["Kế hoạch"], row["Đã đăng"], row["Chậm"], row["Không đăng được"]


@pytest.mark.parametrize(
    ("sheet", "name", "key"),
    [
        ("Kết quả thực hiện theo chủ đề", "Chủ đề", "topic"),
        ("Kết quả thực hiện theo phòng, đ", "Đơn vị", "unit"),
        ("Kết quả thực hiện theo tuần", "Tuần", "week"),
    ],
)
def test_by_topic_unit_and_week(
    month: Month, sheets: dict[str, list[dict[str, Any]]], sheet: str, name: str, key: str
) -> None:
    *rows, total = sheets[sheet]
    every = month.outcomes(key, ONLINE | DIRECT)
    online, direct = month.outcomes(key, ONLINE), month.outcomes(key, DIRECT)
    nothing = (0, 0, 0, 0)
    expected = {
        str(name): (found[0], found[1], online.get(name, nothing)[1], direct.get(name, nothing)[1])
        for name, found in every.items()
    }
    shown = {
        row[name]: (row["Kế hoạch"], row["Đã thực hiện"], row["Đăng trên kênh"], row["Trực tiếp"])
        for row in rows
    }
    if key == "week":
        assert list(shown.values()) == [expected[monday] for monday in sorted(expected)]
    else:
        assert shown == expected
    assert total["Kế hoạch"] == sum(found[0] for found in every.values())
    assert total["Đã thực hiện"] == sum(found[1] for found in every.values())


def test_how_it_was_received(
    month: Month, sheets: dict[str, list[dict[str, Any]]], body: str
) -> None:
    total = sheets["Mức độ tiếp cận theo kênh"][-1]
    totals = month.totals()
    shown = {METRICS[name]: total[name] for name in METRICS if name in total}
    assert shown == {name: count for name, count in totals.items() if count}
    assert f"{two(totals['views'])} lượt xem" in body
    assert f"{two(totals['reach'])} lượt tiếp cận" in body


def test_the_chart_draws_the_views_of_each_topic(month: Month) -> None:
    book = load_workbook(io.BytesIO(month.file("a.xlsx")))
    drawn: Any
    (drawn,) = [sheet for sheet in book.worksheets if not not_drawn(sheet)]
    rows = dict(drawn.iter_rows(min_row=2, max_col=2, values_only=True))
    assert {topic: views for topic, views in rows.items() if views} == month.views_by_topic()
    (series,) = drawn._charts[0].series
    last = len(rows) + 1
    assert series.val.numRef.f == f"'{drawn.title}'!$B$2:$B${last}"
    assert series.cat.numRef.f == f"'{drawn.title}'!$A$2:$A${last}"


def test_each_publication_and_each_line_of_the_log(
    month: Month, sheets: dict[str, list[dict[str, Any]]], body: str
) -> None:
    lines = month.log_lines()
    logged = sheets["Nhật ký đăng tải"]
    assert [row["Dòng"] for row in logged] == [seq for seq, _, _ in lines]
    assert [row["Mã kiểm chứng (SHA-256)"].replace(" ", "") for row in logged] == [
        seal[:16] for _, _, seal in lines
    ]
    assert [row["Mã băm"] for row in logged] == [seal for _, _, seal in lines]
    assert re.sub(r"\s", "", lines[-1][2]) in body.replace(" ", "")
    assert f"gồm {two(len(lines))} dòng" in body
    assert len(sheets["Kết quả từng lượt thực hiện"]) == len(month.publications)


def test_the_sentences_name_the_same_numbers(month: Month, body: str) -> None:
    planned, done, late, failed = map(
        sum, zip(*month.outcomes("channel", ONLINE).values(), strict=True)
    )
    assert (
        f"{two(done)}/{two(planned)} lượt tin, bài theo kế hoạch (đạt {share(done, planned)})"
        in body
    )
    every = month.outcomes("channel", ONLINE | DIRECT).values()
    planned_all, done_all = (sum(found[n] for found in every) for n in (0, 1))
    assert f"đã thực hiện {two(done_all)}/{two(planned_all)} lượt" in body
    if late:
        assert f"{two(done - late)} lượt đúng giờ" in body
        assert f"Có {two(late)} lượt đăng chậm so với kế hoạch" in body
    else:
        assert "Tất cả các lượt đều đúng giờ" in body
    assert ("Không đăng được" in body) is bool(failed)


def test_difficulties_are_told_when_there_were_any(month: Month, body: str) -> None:
    doubted = month.select(
        "SELECT COUNT(DISTINCT e.delivery_id) FROM event e JOIN delivery d ON d.id = e.delivery_id "
        "WHERE e.what = 'unknown' AND d.action = 'publish'"
    )[0][0]
    found = month.select(
        "SELECT COUNT(DISTINCT e.delivery_id) FROM event e JOIN delivery d ON d.id = e.delivery_id WHERE d.action = 'publish' "
        "AND e.what = 'published' AND json_extract(e.data, '$.from') = 'unknown'"
    )[0][0]
    if doubted:
        assert f"Có {two(doubted)} lượt đăng có lúc chưa rõ kết quả" in body
        assert f"{two(found)} lượt thực tế đã đăng, không đăng lại" in body
    else:
        assert "KHÓ KHĂN" not in body


def test_the_tables_in_word_are_those_of_the_workbook(
    month: Month, sheets: dict[str, list[dict[str, Any]]]
) -> None:
    tables = docx.Document(io.BytesIO(month.file("a.docx"))).tables
    grids = [table for table in tables if table.style and table.style.name == "Table Grid"]
    assert [len(table.rows) - 1 for table in grids] == [len(rows) for rows in sheets.values()]


def test_made_again_the_files_are_the_same_bytes(month: Month) -> None:
    month.report("final", "b.docx", "b.xlsx", "b.pdf")
    for ending in ("docx", "xlsx", "pdf"):
        assert month.file(f"a.{ending}") == month.file(f"b.{ending}"), ending
