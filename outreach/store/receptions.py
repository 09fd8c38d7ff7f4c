"""How publications were received, added up by the database: as many rows as there are groups, however many publications."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, Select, exists, func, select, type_coerce
from sqlalchemy import Text as Characters

from outreach.domain.counts import Metric
from outreach.store.columns import from_microseconds, to_microseconds
from outreach.store.counts import WAS_PUBLISHED
from outreach.store.engine import reading
from outreach.store.tables import DELIVERY, DELIVERY_COUNT, EVENT_HEAD, READING_HEAD, RENDITION

QUARTER = timedelta(minutes=15)
"""Every local day of every time zone begins with such a quarter of an hour."""

_MICROSECONDS = QUARTER // timedelta(microseconds=1)
_COUNT = DELIVERY_COUNT.c
_GROUPS = {
    "channel": DELIVERY.c.channel,
    "message": DELIVERY.c.message,
    "topic": RENDITION.c.topic,
    "unit": RENDITION.c.unit,
}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which publications; None leaves it open."""

    campaign: str | None = None
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """Publications that belong together: how many, how many of them were counted, when last (aware UTC), and their totals."""

    name: str
    publications: int
    counted: int
    read: datetime | None
    totals: Mapping[Metric, int]


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What came in one quarter of an hour, which begins at `at` (aware UTC)."""

    at: datetime
    publications: int = 0
    counted: int = 0
    read: datetime | None = None
    totals: Mapping[Metric, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stand:
    """How far the log and the readings went: what was worked out at one stand is right as long as it stands there."""

    log: int
    readings: int


class Receptions:
    """The sums of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def stand(self) -> Stand:
        """Where the database stands now."""
        with reading(self._engine) as connection:
            log, readings = connection.execute(_STAND).one()
        return Stand(log=log, readings=readings)

    def groups(self, part: Part, by: str) -> list[Group]:
        """By `channel`, `message`, `topic` or `unit`: the groups in the order in which their first publication was due."""
        with reading(self._engine) as connection:
            totals: dict[str, dict[Metric, int]] = {}
            for name, metric, total in connection.execute(_totals(part, by)):
                if metric in _METRICS:
                    totals.setdefault(name, {})[Metric(metric)] = int(total)
            known = {row[0]: (row[1], row[2]) for row in connection.execute(_counted(part, by))}
            return [
                Group(
                    name=name,
                    publications=publications,
                    counted=known.get(name, (0, None))[0],
                    read=known.get(name, (0, None))[1],
                    totals=totals.get(name, {}),
                )
                for name, publications in connection.execute(_publications(part, by))
            ]

    def gains(self, part: Part) -> list[Gain]:
        """What came when, the earliest first: publications as they went out, and by how much their figures grew."""
        with reading(self._engine) as connection:
            found = [*_went_out(connection, part), *_first_read(connection, part)]
            found += _grown(connection, part)
        return sorted(found, key=lambda gain: gain.at)


def _of(part: Part, query: Select[Any], by: str = "channel") -> Select[Any]:
    """Only publications of the part; contents are joined where their facts are asked for."""
    if by in ("topic", "unit"):
        query = query.join(RENDITION, RENDITION.c.digest == DELIVERY.c.digest)
    for column, value in ((DELIVERY.c.campaign, part.campaign), (DELIVERY.c.channel, part.channel)):
        query = query if value is None else query.where(column == value)
    return query.where(WAS_PUBLISHED)


def _publications(part: Part, by: str) -> Select[Any]:
    group, first = _GROUPS[by], func.min(DELIVERY.c.due)
    query = select(group, func.count()).select_from(DELIVERY)
    return _of(part, query, by).group_by(group).order_by(first, func.min(DELIVERY.c.id))


def _counted(part: Part, by: str) -> Select[Any]:
    known = (
        select(_COUNT.delivery_id, func.max(_COUNT.at).label("last"))
        .where(_COUNT.metric.in_(_METRICS))
        .group_by(_COUNT.delivery_id)
        .subquery()
    )
    query = select(_GROUPS[by], func.count(), func.max(known.c.last)).select_from(DELIVERY)
    query = query.join(known, known.c.delivery_id == DELIVERY.c.id)
    return _of(part, query, by).group_by(_GROUPS[by])


def _totals(part: Part, by: str) -> Select[Any]:
    """A metric that a reading lacks keeps its last figure."""
    later = DELIVERY_COUNT.alias("later")
    newest = ~exists().where(
        later.c.delivery_id == _COUNT.delivery_id,
        later.c.metric == _COUNT.metric,
        later.c.at > _COUNT.at,
    )
    query = select(_GROUPS[by], _COUNT.metric, func.sum(_COUNT.value)).select_from(DELIVERY)
    query = query.join(DELIVERY_COUNT, _COUNT.delivery_id == DELIVERY.c.id).where(newest)
    return _of(part, query, by).group_by(_GROUPS[by], _COUNT.metric)


def _went_out(connection: Connection, part: Part) -> Iterator[Gain]:
    receipt = type_coerce(DELIVERY.c.receipt, Characters)
    query = _of(part, select(DELIVERY.c.due, receipt).select_from(DELIVERY))
    quarters: Counter[int] = Counter()
    for due, stored in connection.execute(query):
        at = datetime.fromisoformat(json.loads(stored)["at"]) if stored else due
        quarters[to_microseconds(at) // _MICROSECONDS] += 1
    for quarter, publications in quarters.items():
        yield Gain(at=from_microseconds(quarter * _MICROSECONDS), publications=publications)


def _first_read(connection: Connection, part: Part) -> Iterator[Gain]:
    first = type_coerce(func.min(_COUNT.at), BigInteger).label("first")
    each = select(first).select_from(DELIVERY)
    each = each.join(DELIVERY_COUNT, _COUNT.delivery_id == DELIVERY.c.id)
    each = each.where(_COUNT.metric.in_(_METRICS)).group_by(_COUNT.delivery_id)
    lines = _of(part, each).subquery()
    quarter = lines.c.first - lines.c.first % _MICROSECONDS
    query = select(quarter, func.count()).select_from(lines).group_by(quarter)
    for begin, counted in connection.execute(query):
        yield Gain(at=from_microseconds(begin), counted=counted)


def _grown(connection: Connection, part: Part) -> Iterator[Gain]:
    before = func.lag(_COUNT.value, 1, 0).over(
        partition_by=(_COUNT.delivery_id, _COUNT.metric), order_by=_COUNT.at
    )
    at = type_coerce(_COUNT.at, BigInteger)
    each = select(
        (at - at % _MICROSECONDS).label("quarter"),
        _COUNT.metric,
        _COUNT.at,
        (_COUNT.value - before).label("grown"),
    ).select_from(DELIVERY)
    each = each.join(DELIVERY_COUNT, _COUNT.delivery_id == DELIVERY.c.id)
    lines = _of(part, each).subquery()
    query = select(
        lines.c.quarter, lines.c.metric, func.max(lines.c.at), func.sum(lines.c.grown)
    ).group_by(lines.c.quarter, lines.c.metric)
    for quarter, metric, read, grown in connection.execute(query):
        if metric in _METRICS:
            yield Gain(
                at=from_microseconds(quarter), read=read, totals={Metric(metric): int(grown)}
            )


_METRICS: Sequence[str] = tuple(metric.value for metric in Metric)
_STAND = select(
    select(EVENT_HEAD.c.seq).scalar_subquery(), select(READING_HEAD.c.seq).scalar_subquery()
)
