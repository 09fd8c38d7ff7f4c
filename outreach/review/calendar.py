"""The calendar: a month as a grid, and as a timeline with one lane per channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from starlette.responses import Response

from outreach.domain.calendar_month import Month
from outreach.domain.campaign import Campaign
from outreach.domain.change import OPEN
from outreach.domain.delivery import Delivery, State
from outreach.reports import calendar, coverage
from outreach.reports.source import Files, Question
from outreach.reports.words import WEEKDAYS
from outreach.review.office import Reading
from outreach.review.visit import Visit

MOST = 400
"""So many deliveries of a month are drawn; a page that shows fewer than there are says so."""

IN_A_DAY = 6
"""So many stand in one square of the grid, unless that day is asked for."""

LANE, DAY = 46, 30
"""Height of a channel's lane and width of a day in the timeline, in SVG units."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One delivery in the calendar."""

    delivery: Delivery
    title: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Square:
    """One day of the grid; `more` are not drawn. `inside`: of the month; `open`: of a campaign's window."""

    day: date
    entries: Sequence[Entry]
    more: int
    inside: bool
    open: bool


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One delivery in the timeline, at `x`, `y` of the drawing."""

    entry: Entry
    x: float
    y: float


def calendar_page(visit: Visit) -> Response:
    """One month; `as=ics` gives the same choice for other calendars."""
    reading = visit.office.reading()
    if visit.asked("as") == "ics":
        return _ics(visit, reading)
    zone = reading.zone(visit.asked("campaign"))
    known = [c for c in reading.campaigns() if visit.asked("campaign") in ("", c.id)]
    month = _month(visit.asked("month"), visit.office.now().astimezone(zone), known)
    files = _open_in(reading, known, month)
    entries = _entries(visit, month, zone)
    channels = sorted({entry.delivery.identity.channel for entry in entries})
    return visit.page(
        "calendar",
        month=month.first,
        before=month.before.first,
        after=month.after.first,
        weeks=_weeks(month, entries, files, visit.asked("day")),
        marks=_marks(month.first, entries, channels),
        lanes=list(enumerate(channels)),
        days=month.last.day,
        lane=LANE,
        unit=DAY,
        weekdays=WEEKDAYS,
        choices=_choices(reading, files),
        chosen={key: visit.asked(key) for key in ("channel", "topic", "unit", "state")},
        full=len(entries) >= MOST,
        coverage=coverage.parts_of([c for f in files for c in reading.coverage(f.campaign.id)]),
        ics=_link(visit, **{"as": "ics"}),
        today=visit.office.now().astimezone(zone).date(),
        link_to=lambda day: _link(visit, month=f"{day:%Y-%m}"),
        whole=lambda day: f"{_link(visit, month=f'{day:%Y-%m}', day=str(day))}#{day}",
        seen=[state for state in State if any(e.delivery.state is state for e in entries)],
    )


def _open_in(reading: Reading, known: Sequence[Campaign], month: Month) -> list[Files]:
    """The files of those campaigns whose window reaches into the month."""
    within = [c for c in known if month.meets(c.window)]
    return [f for c in within for f in reading.files(Question(campaign=c.id))]


def _month(asked: str, now: datetime, known: Sequence[Campaign]) -> Month:
    """The month that was asked for; otherwise this month, or that of the campaign that is nearest."""
    try:
        return Month.named(asked)
    except ValueError:
        windows = [each.window for each in known]
        if any(now.date() in window for window in windows) or not windows:
            return Month.of(now.date())
        nearest = min(windows, key=lambda window: abs(window.start - now.date()))
        return Month.of(nearest.start)


def _entries(visit: Visit, month: Month, zone: tzinfo) -> list[Entry]:
    office = visit.office
    since, until = month.span(zone)
    states = {s.value: s for s in State}
    wanted = states.get(visit.asked("state"))
    earliest_first = sorted(State, key=OPEN.__contains__)
    found = office.glances.first(
        [wanted] if wanted else earliest_first,
        MOST,
        since=since,
        until=until,
        channel=visit.asked("channel") or None,
        campaign=visit.asked("campaign") or None,
        topic=visit.asked("topic") or None,
        unit=visit.asked("unit") or None,
    )
    titles = office.glances.titles(found)
    return [Entry(delivery=d, title=titles[d.id], at=d.due.astimezone(zone)) for d in found]


def _weeks(
    month: Month, entries: Sequence[Entry], files: Sequence[Files], asked: str
) -> list[list[Square]]:
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.at.date(), []).append(entry)
    start = month.first - timedelta(days=month.first.weekday())
    weeks = []
    while start <= month.last:
        days = [start + timedelta(days=number) for number in range(7)]
        weeks.append([_square(day, month.first, by_day.get(day, []), files, asked) for day in days])
        start += timedelta(days=7)
    return weeks


def _square(
    day: date, month: date, entries: Sequence[Entry], files: Sequence[Files], asked: str
) -> Square:
    shown = len(entries) if asked == str(day) else IN_A_DAY
    return Square(
        day=day,
        entries=entries[:shown],
        more=max(0, len(entries) - shown),
        inside=day.month == month.month,
        open=any(day in each.campaign.window for each in files),
    )


def _marks(month: date, entries: Sequence[Entry], channels: Sequence[str]) -> list[Mark]:
    """Each at its day and hour; what would cover another one stands a little lower."""
    taken: Counter[tuple[str, date, int]] = Counter()
    marks = []
    for entry in entries:
        name, day, hour = entry.delivery.identity.channel, entry.at.date(), entry.at.hour // 6
        place = (day - month).days + (entry.at.hour + entry.at.minute / 60) / 24
        lower = taken[name, day, hour]
        taken[name, day, hour] += 1
        y = channels.index(name) * LANE + 14 + min(lower, 2) * 10
        marks.append(Mark(entry=entry, x=round(place * DAY, 1), y=y))
    return marks


def _choices(reading: Reading, files: Sequence[Files]) -> Mapping[str, list[str]]:
    return {
        "channel": sorted(reading.channels()),
        "topic": sorted(set().union(*(each.topics for each in files))),
        "unit": sorted(set().union(*(each.units for each in files))),
    }


def _ics(visit: Visit, reading: Reading) -> Response:
    question = Question(
        campaign=visit.asked("campaign") or None, channel=visit.asked("channel") or None
    )
    headers = {"content-disposition": 'attachment; filename="lich-dang.ics"'}
    content = calendar.to_ics(reading, question)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _link(visit: Visit, **more: str) -> str:
    return f"/calendar?{visit.request.url.include_query_params(**more).query}"
