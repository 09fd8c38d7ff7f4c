"""Which slots a window offers, and how sets of them are searched."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from outreach.domain.campaign import Holidays, Window
from outreach.domain.posting_days import (
    PostingDays,
    days_of,
    first_of,
    holidays_of,
    is_within,
    nearest_of,
    posting_days,
)
from tests.domain.office import at, campaign, posting

FOUR = PostingDays(
    holidays=frozenset(),
    closed=frozenset(),
    slots=(at("11-15 08:00"), at("11-15 11:30"), at("11-15 12:00"), at("11-16 08:00")),
)


@pytest.mark.parametrize(
    ("begin", "end", "inside", "outside"),
    [(8, 17, (8, 9, 17), (7, 18)), (22, 7, (22, 23, 0, 7), (21, 8)), (8, 8, (8,), (7, 9))],
)
def test_hours_include_both_ends_and_may_go_over_midnight(
    begin: int, end: int, inside: tuple[int, ...], outside: tuple[int, ...]
) -> None:
    hours = (time(begin), time(end))
    assert all(is_within(time(hour), hours) for hour in inside)
    assert not any(is_within(time(hour), hours) for hour in outside)


def test_every_day_of_a_window_is_named_once() -> None:
    window = Window(start=date(2022, 11, 29), end=date(2022, 12, 2))
    assert [day.day for day in days_of(window)] == [29, 30, 1, 2]


@pytest.mark.parametrize(
    ("instant", "minutes", "near"),
    [
        ("11-15 11:30", 30, [1]),
        ("11-15 11:30", 31, [1, 2]),
        ("11-15 11:59", 30, [1, 2]),
        ("11-15 08:00", 0, [0]),
        ("11-15 08:01", 0, []),
        ("11-15 10:00", 30, []),
        ("11-16 08:00", 60 * 24, [1, 2, 3]),
    ],
)
def test_near_means_nearer_than_the_gap(instant: str, minutes: int, near: list[int]) -> None:
    assert indexes(FOUR.near(at(instant), timedelta(minutes=minutes))) == near


def indexes(slots: int) -> list[int]:
    return [index for index in range(9) if slots >> index & 1]


def test_between_takes_in_its_begin_and_not_its_end() -> None:
    assert indexes(FOUR.between(at("11-15 11:30"), at("11-16 08:00"))) == [1, 2]
    assert indexes(FOUR.between(at("11-15 11:31"), at("11-16 08:01"))) == [2, 3]
    assert FOUR.between(at("11-16 08:01"), at("11-15 08:00")) == 0
    assert indexes(FOUR.all_slots) == [0, 1, 2, 3]


@pytest.mark.parametrize(("slots", "first"), [(0b1, 0), (0b110, 1), (0b1000, 3)])
def test_the_first_of_a_set(slots: int, first: int) -> None:
    assert first_of(slots) == first


@pytest.mark.parametrize(
    ("slots", "ideal", "nearest"),
    [
        (0b10001, 2, 0),
        (0b10001, 3, 4),
        (0b10001, 0, 0),
        (0b10001, 4, 4),
        (0b10000, 0, 4),
        (0b00001, 4, 0),
        (0b00100, 2, 2),
        (0b100100, 3, 2),
    ],
)
def test_the_nearest_of_a_set_and_the_earlier_of_two(slots: int, ideal: int, nearest: int) -> None:
    assert nearest_of(slots, ideal) == nearest


def test_slots_are_those_of_open_days_outside_the_quiet_hours_in_order() -> None:
    rules = posting(
        slots=(time(8), time(22), time(6, 30)),
        weekend_slots=(time(9),),
        blackout=frozenset({date(2022, 11, 17)}),
    )
    window = Window(start=date(2022, 11, 17), end=date(2022, 11, 20))
    found = posting_days(campaign(posting=rules, window=window))
    assert found.slots == tuple(
        at(slot) for slot in ("11-18 06:30", "11-18 08:00", "11-19 09:00", "11-20 09:00")
    )
    assert found.closed == {date(2022, 11, 17)}
    assert found.holidays == frozenset()


def test_holidays_are_those_of_every_year_of_the_window() -> None:
    window = Window(start=date(2022, 12, 20), end=date(2023, 1, 10))
    assert holidays_of(campaign(window=window)) >= {date(2023, 1, 1)}
    window = Window(start=date(2023, 1, 1), end=date(2024, 1, 1))
    found = holidays_of(campaign(window=window))
    assert {date(2023, 1, 1), date(2023, 9, 2), date(2024, 1, 1)} <= found
    assert all(day in window for day in found)
    assert not holidays_of(campaign(window=window, posting=posting(holidays=Holidays.POST)))
    assert date(2023, 9, 2) in posting_days(campaign(window=window)).closed
