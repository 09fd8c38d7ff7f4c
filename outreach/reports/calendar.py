"""The plan as a calendar (RFC 5545) for any calendar program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from outreach.domain.delivery import Action, Identity
from outreach.domain.edit import coming
from outreach.domain.message import EventDetails, Message
from outreach.domain.plan import Planned
from outreach.domain.text import Text
from outreach.reports.source import Files, Question, Report, Source
from outreach.reports.table import Column, Row, Table
from outreach.reports.words import naming

if TYPE_CHECKING:
    from icalendar import Event

LENGTH = timedelta(minutes=15)
"""How long a publication is drawn; it has no length of its own."""

SIGNS = {Action.WITHDRAW: "↓ ", Action.UPDATE: "↻ "}
"""What stands before the channel of an entry that does not publish."""

COLUMNS = (
    Column(key="due", title=Text("Due"), keep=True),
    Column(key="channel", title=Text("Channel")),
    Column(key="what", title=Text("Message")),
    Column(key="title", title=Text("Title")),
    Column(key="key", title=Text("Key"), shown=False),
    Column(key="campaign", title=Text("Campaign"), shown=False),
)


def build(source: Source, question: Question) -> Table:
    """One row per planned delivery, and per update of what is public already."""
    return Table(
        name="calendar",
        title=Text("Calendar"),
        columns=COLUMNS,
        rows=tuple(row for files in source.files(question) for row in _rows(files, question)),
        empty=Text("Nothing is planned that fits."),
    )


def _rows(files: Files, question: Question) -> Iterator[Row]:
    titles = {message.id: message.title for message in files.messages}
    for planned in _asked(files, question):
        identity = planned.identity
        yield {
            "due": planned.due.astimezone(files.campaign.zone),
            "channel": identity.channel,
            "message": identity.message,
            "ordinal": identity.ordinal,
            "action": identity.action,
            "what": naming(identity),
            "title": titles.get(identity.message, ""),
            "key": identity.key,
            "campaign": identity.campaign,
        }


def to_ics(source: Source, question: Question) -> bytes:
    """All planned publications and taking downs, one entry each, with stable ids."""
    from icalendar import Calendar  # noqa: PLC0415 - slow to import, seldom needed

    calendar = Calendar()
    calendar.add("prodid", "-//outreach//plan//VI")
    calendar.add("version", "2.0")
    for files in source.files(question):
        calendar.add("x-wr-calname", files.campaign.short_name)
        messages = {message.id: message for message in files.messages}
        for planned in _asked(files, question):
            message = messages.get(planned.identity.message)
            if message:
                calendar.add_component(_entry(planned, message, source))
    return bytes(calendar.to_ical())


def _asked(files: Files, question: Question) -> list[Planned]:
    updates = filter(None, map(coming, files.difference.changes))
    return [
        planned
        for planned in sorted((*files.plan.planned, *updates), key=_order)
        if question.channel in (None, planned.identity.channel)
        and question.message in (None, planned.identity.message)
    ]


def _order(planned: Planned) -> tuple[datetime, Identity]:
    return planned.due, planned.identity


def _entry(planned: Planned, message: Message, source: Source) -> Event:
    from icalendar import Event  # noqa: PLC0415 - as above

    entry = Event()
    identity = planned.identity
    sign = SIGNS.get(identity.action, "")
    entry.add("uid", f"{identity.key}@{identity.campaign}")
    entry.add("dtstamp", source.now.replace(microsecond=0))
    entry.add("dtstart", planned.due)
    entry.add("dtend", planned.due + LENGTH)
    entry.add("summary", f"{sign}{identity.channel}: {message.title}")
    entry.add("categories", [identity.channel, message.topic or message.kind])
    if message.summary:
        entry.add("description", message.summary)
    if isinstance(message.details, EventDetails):
        entry.add("location", message.details.place)
    return entry


REPORT = Report(
    name="calendar",
    tells=Text("every planned delivery, also for calendar programs"),
    build=build,
    ics=to_ics,
)
