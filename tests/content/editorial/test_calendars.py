"""An office's editorial calendars become the right files, or mistakes with the cell that holds them."""

from __future__ import annotations

import csv
import io
import random
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from outreach.content.editorial.messages import Import, Office, read_calendar
from outreach.content.findings import Findings
from outreach.content.message_file import read_message
from outreach.domain.campaign import Campaign, Posting, Window
from outreach.domain.message import (
    BannerDetails,
    CommendationDetails,
    ContestDetails,
    EventDetails,
    Honour,
    Lateness,
    LatePolicy,
    Message,
)
from outreach.domain.paperwork import Paperwork
from outreach.domain.problem import Severity
from outreach.domain.schedule import Hang, Once, Weekly
from tests.content.editorial import calendars

LATE = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))
CAMPAIGN = Campaign(
    id="thang",
    name="Tháng hành động",
    short_name="Tháng",
    theme="x",
    office="Sở",
    zone=ZoneInfo("Asia/Ho_Chi_Minh"),
    language="vi",
    units=("Văn phòng",),
    topics=("phát động",),
    window=Window(start=date(2022, 11, 15), end=date(2022, 12, 15)),
    posting=Posting(slots=(time(8),), weekend_slots=(time(9),), late=LATE),
    paperwork=Paperwork(channels={"so-website": "Trang thông tin điện tử"}),
)
CHANNELS = frozenset({"website", "so-website", "facebook", "facebook-page", "truc-tiep"})
OFFICE = Office(campaign=CAMPAIGN, channels=CHANNELS)


def imported(folder: Path, fill: Callable[[Worksheet], None], office: Office = OFFICE) -> Import:
    return read_calendar(calendars.saved(folder, "lich.xlsx", fill), office)


def messages(found: Import) -> list[Message]:
    """The files read as the service reads them; none may hold a mistake."""
    read = []
    for new in found.messages:
        findings = Findings()
        message = read_message(new.text, f"{new.name}.md", new.name, CAMPAIGN, findings).message
        assert findings.sorted() == ()
        assert message is not None
        read.append(message)
    return read


def told(found: Import) -> list[tuple[str, str]]:
    """The instants (local) and the title of every message."""
    return [
        (
            ", ".join(f"{CAMPAIGN.local(at):%d/%m %H:%M}" for at in message.schedule.at),
            message.title,
        )
        for message in messages(found)
        if isinstance(message.schedule, Once)
    ]


def errors(found: Import) -> list[tuple[str, str]]:
    """The cell and code of every mistake."""
    return [(p.place.cell, p.code) for p in found.problems if p.severity is Severity.ERROR]


def test_a_plain_calendar(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.plain_one)
    assert told(found) == [("15/11 08:00", "Lễ phát động"), ("16/11 11:30", "Chủ đề năm nay")]
    assert [m.channels for m in messages(found)] == [("website",), ("facebook", "website")]
    assert messages(found)[0].body == "Dòng một.\n\nDòng hai."
    assert [new.name for new in found.messages] == ["le-phat-dong", "chu-de-nam-nay"]
    assert found.messages[0].place.cell == "Sheet1!A4"
    assert not found.problems


def test_a_day_merged_over_its_rows_holds_for_each(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.merged_days)
    assert told(found) == [("15/11 08:00", "Bài một"), ("15/11 11:30", "Bài hai")]
    assert not found.problems


def test_a_head_of_two_lines(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.two_line_head)
    assert told(found) == [("15/11 08:00", "Bài một")]
    assert [(m.channels, m.unit) for m in messages(found)] == [(("so-website",), "Văn phòng")]


def test_days_written_as_text(tmp_path: Path) -> None:
    assert [at for at, _ in told(imported(tmp_path, calendars.texts_as_days))] == [
        "15/11 08:00",
        "16/11 08:30",
        "17/11 14:00",
        "18/11 09:15",
        "21/11 10:00",
        "22/11 07:30",
        "23/11 14:00",
        "24/11 19:30",
    ]


def test_days_that_excel_took_for_numbers(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.numbers_as_days)
    assert told(found) == [("15/11 08:00", "Bài một"), ("16/11 12:00", "Bài hai")]


def test_weekdays_are_checked_against_the_day(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.weekdays)
    assert errors(found) == [("Sheet1!A3", "weekday-wrong"), ("Sheet1!B4", "missing-day")]
    first, weekly = messages(found)
    assert first.title == "Đúng thứ"
    assert isinstance(weekly.schedule, Weekly)
    assert (weekly.schedule.weekdays, weekly.schedule.times) == (frozenset({0}), (time(11, 30),))


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.decomposed)
    assert told(found) == [("15/11 08:00", "Bình đẳng giới")]
    assert messages(found)[0].channels == ("truc-tiep",)


def test_a_formula_without_a_result_is_named_by_its_cell(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.formulas)
    assert errors(found) == [("Sheet1!C2", "formula")]
    assert [message.title for message in messages(found)] == ["'=Không phải công thức"]


def test_every_mistake_is_named_by_its_cell(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.mistakes)
    assert errors(found) == [
        ("Sheet1!A2", "time-unreadable"),
        ("Sheet1!B3", "time-unreadable"),
        ("Sheet1!A4", "missing-day"),
        ("Sheet1!E5", "channel-unknown"),
        ("Sheet1!E6", "missing-channel"),
        ("Sheet1!F7", "kind-unusable"),
        ("Sheet1!G8", "not-in-campaign"),
        ("Sheet1!A9", "time-unreadable"),
    ]
    assert str(found.problems[0].place) == "lich.xlsx:Sheet1!A2"


def test_a_row_may_be_a_banner_an_event_a_contest_or_a_commendation(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.every_kind)
    banner, event, contest, honours = messages(found)
    assert not found.problems
    assert banner.details == BannerDetails(
        size="8 x 0.8 m", places=("Cổng trụ sở", "Hội trường Sở")
    )
    assert banner.slogan == "Bình đẳng giới là chìa khóa"
    assert isinstance(banner.schedule, Hang)
    assert [CAMPAIGN.local(at).date() for at in (banner.schedule.start, banner.schedule.end)] == [
        date(2022, 11, 15),
        date(2022, 11, 29),
    ]
    start, end = (CAMPAIGN.utc(date(2022, 11, 24), time(*at)) for at in ((14,), (16, 30)))
    assert event.details == EventDetails(start=start, end=end, place="Hội trường Sở")
    assert isinstance(contest.details, ContestDetails)
    assert contest.details.deadline == CAMPAIGN.utc(date(2022, 12, 9), time(17))
    assert honours.details == CommendationDetails(
        collectives=(
            Honour(name="Công đoàn cơ sở", reason="vận động tốt"),
            Honour(name="Thanh tra Sở"),
        ),
        individuals=(Honour(name="Bà Lê Thị A", reason="Văn phòng Sở"),),
    )


def test_what_a_kind_needs_is_asked_for_by_its_cell(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.kinds_without_what_they_need)
    assert errors(found) == [
        ("Sheet1!F2", "missing-place"),
        ("Sheet1!H3", "missing-deadline"),
        ("Sheet1!A4", "missing-honours"),
        ("Sheet1!G5", "time-unreadable"),
        ("Sheet1!A6", "repeat-unusable"),
        ("Sheet1!G7", "ends-before-start"),
    ]
    assert [(p.place.cell, p.code) for p in found.problems if p.code == "no-end"] == [
        ("Sheet1!G2", "no-end")
    ]


def test_a_message_at_several_times_is_one_file(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.repeated_titles)
    assert [new.name for new in found.messages] == ["hai-so-dien-thoai", "hai-so-dien-thoai-2"]
    assert [at for at, _ in told(found)] == ["15/11 08:00, 22/11 08:00, 29/11 08:00", "30/11 08:00"]


def test_marks_in_a_column_per_channel(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.ticked_channels)
    assert [m.channels for m in messages(found)] == [("facebook", "website"), ("truc-tiep",)]
    assert errors(found) == [("Sheet1!A5", "missing-channel")]


def test_without_an_hour_the_first_slot_is_taken_and_said(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.no_hours)
    assert told(found) == [("15/11 08:00", "Xin chào."), ("20/11 09:00", "Chào chủ nhật.")]
    assert [(p.place.cell, p.code) for p in found.problems] == [
        ("Sheet1!A2", "no-hour"),
        ("Sheet1!A3", "no-hour"),
    ]
    assert not found.has_errors


def test_csv_as_excel_saves_it(tmp_path: Path) -> None:
    found = read_calendar(calendars.semicolon_csv(tmp_path), OFFICE)
    assert told(found) == [("15/11 08:00", "Bài; một")]
    assert messages(found)[0].body == "Dòng một\n\nDòng hai"


def test_the_mark_that_keeps_a_cell_from_running_is_taken_off_again(tmp_path: Path) -> None:
    (tmp_path / "lich.csv").write_text(
        "Ngày,Giờ,Tiêu đề,Kênh\n15/11/2022,08:00,'=1+1,web\n", "utf-8"
    )
    assert told(read_calendar(tmp_path / "lich.csv", OFFICE)) == [("15/11 08:00", "=1+1")]


def test_a_table_in_a_word_document(tmp_path: Path) -> None:
    found = read_calendar(calendars.word_table(tmp_path), OFFICE)
    assert told(found) == [("15/11 08:00", "Bài một"), ("15/11 08:00", "Bài hai")]
    assert found.messages[1].place.cell == "1!A3"


def test_what_exists_is_left_alone(tmp_path: Path) -> None:
    found = imported(tmp_path, calendars.plain_one, replace(OFFICE, taken={"le-phat-dong"}))
    assert [new.name for new in found.messages] == ["chu-de-nam-nay"]
    assert (found.left, found.problems[0].place.cell) == (("le-phat-dong",), "Sheet1!D4")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("lich.xlsx", b"no archive", "damaged"),
        ("lich.docx", b"PK\x03\x04", "damaged"),
        ("lich.pdf", b"%PDF", "unknown-ending"),
        ("lich.csv", "Ngày;Tiêu đề\n".encode("cp1258", "replace") + b"\xff", "not-utf8"),
        ("lich.csv", b"a;b\n1;2\n", "no-calendar"),
        ("lich.csv", b"", "no-calendar"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(
    tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(content)
    found = read_calendar(tmp_path / name, OFFICE)
    assert ([p.code for p in found.problems], found.messages) == ([code], ())


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lich.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(11):
            packed.writestr(f"{number}", b"\0" * (10 * 1024 * 1024))
    found = read_calendar(tmp_path / "lich.xlsx", OFFICE)
    assert [p.code for p in found.problems] == ["file-too-large"]


def test_a_name_in_the_calendar_cannot_leave_the_folder(tmp_path: Path) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["Ngày", "Giờ", "Tiêu đề", "Kênh", "Mã"])
        sheet.append(["15/11/2022", "08:00", "Bài", "web", "../../etc/passwd"])

    assert [new.name for new in imported(tmp_path, fill).messages] == ["etc-passwd"]


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "15/11/2022",
            "31/11",
            "8h",
            "25:00",
            "thứ Hai",
            "web",
            "=1",
            "{{ x }}",
            ":::",
            "---",
            "a: b",
        ]
    ),
)


@given(st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=4))
def test_whatever_stands_in_the_cells_is_read_or_named(rows: list[list[str]]) -> None:
    """Files are whole and can be read, or a cell is named; nothing raises."""
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(
        [["Ngày", "Giờ", "Tiêu đề", "Nội dung", "Kênh"], *rows]
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "lich.csv")
        file.write_text(written.getvalue(), "utf-8")
        found = read_calendar(file, OFFICE)
    if not found.has_errors:
        messages(found)
    assert found.messages == () or all(problem.place.cell for problem in found.problems)


def test_a_damaged_file_is_refused_whatever_the_damage(tmp_path: Path) -> None:
    whole = calendars.saved(tmp_path, "lich.xlsx", calendars.plain_one).read_bytes()
    chance = random.Random(7)
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(12):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / "lich.xlsx").write_bytes(damaged)
        found = read_calendar(tmp_path / "lich.xlsx", OFFICE)
        assert found.messages or found.problems
