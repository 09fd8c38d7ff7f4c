"""Last year's month in this year's calendar: weekdays stay weekdays, fixed days stay by date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.campaign import Window
from outreach.domain.year_shift import FIXED_DAYS, shift

OLD = Window(start=date(2022, 11, 15), end=date(2022, 12, 15))
NEW = Window(start=date(2026, 11, 15), end=date(2026, 12, 15))


@pytest.mark.parametrize(
    ("day", "moved"),
    [
        ("2022-11-15", "2026-11-15"),
        ("2022-12-15", "2026-12-15"),
        ("2022-11-25", "2026-11-25"),
        ("2022-12-10", "2026-12-10"),
        ("2022-11-16", "2026-11-18"),
        ("2022-11-21", "2026-11-23"),
        ("2022-12-14", "2026-12-09"),
        ("2022-11-01", "2026-11-03"),
        ("2022-12-20", "2026-12-22"),
    ],
)
def test_a_day_finds_its_place(day: str, moved: str) -> None:
    found = shift(date.fromisoformat(day), OLD, NEW)
    assert found == date.fromisoformat(moved)


@pytest.mark.parametrize(
    ("year", "moved"), [(2023, "11-21"), (2024, "11-19"), (2025, "11-25"), (2026, "11-24")]
)
def test_the_nearest_same_weekday_is_taken_before_or_after(year: int, moved: str) -> None:
    new = Window(start=date(year, 11, 15), end=date(year, 12, 15))
    assert shift(date(2022, 11, 22), OLD, new) == date.fromisoformat(f"{year}-{moved}")


def test_a_much_shorter_window_takes_its_last_such_weekday() -> None:
    new = Window(start=date(2026, 11, 15), end=date(2026, 11, 24))
    assert shift(date(2022, 12, 8), OLD, new) == date(2026, 11, 19)
    assert shift(date(2022, 11, 22), OLD, new) == date(2026, 11, 24)


def test_days_before_the_window_go_a_week_later() -> None:
    new = Window(start=date(2023, 11, 16), end=date(2023, 12, 15))
    assert shift(date(2022, 11, 16), OLD, new) == date(2023, 11, 22)


def test_a_window_over_new_year_keeps_fixed_days_near() -> None:
    old = Window(start=date(2022, 12, 20), end=date(2023, 1, 20))
    new = Window(start=date(2023, 12, 20), end=date(2024, 1, 20))
    assert shift(date(2023, 1, 1), old, new, {(1, 1)}) == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("start", "day", "moved"),
    [("2023-12-25", "2022-12-31", "2023-12-31"), ("2023-12-15", "2023-01-01", "2024-01-01")],
)
def test_a_fixed_day_may_lie_in_the_year_beside(start: str, day: str, moved: str) -> None:
    old = Window(start=date(2022, 12, 20), end=date(2023, 1, 20))
    first = date.fromisoformat(start)
    new = Window(start=first, end=first + timedelta(days=31))
    fixed = {(12, 31), (1, 1)}
    assert shift(date.fromisoformat(day), old, new, fixed) == date.fromisoformat(moved)


def test_the_leap_day_has_no_date_every_year() -> None:
    old = Window(start=date(2024, 2, 1), end=date(2024, 3, 1))
    new = Window(start=date(2026, 2, 1), end=date(2026, 3, 1))
    assert shift(date(2024, 2, 29), old, new, {(2, 29)}).weekday() == date(2024, 2, 29).weekday()


def test_a_window_shorter_than_a_week_takes_its_last_day() -> None:
    new = Window(start=date(2026, 11, 16), end=date(2026, 11, 18))
    assert shift(date(2022, 11, 20), OLD, new) == date(2026, 11, 18)


@given(st.integers(1, 29), st.integers(2010, 2040), st.integers(2010, 2040))
def test_weekdays_are_kept_within_the_window(days: int, before: int, after: int) -> None:
    old = Window(start=date(before, 11, 15), end=date(before, 12, 15))
    new = Window(start=date(after, 11, 15), end=date(after, 12, 15))
    day = old.start + timedelta(days=days)
    moved = shift(day, old, new)
    assert moved in new
    if (day.month, day.day) in FIXED_DAYS:
        assert (moved.month, moved.day) == (day.month, day.day)
    else:
        assert moved.weekday() == day.weekday()
        assert abs((moved - new.start) - (day - old.start)) <= timedelta(days=6)
