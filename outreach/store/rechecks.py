"""How publications stood when they were looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, and_, func, insert, select

from outreach.domain.alert import NOTICES
from outreach.domain.delivery import Delivery
from outreach.domain.recheck import DRIFT, OVER, Standing
from outreach.domain.text import Text
from outreach.store.counts import IS_PUBLIC
from outreach.store.delivery_log import Event, append
from outreach.store.engine import reading
from outreach.store.fence import fenced
from outreach.store.pauses import OURSELVES
from outreach.store.records import delivery_from_row, text_from_json, text_to_json
from outreach.store.tables import ATTEMPT, DELIVERY, RECHECK


@dataclass(frozen=True, kw_only=True)
class Public:
    """A publication, when it was first `tried` (None: by a person only), and when it was looked at `last`. Aware UTC."""

    delivery: Delivery
    tried: datetime | None
    last: datetime | None


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A publication that is not as it was left, and why that is known."""

    delivery: Delivery
    reason: Text | None


class Rechecks:
    """The later looks of one database. `fence` is the lease's number: only its holder writes."""

    def __init__(self, engine: Engine, *, fence: int) -> None:
        self._engine = engine
        self._fence = fence

    def public(self, channel: str, now: datetime) -> list[Public]:
        """What is public on the channel and young enough to be looked at."""
        query = (
            select(DELIVERY, _FIRST_TRY.label("tried"), _LAST.c.last)
            .join_from(DELIVERY, _LAST, _LAST.c.delivery_id == DELIVERY.c.id, isouter=True)
            .where(IS_PUBLIC, DELIVERY.c.channel == channel, DELIVERY.c.campaign != NOTICES)
            .where(DELIVERY.c.since > now - OVER)
            .order_by(DELIVERY.c.due, DELIVERY.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            Public(delivery=delivery_from_row(tuple(row)[:-2]), tried=row.tried, last=row.last)
            for row in rows
        ]

    def keep(self, delivery_id: int, at: datetime, standing: Standing, reason: Text | None) -> None:
        """Write one look, also into the delivery log."""
        row = {"delivery_id": delivery_id, "at": at, "standing": standing.value}
        said = text_to_json(reason)
        event = Event(
            at=at, actor=OURSELVES, what=standing, delivery_id=delivery_id, data={"reason": said}
        )
        with fenced(self._engine, self._fence) as connection:
            connection.execute(insert(RECHECK).values(**row, reason=said))
            append(connection, [event])

    def drifts(self, since: datetime) -> list[Drift]:
        """What is public for us and was gone or moved when it was looked at last, at or after `since`."""
        newest = and_(RECHECK.c.delivery_id == _LAST.c.delivery_id, RECHECK.c.at == _LAST.c.last)
        query = (
            select(DELIVERY, RECHECK.c.reason.label("why"))
            .join_from(DELIVERY, RECHECK, RECHECK.c.delivery_id == DELIVERY.c.id)
            .join(_LAST, newest)
            .where(IS_PUBLIC, RECHECK.c.at >= since, RECHECK.c.standing.in_(list(DRIFT)))
            .order_by(DELIVERY.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            Drift(delivery=delivery_from_row(tuple(row)[:-1]), reason=text_from_json(row.why))
            for row in rows
        ]


_FIRST_TRY = (
    select(func.min(ATTEMPT.c.started))
    .where(ATTEMPT.c.delivery_id == DELIVERY.c.id)
    .scalar_subquery()
)
_LAST = (
    select(RECHECK.c.delivery_id, func.max(RECHECK.c.at).label("last"))
    .group_by(RECHECK.c.delivery_id)
    .subquery()
)
