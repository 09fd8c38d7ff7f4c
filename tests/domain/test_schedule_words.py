"""Staff say when in Vietnamese or English; what cannot be read is refused with its mend."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.message import LatePolicy
from outreach.domain.schedule import NotASchedule, Rule, Weekly
from outreach.domain.schedule_words import (
    parse_day,
    parse_duration,
    parse_instant,
    parse_lateness,
    parse_repeat,
    parse_time,
)
from outreach.domain.text import Text

EVERY_DAY = frozenset(range(7))


def weekly(*weekdays: int, at: str = "08:00", **changes: date) -> Weekly:
    times = tuple(time.fromisoformat(one) for one in at.split())
    return Weekly(weekdays=frozenset(weekdays), times=times, **changes)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("weekly on mon, thu at 08:00", weekly(0, 3)),
        ("Weekly on Monday and Thursday at 8:00", weekly(0, 3)),
        ("hằng tuần vào thứ 2, thứ 5 lúc 08:00", weekly(0, 3)),
        ("hàng tuần vào thứ hai và thứ năm lúc 8h", weekly(0, 3)),
        ("hằng tuần vào chủ nhật, cn lúc 8h30", weekly(6, at="08:30")),
        ("daily at 07:30", weekly(*EVERY_DAY, at="07:30")),
        ("hằng ngày lúc 19:30, 07:30", weekly(*EVERY_DAY, at="07:30 19:30")),
        ("daily at 08:00 from 2022-11-21", weekly(*EVERY_DAY, start=date(2022, 11, 21))),
        ("daily at 08:00 until 2022-12-10", weekly(*EVERY_DAY, until=date(2022, 12, 10))),
        (
            "hằng tuần vào t3 lúc 08:00 từ ngày 2022-11-21 đến ngày 2022-12-10",
            weekly(1, start=date(2022, 11, 21), until=date(2022, 12, 10)),
        ),
        ("freq=daily;byhour=8", Rule(rule="FREQ=DAILY;BYHOUR=8")),
        ("RRULE:FREQ=DAILY;BYHOUR=8", Rule(rule="FREQ=DAILY;BYHOUR=8")),
        ("RRULE:FREQ=DAILY", Rule(rule="FREQ=DAILY")),
        ("weekly on mon; thu at 08:00", weekly(0, 3)),
        ("BYHOUR=8;FREQ=DAILY", Rule(rule="BYHOUR=8;FREQ=DAILY")),
    ],
)
def test_repeat_is_read(text: str, meant: Weekly | Rule) -> None:
    assert parse_repeat(text) == meant


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("often", "“often” does not say how often and when."),
        ("sometimes at 08:00", "“sometimes at 08:00” does not say how often and when."),
        ("weekly on mo at 08:00", "“mo” is not a weekday."),
        ("daily at 25:00", "“25:00” is not a time of day."),
        ("daily at 08:60", "“08:60” is not a time of day."),
        ("daily at noon", "“noon” is not a time of day."),
        ("daily at 08:00 from 21/11/2022", "“21/11/2022” has the day first."),
        ("daily at 08:00 until 2022-11-31", "There is no day 2022-11-31 in the calendar."),
        ("FREQ=MINUTELY", "A rule finer than hourly would flood the channels."),
    ],
)
def test_repeat_is_refused(text: str, what: str) -> None:
    with pytest.raises(NotASchedule) as refusal:
        parse_repeat(text)
    assert str(refusal.value.what) == what
    assert isinstance(refusal.value.mend, Text)


def test_what_is_given_as_an_example_can_be_read() -> None:
    with pytest.raises(NotASchedule) as refusal:
        parse_repeat("often")
    examples = [str(example) for _, example in refusal.value.mend.values]
    assert [parse_repeat(example) for example in examples] == [weekly(0, 3)] * 2


def test_letters_composed_another_way_mean_the_same() -> None:
    import unicodedata

    text = unicodedata.normalize("NFD", "hằng ngày lúc 08:00")
    assert parse_repeat(text) == weekly(*EVERY_DAY)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("6h", timedelta(hours=6)),
        ("90m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("1h 30m", timedelta(minutes=90)),
        ("6 giờ", timedelta(hours=6)),
        ("30 phút", timedelta(minutes=30)),
        ("2 ngày", timedelta(days=2)),
        ("1m", timedelta(minutes=1)),
        ("366d", timedelta(days=366)),
    ],
)
def test_duration_is_read(text: str, meant: timedelta) -> None:
    assert parse_duration(text) == meant


@pytest.mark.parametrize(
    "text", ["", "6", "h", "0h", "-2h", "6 weeks", "6h!", "366d 1m", "99999999d"]
)
def test_duration_is_refused(text: str) -> None:
    with pytest.raises(NotASchedule) as refusal:
        parse_duration(text)
    assert str(refusal.value.what) == f"“{text}” is not a length of time."
    assert "90m, 6h or 2d" in str(refusal.value.mend)


@pytest.mark.parametrize("text", ["skip", "SKIP", "bỏ qua"])
def test_lateness_skip(text: str) -> None:
    assert parse_lateness(text).policy is LatePolicy.SKIP


@pytest.mark.parametrize("text", ["ask", "hỏi"])
def test_lateness_ask(text: str) -> None:
    assert parse_lateness(text).policy is LatePolicy.ASK


def test_lateness_within() -> None:
    late = parse_lateness("6h")
    assert (late.policy, late.limit) == (LatePolicy.WITHIN, timedelta(hours=6))


def test_lateness_is_refused_with_all_answers() -> None:
    with pytest.raises(NotASchedule) as refusal:
        parse_lateness("never")
    assert str(refusal.value.what) == "“never” does not say how late is still useful."
    assert "skip, or ask" in str(refusal.value.mend)


@pytest.mark.parametrize("text", ["2022-11-15 08:00", "2022-11-15T08:00", " 2022-11-15  8:00 "])
def test_instant_is_local_time_of_the_zone(text: str) -> None:
    found = parse_instant(text, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert found == datetime(2022, 11, 15, 1, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("15/11/2022 08:00", "Write year-month-day: 2022-11-15 08:00."),
        ("2022-11-15", "Write year-month-day and the time: 2022-11-15 08:00."),
        ("tomorrow", "Write year-month-day and the time: 2022-11-15 08:00."),
        ("0001-01-01 00:00", "Check the day, the month and the year."),
        ("2022-11-15 24:00", "Write hours and minutes between 00:00 and 23:59, for example 08:00."),
    ],
)
def test_instant_is_refused(text: str, mend: str) -> None:
    with pytest.raises(NotASchedule) as refusal:
        parse_instant(text, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert str(refusal.value.mend) == mend
    assert isinstance(refusal.value.what, Text)


@pytest.mark.parametrize("text", ["15-11", "2022-1-1", "ngày mai"])
def test_day_is_refused(text: str) -> None:
    with pytest.raises(NotASchedule, match="not written as a date") as refusal:
        parse_day(text)
    assert str(refusal.value.mend) == "Write year-month-day: 2022-11-15."


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.times())
def test_what_is_written_is_read_back(day: date, clock: time) -> None:
    assert parse_day(f"{day}") == day
    assert parse_time(f"{clock:%H:%M}") == clock.replace(second=0, microsecond=0)


PARSERS: list[Callable[[str], object]] = [
    parse_repeat,
    parse_duration,
    parse_lateness,
    parse_day,
    parse_time,
]


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text(max_size=40))
def test_any_text_is_read_or_refused(parse: Callable[[str], object], text: str) -> None:
    with suppress(NotASchedule):
        assert parse(text) is not None


def test_endless_words_are_refused_at_once() -> None:
    with pytest.raises(NotASchedule):
        parse_repeat("daily" + " at at from until" * 5000)
