"""How much stands in the queue, and of whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from outreach.domain.alert import NOTICES
from outreach.domain.delivery import State
from outreach.store.tables import DELIVERY


def by_state(connection: Connection, campaign: str | None) -> dict[tuple[str, State], int]:
    """(channel, state) -> how many deliveries, of one campaign or of all."""
    query = select(DELIVERY.c.channel, DELIVERY.c.state, func.count()).group_by(
        DELIVERY.c.channel, DELIVERY.c.state
    )
    if campaign is not None:
        query = query.where(DELIVERY.c.campaign == campaign)
    return {(row[0], State(row[1])): row[2] for row in connection.execute(query)}


def backlog(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """How many deliveries could go out at `now`, and when the first of them was due."""
    query = select(func.count(), func.min(DELIVERY.c.due)).where(
        DELIVERY.c.state == State.SCHEDULED, DELIVERY.c.ready_at <= now
    )
    count, oldest = connection.execute(query).one()
    return count, oldest


def campaigns(connection: Connection) -> tuple[str, ...]:
    """The campaigns that have deliveries; what the program itself has to say is none."""
    names = connection.execute(select(DELIVERY.c.campaign).distinct()).scalars()
    return tuple(sorted(set(names) - {NOTICES}))
