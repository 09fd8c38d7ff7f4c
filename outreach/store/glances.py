"""Short looks at the queue for pages: never more rows than a page shows, however long the queue is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, Select, select

from outreach.domain.delivery import Delivery, State
from outreach.store.engine import reading
from outreach.store.records import delivery_from_row
from outreach.store.renditions import in_batches
from outreach.store.tables import DELIVERY


class Glances:
    """Looks at the queue of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(
        self,
        states: Iterable[State],
        limit: int,
        *,
        latest: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        **wanted: str | None,
    ) -> list[Delivery]:
        """At most `limit` deliveries in these states by due time, the `latest` first or last.

        `since` is included, `until` is not. `wanted` names columns (campaign, channel, message) and what they must hold.
        """
        query = select(DELIVERY)
        if since is not None:
            query = query.where(DELIVERY.c.due >= since)
        if until is not None:
            query = query.where(DELIVERY.c.due < until)
        for name, value in wanted.items():
            if value is not None:
                query = query.where(DELIVERY.c[name] == value)
        with reading(self._engine) as connection:
            found = [
                delivery
                for state in states
                for delivery in _some(connection, query, state, limit, latest=latest)
            ]
        found.sort(key=lambda delivery: (delivery.due, delivery.id), reverse=latest)
        return found[:limit]

    def of_messages(self, campaign: str, messages: Iterable[str]) -> list[Delivery]:
        """The deliveries of these messages of a campaign, by due time."""
        found: list[Delivery] = []
        for some in in_batches(sorted(set(messages))):
            query = select(DELIVERY).where(DELIVERY.c.campaign == campaign)
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(DELIVERY.c.message.in_(some))).all()
            found += map(delivery_from_row, rows)
        return sorted(found, key=lambda delivery: (delivery.due, delivery.id))


def _some(
    connection: Connection,
    query: Select[tuple[object, ...]],
    state: State,
    limit: int,
    *,
    latest: bool,
) -> Iterable[Delivery]:
    """One state at a time, so that its index gives them in order."""
    by = (DELIVERY.c.due, DELIVERY.c.id)
    order = [column.desc() for column in by] if latest else list(by)
    rows = connection.execute(
        query.where(DELIVERY.c.state == state.value).order_by(*order).limit(limit)
    )
    return [delivery_from_row(row) for row in rows]
