"""Recurrence rules: local wall time, within the window, bounded whatever they say."""

from __future__ import annotations

from datetime import datetime
from time import process_time

import pytest

from outreach.domain.recurrence import MOST, read_rule, rule_times
from outreach.domain.schedule import NotASchedule, Rule
from tests.domain.office import campaign


def times(rule: str, start: datetime | None = None) -> list[str]:
    read = Rule(rule=read_rule(rule).rule, start=start)
    return [f"{at:%m-%d %H:%M}" for at in rule_times(read, campaign())]


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        (
            "FREQ=WEEKLY;BYDAY=TU;BYHOUR=8;BYMINUTE=0;COUNT=2",
            ["11-15 08:00", "11-22 08:00"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=TU;BYMONTH=12;BYHOUR=8",
            ["12-06 08:00", "12-13 08:00"],
        ),
        (
            "FREQ=DAILY;BYDAY=SA,SU;BYHOUR=9;UNTIL=20221120",
            ["11-19 09:00", "11-20 09:00"],
        ),
        ("FREQ=DAILY;BYHOUR=8;UNTIL=20221116T010000Z", ["11-15 08:00", "11-16 08:00"]),
        ("FREQ=DAILY;BYHOUR=8;UNTIL=20221116T075959", ["11-15 08:00"]),
        ("FREQ=DAILY;BYMONTHDAY=-1,1;BYHOUR=9", ["11-30 09:00", "12-01 09:00"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=8", ["11-25 08:00"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;BYHOUR=8", ["12-05 08:00"]),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=25;BYHOUR=8", ["11-25 08:00"]),
        ("FREQ=HOURLY;INTERVAL=6;COUNT=2", ["11-15 00:00", "11-15 06:00"]),
    ],
)
def test_rule_is_expanded_within_the_window(rule: str, meant: list[str]) -> None:
    assert times(rule) == meant


def test_rule_counts_from_its_own_start() -> None:
    assert times("FREQ=DAILY;COUNT=3", datetime.fromisoformat("2022-11-14 08:30")) == [
        "11-15 08:30",
        "11-16 08:30",
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=SOMETIMES",
        "BYHOUR=8;BYDAY=TU",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY;BYHOUR=",
        "FREQ=DAILY;BYHOUR=eight",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;BYSECOND=30",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=20221340",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=DAILY;BYSETPOS=2",
    ],
)
def test_rule_is_refused(rule: str) -> None:
    with pytest.raises(NotASchedule, match="not understood in a recurrence rule"):
        read_rule(rule)


@pytest.mark.parametrize("rule", ["FREQ=MINUTELY", "FREQ=SECONDLY;INTERVAL=7200"])
def test_finer_than_hourly_is_refused(rule: str) -> None:
    with pytest.raises(NotASchedule, match="finer than hourly"):
        read_rule(rule)


def test_parts_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(NotASchedule, match="not understood"):
        times("FREQ=HOURLY;INTERVAL=24;BYHOUR=8")


def test_a_flood_is_refused() -> None:
    with pytest.raises(NotASchedule, match=f"more than {MOST} occurrences"):
        times("FREQ=HOURLY;BYMINUTE=0,30")


def test_a_start_of_long_ago_is_refused() -> None:
    with pytest.raises(NotASchedule, match="long before the campaign"):
        times("FREQ=HOURLY", datetime.fromisoformat("1970-01-01"))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=SU",
        "FREQ=DAILY;INTERVAL=7;BYDAY=SU",
        "FREQ=WEEKLY;BYMONTH=2",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
    ],
)
def test_a_rule_that_never_matches_ends_soon(rule: str) -> None:
    began = process_time()
    assert times(rule) == []
    assert process_time() - began < 1.5
