"""The plan as the editorial calendar that staff know: `outreach import` reads these very columns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from outreach.domain.delivery import Action
from outreach.domain.message import Kind, Message
from outreach.domain.text import Text
from outreach.reports.source import Files, Question, Report, Source
from outreach.reports.table import Column, Row, Table

KINDS = {
    Kind.POST: Text("post"),
    Kind.BANNER: Text("banner"),
    Kind.EVENT: Text("event"),
    Kind.CONTEST: Text("contest"),
    Kind.COMMENDATION: Text("commendation"),
}

COLUMNS = (
    Column(key="day", title=Text("Day"), keep=True),
    Column(key="clock", title=Text("Hour"), keep=True),
    Column(key="title", title=Text("Title")),
    Column(key="channels", title=Text("Channel")),
    Column(key="kind", title=Text("Kind"), shown=False),
    Column(key="topic", title=Text("Topic"), shown=False),
    Column(key="unit", title=Text("Unit"), shown=False),
    Column(key="summary", title=Text("Summary"), shown=False),
    Column(key="id", title=Text("ID"), shown=False),
)


def build(source: Source, question: Question) -> Table:
    """One row per message and instant, with all its channels."""
    return Table(
        name="editorial",
        title=Text("Editorial calendar"),
        columns=COLUMNS,
        rows=tuple(row for files in source.files(question) for row in _rows(files)),
        empty=Text("Nothing is planned that fits."),
    )


def publications(files: Files) -> Iterator[tuple[datetime, Message, list[str]]]:
    """Each planned instant and message with its channels, in order."""
    messages = {message.id: message for message in files.messages}
    together: dict[tuple[datetime, str], list[str]] = {}
    for planned in files.plan.planned:
        identity = planned.identity
        if identity.action is Action.PUBLISH:
            together.setdefault((planned.due, identity.message), []).append(identity.channel)
    for (due, name), channels in sorted(together.items()):
        yield due, messages[name], channels


def _rows(files: Files) -> Iterator[Row]:
    for due, message, channels in publications(files):
        local = files.campaign.local(due)
        yield {
            "day": f"{local:%d/%m/%Y}",
            "clock": f"{local:%H:%M}",
            "title": message.title,
            "channels": ", ".join(sorted(channels)),
            "kind": KINDS[message.kind],
            "topic": message.topic,
            "unit": message.unit,
            "summary": message.summary,
            "id": message.id,
        }


REPORT = Report(
    name="editorial",
    tells=Text("the plan as an editorial calendar, which `outreach import` reads"),
    build=build,
)
