"""The delivery log: every change of state, append-only, each line sealed together with all before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from outreach.store.columns import canonical, from_microseconds, to_microseconds
from outreach.store.engine import reading
from outreach.store.tables import EVENT, EVENT_HEAD

PAGE = 2_000
"""Lines read at a time, so that a long reading never keeps a writer waiting."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened: when (aware UTC), by whom, to which delivery. `data` is JSON."""

    at: datetime
    actor: str
    what: str
    delivery_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One event as it stands in the log."""

    seq: int
    event: Event
    previous: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of the log: how many lines and the hash of the last. Kept elsewhere, it proves that nothing was rewritten."""

    seq: int
    hash: str


def append(connection: Connection, events: Sequence[Event]) -> None:
    """Add lines inside the connection's transaction; other writers wait until it ends, so call it last."""
    if not events:
        return
    seq, last = connection.execute(_LOCK_HEAD).one()
    rows = []
    for event in events:
        seq += 1
        row = _sealed(event, seq, last)
        last = row["hash"]
        rows.append(row)
    connection.execute(_INSERT, rows)
    connection.execute(_MOVE_HEAD, {"seq": seq, "hash": last})


def head(engine: Engine) -> Head:
    """The present end of the log."""
    with reading(engine) as connection:
        row = connection.execute(_HEAD).one()
    return Head(seq=row.seq, hash=row.hash)


def read(
    engine: Engine,
    *,
    after: int = 0,
    since: datetime | None = None,
    delivery_id: int | None = None,
    limit: int | None = None,
) -> Iterator[Line]:
    """Lines in order, from the one after `after`, at or later than `since` (aware); read page by page."""
    query = select(*_LINE).order_by(EVENT.c.seq)
    if since is not None:
        query = query.where(EVENT.c.at >= since)
    if delivery_id is not None:
        query = query.where(EVENT.c.delivery_id == delivery_id)
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        with reading(engine) as connection:
            rows = connection.execute(query.where(EVENT.c.seq > after).limit(size)).all()
        yield from map(_line, rows)
        if len(rows) < size:
            return
        after = rows[-1].seq
        left = None if left is None else left - size


def seal(previous: str, *, at: int, actor: str, what: str, delivery_id: int | None, data: str) -> str:
    """The hash of a line: SHA-256 (hex) of the previous hash and the line's canonical JSON. `at` is in microseconds."""
    text = (
        f'{previous}{{"actor":{_quoted(actor)},"at":{at},"data":{data},'
        f'"delivery":{"null" if delivery_id is None else delivery_id},"what":{_quoted(what)}}}'
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _sealed(event: Event, seq: int, previous: str) -> dict[str, Any]:
    data = canonical(event.data)
    return {
        "seq": seq,
        "at": event.at,
        "actor": event.actor,
        "what": event.what,
        "delivery_id": event.delivery_id,
        "data": data,
        "previous": previous,
        "hash": seal(
            previous,
            at=to_microseconds(event.at),
            actor=event.actor,
            what=event.what,
            delivery_id=event.delivery_id,
            data=data,
        ),
    }


def _line(row: Any) -> Line:
    event = Event(
        at=row.at,
        actor=row.actor,
        what=row.what,
        delivery_id=row.delivery_id,
        data=json.loads(row.data),
    )
    return Line(seq=row.seq, event=event, previous=row.previous, hash=row.hash)


_LINE = tuple(EVENT.c)
_INSERT = insert(EVENT)
_HEAD = select(EVENT_HEAD.c.seq, EVENT_HEAD.c.hash)
_LOCK_HEAD = _HEAD.with_for_update()
_MOVE_HEAD = update(EVENT_HEAD)
