"""Which deliveries may start now: asked per channel over one index, so that the future is never read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    TextualSelect,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

from outreach.domain.claim import Claim
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.store import approvals, bulk, restoration
from outreach.store.columns import Instant, to_microseconds
from outreach.store.delivery_log import Event
from outreach.store.engine import is_postgresql
from outreach.store.pauses import OURSELVES
from outreach.store.records import Attempt, attempt_from_row, delivery_from_row, text_to_json
from outreach.store.renditions import Shelf
from outreach.store.tables import ATTEMPT, DELIVERY

LOOK_FOR = timedelta(minutes=2)
"""A delivery that is being looked at is not given out for another look during this time."""

_BESIDE = {Action.UPDATE: Action.WITHDRAW, Action.WITHDRAW: Action.UPDATE}

_DAMAGED = Text("Its stored content is missing or damaged; apply the plan again to render it anew.")


@dataclass(frozen=True, kw_only=True)
class Claimant:
    """Who claims: the lease's fence, and a name that no other process has."""

    fence: int
    name: str


def ready(
    connection: Connection, state: State, free: Mapping[str, int], now: datetime
) -> list[Any]:
    """Rows of `state` whose time has come, at most as many per channel as are free, oldest first; locked."""
    open_ones = [(channel, count) for channel, count in free.items() if count > 0]
    if not open_ones:
        return []
    values: dict[str, Any] = {"now": to_microseconds(now)}
    for place, (channel, count) in enumerate(open_ones):
        values[f"c{place}"] = channel
        values[f"n{place}"] = count
    rows = connection.execute(
        _ready(state, len(open_ones), is_postgresql(connection)), values
    ).all()
    return sorted(rows, key=lambda row: (row.ready_at, row.due, row.id))


def begin(
    connection: Connection, rows: Sequence[Any], *, claimant: Claimant, now: datetime, shelf: Shelf
) -> tuple[list[Claim], list[Event]]:
    """Turn ready rows into claims: publishing, each with the row of its attempt, ready to be committed."""
    renditions = shelf.get(connection, [(row.digest, row.due) for row in rows])
    sound = [row for row in rows if (row.digest, row.due) in renditions]
    events = _hold(
        connection, [row for row in rows if (row.digest, row.due) not in renditions], now
    )
    if not sound:
        return [], events
    ids = [row.id for row in sound]
    connection.execute(_BEGIN, {"ids": ids, "begun": now})
    bulk.write(connection, _INTENT, [_intent(row, claimant, to_microseconds(now)) for row in sound])
    attempts = {row[0]: row[1] for row in connection.execute(_INTENTS, {"ids": ids})}
    family = _relatives(connection, sound)
    lacking = approvals.unapproved(connection, sound)
    claims = [
        _claim(
            delivery_from_row(row, begun=now),
            renditions[row.digest, row.due],
            family,
            attempt=attempts[row.id],
            number=row.number + 1,
            unapproved=lacking.get(row.id, 0),
        )
        for row in sound
    ]
    events += [_begun(claim, claimant.fence, now) for claim in claims]
    return claims, events


def look(
    connection: Connection, rows: Sequence[Any], *, now: datetime, shelf: Shelf
) -> tuple[Claim, ...]:
    """Turn rows of unknown outcome into looks; nobody else looks at them for `LOOK_FOR`."""
    if not rows:
        return ()
    ids = [row.id for row in rows]
    taken = update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(ready_at=now + LOOK_FOR)
    connection.execute(taken)
    renditions = shelf.get(connection, [(row.digest, row.due) for row in rows])
    family = _relatives(connection, rows)
    found = restoration.last(connection)
    tried = {row.delivery_id: row.first for row in connection.execute(_FIRST_TRIES, {"ids": ids})}
    return tuple(
        replace(
            _claim(
                delivery_from_row(row),
                renditions[row.digest, row.due],
                family,
                attempt=0,
                number=row.number,
            ),
            restored=found.at if found and row.since and row.since <= found.at else None,
            tried=tried.get(row.id),
        )
        for row in rows
        if (row.digest, row.due) in renditions
    )


def tries(connection: Connection, delivery_id: int) -> list[Attempt]:
    """Every try at a delivery, first to last."""
    query = select(ATTEMPT).where(ATTEMPT.c.delivery_id == delivery_id).order_by(ATTEMPT.c.number)
    return [attempt_from_row(row) for row in connection.execute(query)]


def next_time(
    connection: Connection, state: State, channels: Sequence[str], after: datetime
) -> datetime | None:
    """The first instant later than `after` at which a delivery of these channels is ready."""
    if not channels:
        return None
    values: dict[str, Any] = {f"c{place}": channel for place, channel in enumerate(channels)}
    values["after"] = to_microseconds(after)
    found: datetime | None = connection.execute(_next_time(state, len(channels)), values).scalar()
    return found


def next_look(connection: Connection, channels: Sequence[str]) -> datetime | None:
    """The first instant, past or future, at which a doubtful delivery of these channels is looked at."""
    found: datetime | None = connection.execute(_NEXT_LOOK, {"channels": list(channels)}).scalar()
    return found


def _claim(
    delivery: Delivery,
    rendition: Rendition,
    family: Mapping[Identity, Delivery],
    *,
    attempt: int,
    number: int,
    unapproved: int = 0,
) -> Claim:
    """An update is of its publication's occurrence, whenever it goes out."""
    beside = _BESIDE.get(delivery.identity.action)
    published = family.get(delivery.identity.of(Action.PUBLISH)) if beside else None
    if published and delivery.identity.action is Action.UPDATE:
        rendition = replace(rendition, due=published.due)
    return Claim(
        delivery=delivery,
        rendition=rendition,
        attempt=attempt,
        number=number,
        published=published,
        beside=family.get(delivery.identity.of(beside)) if beside else None,
        unapproved=unapproved,
    )


def _relatives(connection: Connection, rows: Sequence[Any]) -> dict[Identity, Delivery]:
    """The other deliveries of the publications that are withdrawn or updated."""
    dependent = [delivery_from_row(r).identity for r in rows if r.action != Action.PUBLISH]
    if not dependent:
        return {}
    keys = {identity.of(action).key for identity in dependent for action in Action}
    found = connection.execute(select(DELIVERY).where(DELIVERY.c.key.in_(sorted(keys))))
    return {delivery.identity: delivery for delivery in map(delivery_from_row, found)}


def _hold(connection: Connection, rows: Sequence[Any], now: datetime) -> list[Event]:
    """Damaged content holds its own delivery and no other."""
    if not rows:
        return []
    reason = text_to_json(_DAMAGED)
    held = update(DELIVERY).where(DELIVERY.c.id.in_([row.id for row in rows]))
    connection.execute(held.values(state=State.HELD.value, reason=reason))
    data = {"from": State.SCHEDULED.value, "reason": reason}
    return [
        Event(at=now, actor=OURSELVES, what=State.HELD, delivery_id=row.id, data=data)
        for row in rows
    ]


def _intent(row: Any, claimant: Claimant, started: int) -> dict[str, Any]:
    return {
        "delivery_id": row.id,
        "number": row.number + 1,
        "key": row.key,
        "digest": row.digest,
        "fence": claimant.fence,
        "claimant": claimant.name,
        "started": started,
    }


def _begun(claim: Claim, fence: int, now: datetime) -> Event:
    data = {
        "from": State.SCHEDULED.value,
        "attempt": claim.attempt,
        "number": claim.number,
        "digest": claim.delivery.digest,
        "fence": fence,
    }
    return Event(
        at=now, actor=OURSELVES, what=State.PUBLISHING, delivery_id=claim.delivery.id, data=data
    )


@lru_cache(maxsize=256)
def _ready(state: State, channels: int, locks: bool) -> TextualSelect:
    columns = ", ".join(column.name for column in DELIVERY.c)
    lock = "FOR UPDATE SKIP LOCKED" if locks else ""
    arms = (
        f"SELECT * FROM (SELECT {columns} FROM delivery WHERE channel = :c{place} AND state = '{state.value}' "  # noqa: S608 - only our own names and numbers are filled in
        f"AND ready_at <= :now ORDER BY ready_at, due, id LIMIT :n{place} {lock}) AS a{place}"
        for place in range(channels)
    )
    return text(" UNION ALL ".join(arms)).columns(*DELIVERY.c)


@lru_cache(maxsize=256)
def _next_time(state: State, channels: int) -> TextualSelect:
    arms = (
        f"SELECT min(ready_at) AS t FROM delivery WHERE channel = :c{place} AND state = '{state.value}' "  # noqa: S608 - only our own names and numbers are filled in
        "AND ready_at > :after"
        for place in range(channels)
    )
    first = text(f"SELECT min(t) AS ready_at FROM ({' UNION ALL '.join(arms)}) AS times")  # noqa: S608 - as above
    return first.columns(DELIVERY.c.ready_at)


_BEGIN = (
    update(DELIVERY)
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=State.PUBLISHING.value,
        number=DELIVERY.c.number + 1,
        since=bindparam("begun", type_=Instant),
    )
)
_INTENT = insert(ATTEMPT).inline()
_INTENTS = select(ATTEMPT.c.delivery_id, ATTEMPT.c.id).where(
    ATTEMPT.c.delivery_id.in_(bindparam("ids", expanding=True)), ATTEMPT.c.finished.is_(None)
)
_FIRST_TRIES = (
    select(ATTEMPT.c.delivery_id, func.min(ATTEMPT.c.started).label("first"))
    .where(ATTEMPT.c.delivery_id.in_(bindparam("ids", expanding=True)))
    .group_by(ATTEMPT.c.delivery_id)
)
_NEXT_LOOK = select(func.min(DELIVERY.c.ready_at)).where(
    DELIVERY.c.state == literal_column(f"'{State.UNKNOWN.value}'"),
    DELIVERY.c.channel.in_(bindparam("channels", expanding=True)),
)
