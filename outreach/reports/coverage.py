"""What the plan covers: topics, departments and weeks against channels, with the gaps; and crowded moments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from outreach.domain.coverage import Coverage, Line, coverage
from outreach.domain.text import Text
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Column, Row, Table

KINDS = {"topic": Text("topic"), "unit": Text("unit"), "week": Text("week")}
TITLES = {
    "topic": Text("Coverage per topic"),
    "unit": Text("Coverage per unit"),
    "week": Text("Coverage per week"),
}
GAP = Text("gap")

BROAD = 5
"""With more channels than this a text table shows only the total."""


def build(source: Source, question: Question) -> Table:
    """One row per topic, unit and week, with a column per channel; `gap` marks what has nothing."""
    return _table(_all(source, question))


def _table(found: Sequence[Coverage]) -> Table:
    channels = sorted({channel for one in found for channel in one.channels})
    return Table(
        name="coverage",
        title=Text("Coverage"),
        columns=tuple(_columns(channels)),
        rows=tuple(row for one in found for row in _rows(one)),
        empty=Text("The campaign names no topics and no units."),
    )


def parts(source: Source, question: Question) -> list[Table]:
    """The same as one table per topic, unit and week, which fit a narrow screen."""
    return parts_of(_all(source, question))


def parts_of(found: Sequence[Coverage]) -> list[Table]:
    """The same of what was worked out already."""
    whole = _table(found)
    columns = tuple(column for column in whole.columns if column.key != "kind")
    groups = [(by, tuple(row for row in whole.rows if row["by"] == by)) for by in TITLES]
    return [
        replace(whole, title=TITLES[by], columns=columns, rows=rows) for by, rows in groups if rows
    ]


def _all(source: Source, question: Question) -> list[Coverage]:
    files = source.files(question)
    return [coverage(each.plan, each.campaign, each.messages) for each in files]


def _columns(channels: Sequence[str]) -> Iterator[Column]:
    yield Column(key="kind", title=Text("Per"))
    yield Column(key="shown_name", title=Text("Name"))
    for channel in channels:
        yield Column(
            key=f"on {channel}",
            title=Text("{channel}", channel=channel),
            right=True,
            keep=True,
            shown=len(channels) <= BROAD,
        )
    yield Column(key="total", title=Text("Total"), right=True)
    yield Column(key="mark", title=Text("Gap"), keep=True)
    yield Column(key="campaign", title=Text("Campaign"), shown=False)


def _rows(found: Coverage) -> Iterator[Row]:
    groups = (("topic", found.topics), ("unit", found.units), ("week", found.weeks))
    for by, lines in groups:
        for line in lines:
            yield _row(found, by, line)


def _row(found: Coverage, by: str, line: Line) -> Row:
    per_channel = zip(found.channels, line.counts, strict=True)
    return {
        "campaign": found.campaign,
        "by": by,
        "kind": KINDS[by],
        "name": line.name,
        "shown_name": _week(line.name) if by == "week" else line.name,
        **{f"on {channel}": count for channel, count in per_channel},
        "total": line.total,
        "gap": line.total == 0,
        "mark": GAP if line.total == 0 else None,
    }


def _week(name: str) -> str:
    """`2022-W47` as its Monday and Sunday."""
    found = re.fullmatch(r"(\d{4})-W(\d{2})", name)
    if not found:
        return name
    monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    return f"{monday:%d/%m} – {monday + timedelta(days=6):%d/%m/%Y}"


def collisions(source: Source, question: Question) -> Table:
    """One row per channel and instant that several messages share."""
    return Table(
        name="collisions",
        title=Text("Collisions"),
        columns=(
            Column(key="at", title=Text("When"), keep=True),
            Column(key="channel", title=Text("Channel")),
            Column(key="messages", title=Text("Messages")),
        ),
        rows=tuple(
            {
                "campaign": found.campaign,
                "at": one.at,
                "channel": one.channel,
                "messages": list(one.messages),
            }
            for found in _all(source, question)
            for one in found.collisions
        ),
        empty=Text("No two messages meet on one channel at the same minute."),
    )


REPORT = Report(
    name="coverage",
    tells=Text("publications per topic, unit and week, with the gaps"),
    build=build,
)
