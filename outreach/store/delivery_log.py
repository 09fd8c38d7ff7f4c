"""The delivery log: every change of state, append-only, each line sealed together with all before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import NoneType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from outreach.domain.text import Text
from outreach.store import bulk
from outreach.store.columns import canonical, to_microseconds
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


class Damage(StrEnum):
    """What is wrong with a log."""

    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What checking the whole log found: nothing (`damage` is None), or the first bad line and what is wrong with it."""

    count: int
    damage: Damage | None = None
    seq: int | None = None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.damage is None

    @property
    def text(self) -> Text:
        """The verdict as a sentence."""
        match self.damage:
            case None:
                return Text("All {count} lines of the delivery log are intact.", count=self.count)
            case Damage.EDITED:
                return Text("Line {seq} of the delivery log was edited later.", seq=self.seq)
            case Damage.MISSING:
                return Text("Line {seq} of the delivery log is missing.", seq=self.seq)
            case Damage.REORDERED:
                return Text("Line {seq} of the delivery log is not in its place.", seq=self.seq)
            case Damage.REWRITTEN:
                return Text(
                    "The delivery log was rewritten: line {seq} is not the one noted earlier.",
                    seq=self.seq,
                )


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of the log: how many lines and the hash of the last. Kept elsewhere, it proves that nothing was rewritten."""

    seq: int
    hash: str


START = Head(seq=0, hash="")
"""Before the first line."""


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
    bulk.write(connection, _INSERT, rows)
    connection.execute(_MOVE_HEAD, {"seq": seq, "hash": last})


def hold_end(connection: Connection) -> None:
    """Let nobody else write a line until the transaction ends: for what must hold of all deliveries together."""
    connection.execute(_LOCK_HEAD)


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
        yield from map(line_from_row, rows)
        if len(rows) < size:
            return
        after = rows[-1].seq
        left = None if left is None else left - size


def export(engine: Engine) -> Iterator[str]:
    """The whole log as JSON lines for `audit_verifier`: `data` as it was sealed, `at` in microseconds, last the end."""
    end = head(engine)
    for row in _rows(engine, end.seq, -1):
        line = row._asdict()
        yield json.dumps({**line, "delivery": line.pop("delivery_id")}, ensure_ascii=False)
    yield json.dumps({"end": end.seq, "hash": end.hash})


def verify(
    engine: Engine, *, against: Head | None = None, begin: Head = START, end: Head | None = None
) -> Verdict:
    """Check every seal, page by page. With `against`, a head noted earlier, a log that was rewritten as a whole is found too.

    `begin` is a line that is known to be sound; without `end` the check goes on to the present one.
    """
    end = end or head(engine)
    seq, last = begin.seq, begin.hash
    for row in _rows(engine, end.seq, begin.seq or -1):
        damage = _damage(engine, row, seq, last, end)
        if damage:
            return damage
        seq, last = row.seq, row.hash
        if against and against.seq == seq and against.hash != last:
            return Verdict(count=seq, damage=Damage.REWRITTEN, seq=seq)
    if seq < end.seq or (against and against.seq > seq):
        return Verdict(count=seq, damage=Damage.MISSING, seq=seq + 1)
    if last != end.hash:
        return Verdict(count=seq, damage=Damage.EDITED, seq=seq)
    return Verdict(count=seq)


def seal(
    previous: str, *, at: int, actor: str, what: str, delivery_id: int | None, data: str
) -> str:
    """The hash of a line: SHA-256 (hex) of the previous hash and the line's canonical JSON. `at` is in microseconds."""
    text = (
        f'{previous}{{"actor":{_quoted(actor)},"at":{at},"data":{data},'
        f'"delivery":{"null" if delivery_id is None else delivery_id},"what":{_quoted(what)}}}'
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _rows(engine: Engine, end: int, after: int) -> Iterator[Any]:
    query = select(*_STORED).where(EVENT.c.seq <= end).order_by(EVENT.c.seq).limit(PAGE)
    while True:
        with reading(engine) as connection:
            rows = connection.execute(query.where(EVENT.c.seq > after)).all()
        yield from rows
        if len(rows) < PAGE:
            return
        after = rows[-1].seq


def _damage(engine: Engine, row: Any, before: int, last: str, end: Head) -> Verdict | None:
    """What is wrong with the row that follows line `before`, whose hash is `last`."""
    own = _own_seal(row)
    if row.seq == before + 1 and row.hash == own and row.previous == last:
        return None
    if row.hash != own:
        gap = row.seq != before + 1
        kind, seq = (Damage.MISSING, before + 1) if gap else (Damage.EDITED, row.seq)
        return Verdict(count=before, damage=kind, seq=seq)
    if _holds(engine, EVENT.c.previous == last, row.seq):
        return Verdict(count=before, damage=Damage.REORDERED, seq=before + 1)
    if row.seq != before + 1 or _lines(engine) < end.seq:
        return Verdict(count=before, damage=Damage.MISSING, seq=before + 1)
    return Verdict(count=before, damage=Damage.EDITED, seq=before)


def _own_seal(row: Any) -> str | None:
    """The seal that the row must carry; None for numbers that are none, since the text that is sealed could be divided otherwise."""
    if type(row.at) is not int or type(row.delivery_id) not in (int, NoneType):
        return None
    return seal(
        row.previous,
        at=row.at,
        actor=row.actor,
        what=row.what,
        delivery_id=row.delivery_id,
        data=row.data,
    )


def _holds(engine: Engine, condition: ColumnElement[bool], but: int) -> bool:
    """Whether some line other than `but` fulfils the condition."""
    query = select(EVENT.c.seq).where(condition, EVENT.c.seq != but).limit(1)
    with reading(engine) as connection:
        return connection.execute(query).first() is not None


def _lines(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(EVENT)).scalar_one())


@lru_cache(maxsize=1024)
def _quoted(text: str) -> str:
    return canonical(text)


def _sealed(event: Event, seq: int, previous: str) -> dict[str, Any]:
    data, at = canonical(event.data), to_microseconds(event.at)
    return {
        "seq": seq,
        "at": at,
        "actor": event.actor,
        "what": event.what,
        "delivery_id": event.delivery_id,
        "data": data,
        "previous": previous,
        "hash": seal(
            previous,
            at=at,
            actor=event.actor,
            what=event.what,
            delivery_id=event.delivery_id,
            data=data,
        ),
    }


def line_from_row(row: Any) -> Line:
    """The line that a whole row of the table holds."""
    seq, at, actor, what, delivery_id, data, previous, own = row
    event = Event(at=at, actor=actor, what=what, delivery_id=delivery_id, data=json.loads(data))
    return Line(seq=seq, event=event, previous=previous, hash=own)


_LINE = tuple(EVENT.c)
_STORED = tuple(type_coerce(c, BigInteger).label("at") if c.name == "at" else c for c in EVENT.c)
_INSERT = insert(EVENT)
_HEAD = select(EVENT_HEAD.c.seq, EVENT_HEAD.c.hash)
_LOCK_HEAD = _HEAD.with_for_update()
_MOVE_HEAD = update(EVENT_HEAD)
