"""Ordinals stay with their occurrence through edits; wall times follow the office's clock through daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.campaign import Window
from outreach.domain.delivery import Action
from outreach.domain.occurrences import occurrences
from outreach.domain.schedule import Hang, Once, Rule, Weekly
from tests.domain.office import at, campaign, once

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def weekly(*weekdays: int, **changes: date) -> Weekly:
    return Weekly(weekdays=frozenset(weekdays), times=(time(8),), **changes)


def numbered(schedule: Weekly | Rule, **changes: object) -> dict[int, str]:
    found = occurrences(schedule, campaign(**changes))
    return {one.ordinal: f"{campaign().local(one.due):%m-%d}" for one in found}


def test_dates_are_numbered_in_the_order_written() -> None:
    found = occurrences(once("11-20 08:00", "11-15 08:00"), campaign())
    assert [(one.ordinal, one.due) for one in found] == [
        (1, at("11-20 08:00")),
        (2, at("11-15 08:00")),
    ]


def test_a_banner_goes_up_and_comes_down() -> None:
    up, down = occurrences(Hang(start=at("11-15 07:00"), end=at("11-29 17:00")), campaign())
    assert (up.action, up.due) == (Action.PUBLISH, at("11-15 07:00"))
    assert (down.action, down.due) == (Action.WITHDRAW, at("11-29 17:00"))
    assert up.ordinal == down.ordinal == 1


def test_weekly_stays_within_the_window() -> None:
    found = occurrences(weekly(0, 3), campaign())
    assert len(found) == 9
    assert found[0].due == at("11-17 08:00")
    assert found[-1].due == at("12-15 08:00")


def test_another_weekday_moves_the_same_deliveries() -> None:
    assert numbered(weekly(0)).keys() == numbered(weekly(2)).keys() - {202246001}


def test_a_later_start_and_an_earlier_end_keep_the_others_ordinals() -> None:
    whole = numbered(weekly(0))
    part = numbered(weekly(0, start=date(2022, 11, 22), until=date(2022, 12, 6)))
    assert len(part) == 2
    assert part.items() < whole.items()


def test_closed_days_are_left_out_without_renumbering() -> None:
    whole = occurrences(weekly(0, 3), campaign())
    part = occurrences(weekly(0, 3), campaign(), frozenset({date(2022, 11, 21)}))
    assert set(part) == {one for one in whole if one.due != at("11-21 08:00")}


def test_a_rule_is_numbered_by_week_too() -> None:
    found = numbered(Rule(rule="FREQ=DAILY;BYHOUR=8;COUNT=7"))
    assert found[202246001] == "11-15"
    assert found[202247001] == "11-21"


def spring(zone: ZoneInfo, day: date) -> dict[str, object]:
    return {"zone": zone, "window": Window(start=day, end=day + timedelta(days=2))}


@pytest.mark.fault(19, "zones with summer time")
def test_a_time_that_does_not_exist_becomes_the_time_after_it() -> None:
    office = campaign(**spring(NEW_YORK, date(2022, 3, 12)))
    schedule = Weekly(weekdays=frozenset({6}), times=(time(2, 30),))
    (one,) = occurrences(schedule, office)
    assert f"{office.local(one.due):%m-%d %H:%M}" == "03-13 03:30"


def test_a_time_that_exists_twice_is_taken_the_first_time() -> None:
    office = campaign(**spring(NEW_YORK, date(2022, 11, 5)))
    schedule = Weekly(weekdays=frozenset({6}), times=(time(1, 30),))
    (one,) = occurrences(schedule, office)
    assert one.due == datetime(2022, 11, 6, 5, 30, tzinfo=UTC)


def test_two_wall_times_on_one_instant_are_one_occurrence() -> None:
    office = campaign(**spring(NEW_YORK, date(2022, 3, 12)))
    schedule = Weekly(weekdays=frozenset({6}), times=(time(2, 30), time(3, 30)))
    assert len(occurrences(schedule, office)) == 1


@given(
    zone=st.sampled_from([NEW_YORK, LORD_HOWE, ZoneInfo("Europe/Paris"), ZoneInfo("UTC")]),
    start=st.dates(date(2020, 1, 1), date(2024, 12, 1)),
    clock=st.times(),
)
def test_daily_means_once_a_day_at_that_wall_time(zone: ZoneInfo, start: date, clock: time) -> None:
    clock = clock.replace(second=0, microsecond=0, fold=0)  # as people write it
    office = campaign(zone=zone, window=Window(start=start, end=start + timedelta(days=40)))
    schedule = Weekly(weekdays=frozenset(range(7)), times=(clock,))
    locals_ = [office.local(one.due) for one in occurrences(schedule, office)]
    assert len({local.date() for local in locals_}) == len(locals_) == 41
    moved = [local for local in locals_ if local.time() != clock]
    assert len(moved) <= 1
    assert all(
        timedelta(0) < wall(local) - wall(local, clock) <= timedelta(hours=1) for local in moved
    )


def wall(local: datetime, clock: time | None = None) -> datetime:
    return datetime.combine(local.date(), clock or local.time())


def test_once_may_lie_anywhere() -> None:
    far = datetime(2030, 1, 1, tzinfo=UTC)
    assert occurrences(Once(at=(far,)), campaign())[0].due == far
