"""The tables of the documents: outcome by channel, topic, unit and week; how it was received; each delivery; the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from outreach.domain.text import Text
from outreach.reports import statistics
from outreach.reports.delivery_log import HAPPENINGS, reason_of
from outreach.reports.official.figures import Deed, tally
from outreach.reports.official.month import Month
from outreach.reports.official.speech import grouped, share
from outreach.reports.statistics import By
from outreach.reports.table import Column, Row, Table
from outreach.reports.words import STATES

if TYPE_CHECKING:
    from outreach.domain.delivery import Delivery
    from outreach.store.delivery_log import Line

NUMBER = Column(key="number", title=Text("Item no."), right=True)
TOTAL = Text("Total")
UNNAMED = Text("(not named)")
SHOWN_HASH = 16
"""So many characters of a line's seal stand in the annex; spreadsheets have all of them."""


Group = tuple[int, str, list[Deed]]


def by_channel(month: Month) -> Table:
    """How the publications of each channel ended, and all together."""
    groups = _grouped(month.online, lambda deed: deed.channel)
    names = month.files.campaign.paperwork.channels
    rows = [_outcome(number, names.get(name, name), deeds) for number, name, deeds in groups]
    unfinished = tally(month.online).open > 0
    return Table(
        name="channels",
        title=Text("Publications by channel"),
        columns=(
            NUMBER,
            Column(key="name", title=Text("Channel")),
            Column(key="planned", title=Text("Planned"), right=True),
            Column(key="done", title=Text("Published"), right=True),
            Column(key="on_time", title=Text("On time"), right=True),
            Column(key="late", title=Text("Late"), right=True),
            Column(key="failed", title=Text("Not published"), right=True),
            *((Column(key="open", title=Text("Open"), right=True),) if unfinished else ()),
            Column(key="share", title=Text("Share done"), right=True),
        ),
        rows=(*rows, _outcome(None, TOTAL, month.online)),
        empty=Text("Nothing is planned that fits."),
    )


def _outcome(number: int | None, name: str | Text, deeds: Iterable[Deed]) -> Row:
    found = tally(deeds)
    return {
        "number": number,
        "name": name,
        "planned": found.planned,
        "done": found.done,
        "on_time": found.on_time,
        "late": found.late,
        "failed": found.failed,
        "open": found.open,
        "share": share(found.done, found.planned),
    }


def by_topic(month: Month) -> Table:
    """What was done for each topic, in the order of campaign.toml."""
    groups = _grouped(month.deeds, lambda deed: deed.topic, month.files.campaign.topics)
    table = _activity(Column(key="name", title=Text("Topic")), groups, month)
    return replace(table, name="topics", title=Text("Work by topic"))


def by_unit(month: Month) -> Table:
    """What each unit did, in the order of campaign.toml."""
    groups = _grouped(month.deeds, lambda deed: deed.unit, month.files.campaign.units)
    table = _activity(Column(key="name", title=Text("Unit")), groups, month)
    return replace(table, name="units", title=Text("Work by unit"))


def by_week(month: Month) -> Table:
    """What was done in each week, Monday to Sunday."""
    days = [deed.due.date() for deed in month.deeds]
    weeks = _weeks(min([month.first, *days]), max([month.last, *days]))
    groups = _grouped(month.deeds, lambda deed: weeks[_monday(deed.due.date())], weeks.values())
    table = _activity(Column(key="name", title=Text("Week")), groups, month)
    return replace(table, name="weeks", title=Text("Work by week"))


def _activity(name: Column, groups: Iterable[Group], month: Month) -> Table:
    rows = [_done(number, group or UNNAMED, deeds) for number, group, deeds in groups]
    return Table(
        name="",
        title=Text("Work by topic"),
        columns=(
            NUMBER,
            name,
            Column(key="planned", title=Text("Planned"), right=True),
            Column(key="done", title=Text("Carried out"), right=True),
            Column(key="online", title=Text("Published online"), right=True),
            Column(key="direct", title=Text("Carried out directly"), right=True),
            Column(key="share", title=Text("Share done"), right=True),
        ),
        rows=(*rows, _done(None, TOTAL, month.deeds)),
        empty=Text("Nothing is planned that fits."),
    )


def _done(number: int | None, name: str | Text, deeds: Iterable[Deed]) -> Row:
    found = tuple(deeds)
    every, direct = tally(found), tally(deed for deed in found if deed.by_people)
    return {
        "number": number,
        "name": name,
        "planned": every.planned,
        "done": every.done,
        "online": every.done - direct.done,
        "direct": direct.done,
        "share": share(every.done, every.planned),
    }


def _grouped(
    deeds: Iterable[Deed], key: Callable[[Deed], str], order: Iterable[str] = ()
) -> Iterator[Group]:
    """Numbered groups in the given order, then in that of their first deed; a group without any is left out."""
    groups: dict[str, list[Deed]] = {name: [] for name in order}
    for deed in deeds:
        groups.setdefault(key(deed), []).append(deed)
    filled = ((name, found) for name, found in groups.items() if found)
    return ((number, name, found) for number, (name, found) in enumerate(filled, start=1))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(first: date, last: date) -> Mapping[date, str]:
    """Monday -> the days of its week that lie from `first` to `last`."""
    found: dict[date, str] = {}
    monday = _monday(first)
    while monday <= last:
        begin, end = max(first, monday), min(last, monday + timedelta(days=6))
        found[monday] = f"{begin:%d/%m} – {end:%d/%m/%Y}"
        monday += timedelta(days=7)
    return found


def reception(month: Month) -> Table:
    """How the publications of each channel were received, and all together; only what some channel tells."""
    names = month.files.campaign.paperwork.channels
    found = statistics.totals(month.received, By.CHANNEL, month.files.campaign.zone)
    told = [m for m in statistics.METRICS if any(row[m] for row in found)]
    rows = [
        {**row, "number": number, "name": names.get(str(row["name"]), row["name"])}
        for number, row in enumerate((row for row in found if row["counted"]), start=1)
    ]
    sums = {key: sum(row[key] or 0 for row in rows) for key in ("counted", *told)}
    return Table(
        name="reception",
        title=Text("How publications were received"),
        columns=(
            NUMBER,
            Column(key="name", title=Text("Channel")),
            Column(key="counted", title=Text("Posts counted"), right=True),
            *(Column(key=m, title=statistics.METRICS[m], right=True) for m in told),
        ),
        rows=(*rows, {"number": None, "name": TOTAL, **sums}) if rows and told else (),
        empty=Text("Nothing has been published yet."),
    )


def each_publication(month: Month) -> Table:
    """One row per publication: when it was planned, when it was public, where, and the link."""
    names = month.files.campaign.paperwork.channels
    return Table(
        name="publications",
        title=Text("Each publication"),
        columns=(
            NUMBER,
            Column(key="due", title=Text("Planned for")),
            Column(key="at", title=Text("Published at"), seconds=True),
            Column(key="channel", title=Text("Channel")),
            Column(key="title", title=Text("Content")),
            Column(key="stands", title=Text("Outcome")),
            Column(key="link", title=Text("Link or number")),
        ),
        rows=tuple(
            _publication(number, deed, names) for number, deed in enumerate(month.deeds, start=1)
        ),
        empty=Text("Nothing is planned that fits."),
    )


def _publication(number: int, deed: Deed, names: Mapping[str, str]) -> Row:
    carried_out = Text("carried out") if deed.by_people else Text("on time")
    outcome = Text("late") if deed.late and not deed.by_people else carried_out
    return {
        "number": number,
        "due": deed.due,
        "at": deed.at if deed.done else None,
        "channel": names.get(deed.channel, deed.channel),
        "title": deed.title,
        "stands": outcome if deed.done else STATES[deed.state],
        "link": deed.link or Text("delivery {number}", number=deed.number),
    }


def whole_log(month: Month, deliveries: Mapping[int, Delivery]) -> Table:
    """Every line of the delivery log that is about the campaign, with the beginning of its seal."""
    return Table(
        name="log",
        title=Text("The complete delivery log"),
        columns=(
            Column(key="seq", title=Text("Line"), right=True),
            Column(key="at", title=Text("When"), seconds=True),
            Column(key="happened", title=Text("What")),
            Column(key="delivery", title=Text("Delivery no."), right=True),
            Column(key="where", title=Text("Channel: message")),
            Column(key="detail", title=Text("Link or reason")),
            Column(key="hash", title=Text("Seal (SHA-256)")),
            Column(key="seal", title=Text("Hash"), shown=False),
        ),
        rows=tuple(_logged(month, line, deliveries) for line in month.lines),
        empty=Text("The delivery log has no line that fits."),
    )


def _logged(month: Month, line: Line, deliveries: Mapping[int, Delivery]) -> Row:
    event, zone = line.event, month.files.campaign.zone
    delivery = deliveries.get(event.delivery_id or 0)
    channel = delivery.identity.channel if delivery else str(event.data.get("channel", ""))
    link = (event.data.get("receipt") or {}).get("permalink", "")
    return {
        "seq": line.seq,
        "at": event.at.astimezone(zone),
        "happened": HAPPENINGS.get(event.what, Text("{what}", what=event.what)),
        "delivery": event.delivery_id,
        "where": f"{channel}: {delivery.identity.message}" if delivery else channel,
        "detail": link or reason_of(event.data),
        "hash": grouped(line.hash[:SHOWN_HASH]),
        "seal": line.hash,
    }


def schedule(month_rows: Iterable[tuple[datetime, Mapping[str, Any]]]) -> Table:
    """The plan day by day, for the annex of the office's plan."""
    return Table(
        name="schedule",
        title=Text("Schedule"),
        columns=(
            NUMBER,
            Column(key="day", title=Text("Day")),
            Column(key="clock", title=Text("Hour")),
            Column(key="title", title=Text("Content")),
            Column(key="channels", title=Text("Channel")),
            Column(key="topic", title=Text("Topic")),
            Column(key="unit", title=Text("Responsible unit")),
        ),
        rows=tuple(
            {"number": number, **row} for number, (_, row) in enumerate(month_rows, start=1)
        ),
        empty=Text("Nothing is planned that fits."),
    )
