"""What people were told: every cause on record, and each notice in the queue like any other delivery."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select, update

from outreach.domain.alert import NOTICES, Cause
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.difference import Change, ChangeKind
from outreach.domain.message import Lateness, LatePolicy
from outreach.domain.plan import Planned
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.store import changes
from outreach.store.delivery_log import append
from outreach.store.engine import into, reading
from outreach.store.fence import fenced
from outreach.store.pauses import OURSELVES
from outreach.store.records import delivery_from_row
from outreach.store.renditions import Shelf
from outreach.store.tables import ALERT, DELIVERY

LATE = timedelta(days=2)
"""A notice that could not go out by then is old news."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the queue looks like to whoever watches it: deliveries in trouble, how many wait overdue, what went out last.

    `overdue` counts deliveries whose time passed before the `since` that was asked for, with nothing gone out after the first of them.
    """

    troubled: tuple[Delivery, ...]
    overdue: int


class Alerts:
    """The causes of one database. `fence` is the lease's number: only its holder tells anybody anything."""

    def __init__(self, engine: Engine, *, media_folder: Path, fence: int) -> None:
        self._engine = engine
        self._fence = fence
        self._shelf = Shelf(media_folder)

    def observe(
        self, causes: Sequence[Cause], now: datetime, *, unsure: Collection[str] = ()
    ) -> tuple[Cause, ...]:
        """Record what is the case now; return what nobody was told yet, first come first.

        An open cause that is not among them is closed, unless its key begins with one of `unsure`: nobody looked there.
        """
        with fenced(self._engine, self._fence) as connection:
            known = {row.key for row in connection.execute(_OPEN)}
            found = {cause.key: cause for cause in causes}
            gone = [k for k in known - set(found) if not k.startswith(tuple(unsure))]
            if gone:
                closed = update(ALERT).where(ALERT.c.key.in_(gone)).values(closed=now)
                connection.execute(closed)
            for key in found.keys() - known:
                _reopen(connection, found[key], now)
            return tuple(_cause(row) for row in connection.execute(_UNTOLD))

    def open(self) -> frozenset[str]:
        """The keys of what is the case."""
        with reading(self._engine) as connection:
            return frozenset(row.key for row in connection.execute(_OPEN))

    def last_told(self) -> datetime | None:
        """When somebody was last told anything."""
        with reading(self._engine) as connection:
            return connection.execute(_LAST_TOLD).scalar()

    def tell(self, causes: Sequence[Cause], notices: Sequence[Rendition], now: datetime) -> None:
        """Queue the notices, one per way, and mark the causes as told: all of it or nothing."""
        keys = [cause.key for cause in causes]
        with fenced(self._engine, self._fence) as connection:
            marked = update(ALERT).where(ALERT.c.key.in_(keys), ALERT.c.told.is_(None))
            connection.execute(marked.values(told=now))
            self._queue(connection, notices, now)

    def queue(self, notices: Sequence[Rendition], now: datetime) -> None:
        """Queue notices that tell no cause; one that is there already stays as it is."""
        with fenced(self._engine, self._fence) as connection:
            self._queue(connection, notices, now)

    def _queue(self, connection: Connection, notices: Sequence[Rendition], now: datetime) -> None:
        contents = {_identity(notice): notice for notice in notices}
        new = [_change(identity, notice) for identity, notice in contents.items()]
        _, events = changes.apply(
            connection, new, contents, now=now, actor=OURSELVES, shelf=self._shelf
        )
        append(connection, events)

    def standing(self, *, now: datetime, silence: timedelta, horizon: timedelta) -> Standing:
        """How the queue stands; what was due earlier than `horizon` ago and is missed, or is a notice, is past mending."""
        recent = DELIVERY.c.due > now - horizon
        query = select(DELIVERY).where(
            DELIVERY.c.state.in_(_TROUBLE)
            & (recent | and_(DELIVERY.c.campaign != NOTICES, DELIVERY.c.state != State.MISSED))
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(DELIVERY.c.due, DELIVERY.c.id)).all()
            overdue = _overdue(connection, now - silence, now - horizon)
        return Standing(troubled=tuple(map(delivery_from_row, rows)), overdue=overdue)


def open_causes(engine: Engine) -> tuple[Cause, ...]:
    """What is wrong as the service saw it last, first come first."""
    with reading(engine) as connection:
        return tuple(_cause(row) for row in connection.execute(_OPEN_CAUSES))


def _overdue(connection: Connection, before: datetime, after: datetime) -> int:
    """How many deliveries that were due between the two have not gone out, if none went out since the first of them."""
    late = and_(
        DELIVERY.c.campaign != NOTICES,
        DELIVERY.c.state.in_(_STUCK),
        DELIVERY.c.due < before,
        DELIVERY.c.due > after,
    )
    first, count = connection.execute(
        select(func.min(DELIVERY.c.due), func.count()).where(late)
    ).one()
    if not count:
        return 0
    out = and_(
        DELIVERY.c.campaign != NOTICES, DELIVERY.c.state.in_(_OUT), DELIVERY.c.since >= first
    )
    return 0 if connection.execute(select(DELIVERY.c.id).where(out).limit(1)).first() else count


def _reopen(connection: Connection, cause: Cause, now: datetime) -> None:
    row = {"cause": _to_json(cause), "opened": now, "closed": None, "told": None}
    connection.execute(
        into(connection, ALERT)
        .values(key=cause.key, **row)
        .on_conflict_do_update(index_elements=["key"], set_=row)
    )


def _to_json(cause: Cause) -> dict[str, Any]:
    return {name: getattr(cause, name).to_json() for name in _SENTENCES}


def _cause(row: Any) -> Cause:
    return Cause(key=row.key, **{name: Text.from_json(row.cause[name]) for name in _SENTENCES})


def _identity(notice: Rendition) -> Identity:
    return Identity(
        campaign=NOTICES,
        message=notice.message,
        channel=notice.channel,
        ordinal=notice.occurrence,
        action=Action.PUBLISH,
    )


def _change(identity: Identity, notice: Rendition) -> Change:
    planned = Planned(
        identity=identity,
        due=notice.due,
        expires=notice.due + LATE,
        late=Lateness(policy=LatePolicy.WITHIN, limit=LATE),
    )
    return Change(
        what=ChangeKind.NEW,
        identity=identity,
        planned=planned,
        delivery=None,
        digest=notice.digest,
        why=Text("The program has something to say."),
    )


_SENTENCES = ("what", "where", "mend")
_TROUBLE = (State.REJECTED, State.NEEDS_PERSON, State.MISSED)
_STUCK = (State.SCHEDULED, State.HELD, State.UNKNOWN)
_OUT = (State.PUBLISHED, State.WITHDRAWN)
_OPEN = select(ALERT.c.key).where(ALERT.c.closed.is_(None))
_OPEN_CAUSES = (
    select(ALERT.c.key, ALERT.c.cause)
    .where(ALERT.c.closed.is_(None))
    .order_by(ALERT.c.opened, ALERT.c.key)
)
_UNTOLD = (
    select(ALERT.c.key, ALERT.c.cause)
    .where(ALERT.c.closed.is_(None), ALERT.c.told.is_(None))
    .order_by(ALERT.c.opened, ALERT.c.key)
)
_LAST_TOLD = select(func.max(ALERT.c.told))
