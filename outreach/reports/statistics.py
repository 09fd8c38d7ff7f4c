"""How publications were received: counts per topic, unit, channel, message or day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING

from outreach.domain.counts import Counts, Metric
from outreach.domain.text import Text
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Column, Row, Table

if TYPE_CHECKING:
    from outreach.store.counts import Received


class By(StrEnum):
    """What publications are put together by."""

    TOPIC = "topic"
    UNIT = "unit"
    CHANNEL = "channel"
    DAY = "day"
    MESSAGE = "message"


TITLES: Mapping[By, Text] = {
    By.TOPIC: Text("Topic"),
    By.UNIT: Text("Unit"),
    By.CHANNEL: Text("Channel"),
    By.DAY: Text("Day"),
    By.MESSAGE: Text("Message"),
}
METRICS: Mapping[Metric, Text] = {
    Metric.VIEWS: Text("Views"),
    Metric.REACH: Text("Reach"),
    Metric.REACTIONS: Text("Reactions"),
    Metric.COMMENTS: Text("Comments"),
    Metric.SHARES: Text("Shares"),
    Metric.CLICKS: Text("Clicks"),
}
UNNAMED = Text("(not named)")

_NAMES: Mapping[By, Callable[[Received], str]] = {
    By.TOPIC: lambda one: one.topic,
    By.UNIT: lambda one: one.unit,
    By.CHANNEL: lambda one: one.delivery.identity.channel,
    By.MESSAGE: lambda one: one.delivery.identity.message,
}


@dataclass(frozen=True, kw_only=True)
class _Stand:
    """What is known of one publication, and since when; a metric that a reading lacks keeps its last figure."""

    at: datetime
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class _Group:
    """What is known of the publications that belong together; None for one that was not counted yet."""

    name: str
    found: tuple[_Stand | None, ...]

    def row(self, by: By, zone: tzinfo) -> Row:
        """Its totals."""
        read = [stand for stand in self.found if stand]
        return {
            "by": by,
            "name": self.name,
            "shown_name": self.name or UNNAMED,
            "publications": len(self.found),
            "counted": len(read),
            **{metric: _sum(metric, read) for metric in Metric},
            "read": max((one.at.astimezone(zone) for one in read), default=None),
        }


def build(source: Source, question: Question, by: By = By.CHANNEL) -> Table:
    """One row per group with its totals at the last reading; by day, what they stood at by the end of each local day."""
    received = source.received(question)
    zone = source.zone(question.campaign or _campaign(received))
    groups = _days(received, zone) if by is By.DAY else _named(received, by)
    return table(by, tuple(group.row(by, zone) for group in groups))


def table(by: By, rows: tuple[Row, ...]) -> Table:
    """The table of such rows, whoever worked them out."""
    return Table(
        name="statistics",
        title=Text("Statistics"),
        columns=tuple(_columns(by, rows)),
        rows=rows,
        empty=Text("Nothing has been published yet."),
    )


def totals(received: Sequence[Received], by: By, zone: tzinfo) -> tuple[Row, ...]:
    """One row per group, as `build` has them, of publications that are known already; not by day."""
    return tuple(group.row(by, zone) for group in _named(received, by))


def _campaign(received: Sequence[Received]) -> str:
    return received[-1].delivery.identity.campaign if received else ""


def _columns(by: By, rows: Sequence[Row]) -> Iterator[Column]:
    yield Column(key="shown_name", title=TITLES[by])
    yield Column(key="publications", title=Text("Published"), right=True)
    yield Column(key="counted", title=Text("Counted"), right=True, shown=False)
    for metric, title in METRICS.items():
        told = any(row[metric] is not None for row in rows)
        yield Column(key=metric, title=title, right=True, keep=True, shown=told)
    yield Column(key="read", title=Text("Last read"), shown=False)


def _named(received: Sequence[Received], by: By) -> Iterator[_Group]:
    """The groups in the order in which their first publication was due."""
    groups: dict[str, list[_Stand | None]] = {}
    for one in received:
        groups.setdefault(_NAMES[by](one), []).append(_stand(one))
    for name, found in groups.items():
        yield _Group(name=name, found=tuple(found))


def _days(received: Sequence[Received], zone: tzinfo) -> Iterator[_Group]:
    """Every day from the first publication to the last reading."""
    begun = [_published(one).astimezone(zone).date() for one in received]
    read = [one.readings[-1].at.astimezone(zone).date() for one in received if one.readings]
    day, last = min(begun, default=date.max), max([*begun, *read], default=date.min)
    while day <= last:
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        public = tuple(_stand(one, end) for one in received if _published(one) < end)
        yield _Group(name=day.isoformat(), found=public)
        day += timedelta(days=1)


def _published(one: Received) -> datetime:
    return one.delivery.receipt.at if one.delivery.receipt else one.delivery.due


def _stand(one: Received, end: datetime | None = None) -> _Stand | None:
    """What was known before `end`, or is known now."""
    known = [reading for reading in one.readings if end is None or reading.at < end]
    counts: dict[Metric, int] = {}
    for reading in known:
        counts |= reading.counts
    return _Stand(at=known[-1].at, counts=counts) if known else None


def _sum(metric: Metric, read: Sequence[_Stand]) -> int | None:
    """The total; None when no channel tells it."""
    told = [stand.counts[metric] for stand in read if metric in stand.counts]
    return sum(told) if told else None


REPORT = Report(
    name="statistics",
    tells=Text("views, reach, reactions, comments and shares per channel"),
    build=build,
)
