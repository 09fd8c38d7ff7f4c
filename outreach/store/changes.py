"""Applies a plan's difference to the queue, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from outreach.domain.change import Change, ChangeKind
from outreach.domain.delivery import Action, Identity, State, may_move
from outreach.domain.edit import of_planned
from outreach.domain.plan import Planned
from outreach.domain.rendition import Rendition
from outreach.store import bulk, restoration, steps
from outreach.store.columns import span_to_microseconds, to_cell, to_microseconds
from outreach.store.delivery_log import Event
from outreach.store.engine import is_postgresql
from outreach.store.finishes import illegal
from outreach.store.records import IllegalMove
from outreach.store.renditions import Shelf, in_batches
from outreach.store.restoration import Restoration
from outreach.store.tables import DELIVERY

TARGETS: Mapping[ChangeKind, State] = {
    ChangeKind.NEW: State.SCHEDULED,
    ChangeKind.CANCELLED: State.CANCELLED,
    ChangeKind.RESTORED: State.SCHEDULED,
    ChangeKind.HELD: State.HELD,
    ChangeKind.RELEASED: State.SCHEDULED,
    ChangeKind.ASKED: State.HELD,
}
"""The state that a change leads to; `moved` and `changed` keep the state, except that `_TAKEN_UP` is scheduled."""

_TAKEN_UP = frozenset({State.REJECTED, State.UPDATED})

UNTOUCHABLE = frozenset({State.PUBLISHING, State.UNKNOWN, State.PUBLISHED, State.WITHDRAWN})
"""What is, or may be, public is never changed by files, but by an update of its own."""

_IDLE = frozenset({ChangeKind.DRIFT, ChangeKind.KEPT})


@dataclass(frozen=True, kw_only=True)
class Applied:
    """How many changes were written, and which deliveries had moved on since the difference was made."""

    count: int
    passed_over: tuple[Identity, ...] = ()


def apply(
    connection: Connection,
    changes: Sequence[Change],
    renditions: Mapping[Identity, Rendition],
    *,
    now: datetime,
    actor: str,
    shelf: Shelf,
) -> tuple[Applied, list[Event]]:
    """Write the changes that still fit; give the events to be logged. Whoever else applies a plan waits until the transaction ends."""
    if is_postgresql(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('outreach plan'))"))
    wanted = {c.identity.key: c for c in changes if c.what not in _IDLE}
    present = _present(connection, wanted)
    fitting = {key: c for key, c in wanted.items() if _fits(c, present.get(key))}
    contents = (renditions.get(of_planned(c.identity)) for c in fitting.values() if c.planned)
    shelf.put(connection, (content for content in contents if content), now)
    fresh = {key: c for key, c in fitting.items() if key not in present}
    ids = {key: row.id for key, row in present.items()} | _insert(connection, fresh)
    _update(connection, {key: c for key, c in fitting.items() if key in present}, present)
    steps.drop(connection, [ids[key] for key, c in fitting.items() if _is_another_update(c)])
    events = [_event(c, ids[key], present.get(key), now, actor) for key, c in fitting.items()]
    events += _doubts(connection, fitting, present, ids, now=now, actor=actor)
    passed_over = tuple(c.identity for key, c in wanted.items() if key not in fitting)
    return Applied(count=len(fitting), passed_over=passed_over), events


def _doubts(
    connection: Connection,
    fitting: Mapping[str, Change],
    present: Mapping[str, Any],
    ids: Mapping[str, int],
    *,
    now: datetime,
    actor: str,
) -> list[Event]:
    """What a restored backup may not know of is looked up before the files' word counts."""
    found = restoration.last(connection)
    if found is None:
        return []
    doubtful = {k: c for k, c in fitting.items() if _in_doubt(found, c, present.get(k))}
    dropped = {ids[key] for key, c in doubtful.items() if c.what is ChangeKind.CANCELLED}
    wanted = [ids[key] for key in doubtful if ids[key] not in dropped]
    return [
        *restoration.doubt(connection, found, wanted, now=now, actor=actor),
        *restoration.doubt(connection, found, dropped, now=now, actor=actor, unwanted=True),
    ]


def _in_doubt(found: Restoration, change: Change, row: Any) -> bool:
    if change.what is ChangeKind.HELD:
        return False
    dues = [at.due for at in (change.planned, row) if at is not None]
    return found.leaves_in_doubt(change.identity.action, *dues, since=row.since if row else None)


def _present(connection: Connection, wanted: Mapping[str, Change]) -> dict[str, Any]:
    """What is there already, locked in the order of the numbers, as whoever else locks several."""
    rows: dict[str, Any] = {}
    for ids in in_batches(sorted(_ids(connection, wanted).values())):
        rows |= {row.key: row for row in connection.execute(_PRESENT, {"ids": ids})}
    return rows


def _ids(connection: Connection, wanted: Iterable[str]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for keys in in_batches(wanted):
        ids |= {row[0]: row[1] for row in connection.execute(_IDS, {"keys": keys})}
    return ids


def _fits(change: Change, row: Any) -> bool:
    """Whether the row is still what the difference saw."""
    seen = change.delivery
    if row is None or seen is None:
        return row is None and seen is None
    if change.identity.action is Action.UPDATE and row.since != seen.since:
        return False
    now = (row.state, row.due, row.digest)
    return now == (seen.state, seen.due, seen.digest) and seen.state not in UNTOUCHABLE


def _is_another_update(change: Change) -> bool:
    """Whether an update gets another text: neither a person's word nor a step of the former text counts for it."""
    row = change.delivery
    is_update = change.identity.action is Action.UPDATE
    return is_update and row is not None and row.digest != change.digest


def _insert(connection: Connection, fresh: Mapping[str, Change]) -> dict[str, int]:
    rows = [_new_row(key, c, c.planned) for key, c in fresh.items() if c.planned]
    if not rows:
        return {}
    bulk.write(connection, _INSERT, rows)
    return _ids(connection, fresh)


def _new_row(key: str, change: Change, planned: Planned) -> dict[str, Any]:
    identity = change.identity
    return _times(planned) | {
        "key": key,
        "campaign": identity.campaign,
        "message": identity.message,
        "channel": identity.channel,
        "ordinal": identity.ordinal,
        "action": identity.action.value,
        "state": TARGETS[change.what].value,
        "reason": to_cell(change.why.to_json() if change.what is ChangeKind.ASKED else None),
        "ready_at": to_microseconds(planned.due),
        "digest": change.digest,
        "number": 0,
        "attempts": 0,
        "looks": 0,
    }


def _times(planned: Planned) -> dict[str, Any]:
    return {
        "due": to_microseconds(planned.due),
        "expires": to_microseconds(planned.expires),
        "late_policy": planned.late.policy.value,
        "late_limit": span_to_microseconds(planned.late.limit),
    }


def _update(
    connection: Connection, changes: Mapping[str, Change], present: Mapping[str, Any]
) -> None:
    rows = [_changed_row(change, present[key]) for key, change in changes.items()]
    bulk.write(connection, _UPDATE, [row for row in rows if "due" in row])
    bulk.write(connection, _UPDATE, [row for row in rows if "due" not in row])


def _changed_row(change: Change, row: Any) -> dict[str, Any]:
    before = State(row.state)
    after = _after(change, before)
    if after is not before and not may_move(before, after):
        raise IllegalMove(illegal(before, after))
    says = after is not before or change.what is ChangeKind.ASKED
    reason = change.why.to_json() if says else row.reason
    values = {"row": row.id, "state": after.value, "reason": to_cell(reason)}
    asked = to_microseconds(row.asked) if row.asked else None
    values |= {"asked": asked, "attempts": row.attempts}
    if _is_another_update(change):
        values |= {"asked": None, "attempts": 0 if before is State.UPDATED else row.attempts}
    if change.planned is None:
        return values | {"ready_at": to_microseconds(row.ready_at)}
    waits_on = after is before and row.due == change.planned.due
    ready_at = to_microseconds(row.ready_at if waits_on else change.planned.due)
    return values | _times(change.planned) | {"digest": change.digest, "ready_at": ready_at}


def _after(change: Change, before: State) -> State:
    taken_up = change.what is ChangeKind.CHANGED and before in _TAKEN_UP
    return State.SCHEDULED if taken_up else TARGETS.get(change.what, before)


def _event(change: Change, delivery_id: int, row: Any, now: datetime, actor: str) -> Event:
    data: dict[str, Any] = {"reason": change.why.to_json()}
    if change.planned:
        data |= {"due": change.planned.due.isoformat(), "digest": change.digest}
    if row is None:
        data["key"] = change.identity.key
    else:
        data |= {"from": row.state, "to": _after(change, State(row.state)).value}
    return Event(at=now, actor=actor, what=change.what, delivery_id=delivery_id, data=data)


_PRESENT = (
    select(
        DELIVERY.c.id,
        DELIVERY.c.key,
        DELIVERY.c.state,
        DELIVERY.c.due,
        DELIVERY.c.digest,
        DELIVERY.c.since,
        DELIVERY.c.ready_at,
        DELIVERY.c.reason,
        DELIVERY.c.asked,
        DELIVERY.c.attempts,
    )
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(DELIVERY.c.id)
    .with_for_update()
)
_INSERT = insert(DELIVERY).inline()
_IDS = select(DELIVERY.c.key, DELIVERY.c.id).where(
    DELIVERY.c.key.in_(bindparam("keys", expanding=True))
)
_UPDATE = update(DELIVERY).where(DELIVERY.c.id == bindparam("row"))
