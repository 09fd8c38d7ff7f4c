"""How publications were received: readings of their counts, each kept as it was at its time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, exists, func, select, update

from outreach.domain.counts import AFTERWARDS, Counts, Metric
from outreach.domain.delivery import Action, Delivery, Receipt, State
from outreach.store.engine import reading, writing
from outreach.store.records import delivery_from_row, receipt_from_json
from outreach.store.renditions import in_batches, insert_missing
from outreach.store.tables import DELIVERY, DELIVERY_COUNT, READING_HEAD, RENDITION


@dataclass(frozen=True, kw_only=True)
class Published:
    """A publication that can be counted; `last` is when that was done last, None for never. Instants are aware UTC."""

    delivery_id: int
    receipt: Receipt
    expires: datetime
    last: datetime | None


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a publication's counts stood at, at one instant (aware UTC)."""

    at: datetime
    counts: Counts


@dataclass(frozen=True, kw_only=True)
class Received:
    """One publication with its topic, its responsible unit and all readings, the first one first."""

    delivery: Delivery
    topic: str
    unit: str
    readings: tuple[Reading, ...]


class CountSeries:
    """The readings of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def public(self, channel: str, now: datetime) -> list[Published]:
        """What is public on the channel and not yet past its last reading, the oldest publication first."""
        query = (
            select(DELIVERY.c.id, DELIVERY.c.receipt, DELIVERY.c.expires, _LAST.c.last)
            .join_from(DELIVERY, _LAST, _LAST.c.delivery_id == DELIVERY.c.id, isouter=True)
            .where(IS_PUBLIC, DELIVERY.c.channel == channel)
            .where(DELIVERY.c.expires > now - 2 * AFTERWARDS)
            .order_by(DELIVERY.c.due, DELIVERY.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            Published(
                delivery_id=row.id,
                receipt=receipt_from_json(row.receipt),
                expires=row.expires,
                last=row.last,
            )
            for row in rows
            if row.receipt
        ]

    def keep(self, delivery_id: int, at: datetime, counts: Counts) -> None:
        """Write one reading; the same instant again changes nothing."""
        facts = {"delivery_id": delivery_id, "at": at}
        rows = [{**facts, "metric": str(metric), "value": n} for metric, n in counts.items()]
        with writing(self._engine) as connection:
            insert_missing(connection, DELIVERY_COUNT, rows)
            connection.execute(_ONE_MORE)

    def of(self, delivery_id: int) -> tuple[Reading, ...]:
        """All readings of one delivery, the first one first."""
        with reading(self._engine) as connection:
            return _readings(connection, [delivery_id]).get(delivery_id, ())

    def received(
        self, *, campaign: str | None = None, channel: str | None = None
    ) -> list[Received]:
        """Everything that was ever published, withdrawn since or not, by due time, with its readings."""
        query = select(DELIVERY).where(WAS_PUBLISHED).order_by(DELIVERY.c.due, DELIVERY.c.id)
        for column, value in ((DELIVERY.c.campaign, campaign), (DELIVERY.c.channel, channel)):
            query = query if value is None else query.where(column == value)
        with reading(self._engine) as connection:
            deliveries = [delivery_from_row(row) for row in connection.execute(query)]
            readings = _readings(connection, [delivery.id for delivery in deliveries])
            about = _about(connection, {delivery.digest for delivery in deliveries})
        return [
            Received(
                delivery=delivery,
                topic=about.get(delivery.digest, _NOTHING)[0],
                unit=about.get(delivery.digest, _NOTHING)[1],
                readings=readings.get(delivery.id, ()),
            )
            for delivery in deliveries
        ]


def _readings(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[Reading, ...]]:
    found: dict[int, dict[datetime, dict[Metric, int]]] = {}
    known = {str(metric) for metric in Metric}
    for some in in_batches(ids):
        for row in connection.execute(_SERIES.where(DELIVERY_COUNT.c.delivery_id.in_(some))):
            if row.metric in known:
                at = found.setdefault(row.delivery_id, {}).setdefault(row.at, {})
                at[Metric(row.metric)] = row.value
    return {
        delivery_id: tuple(Reading(at=at, counts=counts) for at, counts in by_time.items())
        for delivery_id, by_time in found.items()
    }


def _about(connection: Connection, digests: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Digest -> topic and unit of what was published."""
    found: dict[str, tuple[str, str]] = {}
    for some in in_batches(digests):
        for digest, topic, unit in connection.execute(_TOLD.where(RENDITION.c.digest.in_(some))):
            found[digest] = (topic, unit)
    return found


def _withdrawn() -> ColumnElement[bool]:
    down = DELIVERY.alias("down")
    same = [down.c[name] == DELIVERY.c[name] for name in _PLACE]
    return exists().where(
        and_(*same, down.c.action == Action.WITHDRAW, down.c.state == State.WITHDRAWN)
    )


_PLACE = ("campaign", "message", "channel", "ordinal")
_NOTHING = ("", "")
WAS_PUBLISHED = and_(DELIVERY.c.state == State.PUBLISHED, DELIVERY.c.action == Action.PUBLISH)
IS_PUBLIC = and_(WAS_PUBLISHED, ~_withdrawn())
_LAST = (
    select(DELIVERY_COUNT.c.delivery_id, func.max(DELIVERY_COUNT.c.at).label("last"))
    .group_by(DELIVERY_COUNT.c.delivery_id)
    .subquery()
)
_ONE_MORE = update(READING_HEAD).values(seq=READING_HEAD.c.seq + 1)
_SERIES = select(DELIVERY_COUNT).order_by(DELIVERY_COUNT.c.at)
_TOLD = select(RENDITION.c.digest, RENDITION.c.topic, RENDITION.c.unit)
