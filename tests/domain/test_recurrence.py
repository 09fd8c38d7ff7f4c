"""Recurrence rules: local wall time, within the window, bounded whatever they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from time import process_time

import pytest

from outreach.domain.campaign import Window
from outreach.domain.recurrence import MOST, OLDEST_START, read_rule, rule_times
from outreach.domain.schedule import NotASchedule, Rule
from outreach.domain.text import Text
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
        ("FREQ=DAILY;BYMONTH=12;BYHOUR=8;COUNT=2", ["12-01 08:00", "12-02 08:00"]),
        ("FREQ=DAILY;BYDAY=1SU;BYHOUR=9;COUNT=1", ["11-20 09:00"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=MO,TU;BYSETPOS=-1;BYHOUR=8", ["11-29 08:00"]),
        ("FREQ=WEEKLY;WKST=MO;BYDAY=TU;BYHOUR=8;COUNT=1", ["11-15 08:00"]),
        ("rrule:freq=daily;byhour=8;count=1;", ["11-15 08:00"]),
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
    assert "not understood in a recurrence rule" in refusal(lambda: read_rule(rule))


def refusal(call: Callable[[], object]) -> str:
    """What is wrong, and how to mend it."""
    with pytest.raises(NotASchedule) as refused:
        call()
    assert isinstance(refused.value.what, Text)
    assert isinstance(refused.value.mend, Text)
    return f"{refused.value.what} {refused.value.mend}"


def test_a_rule_without_a_frequency_is_told_so() -> None:
    assert "“FREQ=”" in refusal(lambda: read_rule("BYHOUR=8"))


def test_the_example_is_a_rule() -> None:
    said = refusal(lambda: read_rule("FREQ=SOMETIMES"))
    assert times(said.split("for example ")[1].rstrip("."))[0] == "11-15 08:00"


@pytest.mark.parametrize("rule", ["FREQ=MINUTELY", "FREQ=SECONDLY;INTERVAL=7200"])
def test_finer_than_hourly_is_refused(rule: str) -> None:
    assert "finer than hourly" in refusal(lambda: read_rule(rule))


def test_parts_that_exclude_each_other_are_refused() -> None:
    assert "not understood" in refusal(lambda: times("FREQ=HOURLY;INTERVAL=24;BYHOUR=8"))


def test_a_flood_is_refused() -> None:
    flood = "FREQ=HOURLY;BYMINUTE=0,30"
    assert len(times(f"{flood};COUNT={MOST}")) == MOST
    for rule in (flood, f"{flood};COUNT={MOST + 1}"):
        said = refusal(partial(times, rule))
        assert f"more than {MOST} occurrences" in said
        assert "less often" in said


def test_a_start_of_long_ago_is_refused() -> None:
    oldest = datetime(2022, 11, 15) - OLDEST_START  # noqa: DTZ001 - local wall time
    assert times("FREQ=DAILY;BYHOUR=8", oldest)[0] == "11-15 08:00"
    said = refusal(lambda: times("FREQ=DAILY", oldest - timedelta(seconds=1)))
    assert f"{oldest.date() - timedelta(days=1)}, long before the campaign" in said


@pytest.mark.parametrize(("year", "last"), [(2023, "02-28 08:00"), (2024, "02-29 08:00")])
def test_the_last_day_of_a_month_is_counted_from_its_end(year: int, last: str) -> None:
    window = Window(start=date(year, 2, 1), end=date(year, 3, 2))
    rule = read_rule("FREQ=DAILY;BYMONTHDAY=-1;BYHOUR=8")
    found = rule_times(rule, campaign(window=window))
    assert [f"{at:%m-%d %H:%M}" for at in found] == [last]


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
