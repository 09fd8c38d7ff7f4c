"""A month, its days and its neighbours; the ends of time have them too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.calendar_month import EARLIEST, LATEST, Month
from outreach.domain.campaign import Window

NOVEMBER = Month.named("2022-11")


def test_it_knows_its_days_and_when_it_begins() -> None:
    assert (NOVEMBER.first, NOVEMBER.last) == (date(2022, 11, 1), date(2022, 11, 30))
    begin, end = NOVEMBER.span(ZoneInfo("Asia/Ho_Chi_Minh"))
    assert begin == datetime(2022, 10, 31, 17, tzinfo=UTC)
    assert end == datetime(2022, 11, 30, 17, tzinfo=UTC)


@given(st.dates())
def test_neighbours_touch(day: date) -> None:
    month = Month.of(day)
    for zone in (UTC, ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/Los_Angeles")):
        assert month.span(zone)[0] < month.span(zone)[1]
    if month.after != month:
        assert month.last + timedelta(days=1) == month.after.first
        assert month.after.before == month
    assert month.first.day == 1
    assert EARLIEST <= month.first.year <= LATEST


@pytest.mark.parametrize(
    ("start", "end", "meets"),
    [
        (date(2022, 10, 1), date(2022, 10, 31), False),
        (date(2022, 10, 1), date(2022, 11, 1), True),
        (date(2022, 11, 30), date(2022, 12, 9), True),
        (date(2022, 12, 1), date(2022, 12, 9), False),
    ],
)
def test_a_window_reaches_into_it(start: date, end: date, meets: bool) -> None:
    assert NOVEMBER.meets(Window(start=start, end=end)) is meets


@pytest.mark.parametrize("name", ["", "2022", "2022-13", "2022-00", "x"])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"match|month|unconverted"):
        Month.named(name)
