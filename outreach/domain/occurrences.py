"""From a schedule to instants, each with the ordinal that keeps a delivery the same one after an edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, product
from typing import assert_never

from outreach.domain.campaign import Campaign
from outreach.domain.delivery import Action
from outreach.domain.posting_days import days_of
from outreach.domain.recurrence import rule_times
from outreach.domain.schedule import Dated, Hang, Once, Rule, Weekly

Numbered = tuple[int, datetime]
"""The place within its week, from 1, and the naive local time of a recurring occurrence."""


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One time that a schedule asks for: `due` is aware UTC."""

    ordinal: int
    action: Action
    due: datetime


def occurrences(
    schedule: Dated, campaign: Campaign, closed: frozenset[date] = frozenset()
) -> tuple[Occurrence, ...]:
    """Every occurrence, in the order of ordinals; recurring ones stay within the window and leave out `closed` days.

    Dates written one by one count from 1 in the order written, and may lie anywhere. Recurring ones are numbered by ISO week
    (year, week, place within the week), so that another weekday moves them and an earlier end takes none of the others away.
    Raises `NotASchedule` for a rule that asks for too much.
    """
    match schedule:
        case Once():
            return tuple(_publish(n, due) for n, due in enumerate(schedule.at, 1))
        case Hang():
            down = Occurrence(ordinal=1, action=Action.WITHDRAW, due=schedule.end)
            return (_publish(1, schedule.start), down)
        case Weekly():
            return _recurring(_weekly_times(schedule, campaign), campaign, closed)
        case Rule():
            return _recurring(_rule_times(schedule, campaign), campaign, closed)
        case _:
            assert_never(schedule)


def _publish(ordinal: int, due: datetime) -> Occurrence:
    return Occurrence(ordinal=ordinal, action=Action.PUBLISH, due=due)


def _weekly_times(weekly: Weekly, campaign: Campaign) -> Iterator[Numbered]:
    places = {
        place: number
        for number, place in enumerate(product(sorted(weekly.weekdays), weekly.times), 1)
    }
    for day in days_of(campaign.window):
        if day.weekday() in weekly.weekdays and _is_in(day, weekly):
            for at in weekly.times:
                yield places[day.weekday(), at], datetime.combine(day, at)


def _rule_times(rule: Rule, campaign: Campaign) -> Iterator[Numbered]:
    for _, of_week in groupby(rule_times(rule, campaign), key=lambda at: at.isocalendar()[:2]):
        yield from enumerate(of_week, 1)


def _recurring(
    times: Iterable[Numbered], campaign: Campaign, closed: frozenset[date]
) -> tuple[Occurrence, ...]:
    # Daylight saving may put two wall times on one instant: the first keeps it.
    found: dict[datetime, Occurrence] = {}
    for number, at in times:
        if at.date() not in closed:
            due = campaign.utc(at.date(), at.time())
            found.setdefault(due, _publish(_ordinal(at, number), due))
    return tuple(found.values())


def _ordinal(at: datetime, number: int) -> int:
    year, week, _ = at.isocalendar()
    return year * 100_000 + week * 1000 + number


def _is_in(day: date, weekly: Weekly) -> bool:
    return (weekly.start or day) <= day <= (weekly.until or day)
