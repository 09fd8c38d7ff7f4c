"""What a database that was restored from a backup cannot know: whatever was due since then may have been published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from outreach.domain.delivery import Action, State
from outreach.domain.text import Text
from outreach.store.delivery_log import Event, append
from outreach.store.engine import reading, writing
from outreach.store.renditions import in_batches
from outreach.store.tables import DELIVERY, RESTORATION

MAY_BE_PUBLIC = Text("A backup was restored; it may have been published since, so it is looked up.")
"""Why a delivery of a restored queue is in doubt."""


@dataclass(frozen=True, kw_only=True)
class Restoration:
    """The database of `backup` was put back `at` (both aware UTC); what happened between is not in it."""

    at: datetime
    backup: datetime

    def leaves_in_doubt(self, action: str, *dues: datetime, since: datetime | None) -> bool:
        """Whether it may have been published in between: it was due (by any of `dues`), and was not tried after that (`since`)."""
        untried = since is None or since <= self.at
        return action == Action.PUBLISH and min(dues) <= self.at and untried


def last(connection: Connection) -> Restoration | None:
    """The latest one, if there ever was any."""
    row = connection.execute(_LAST).first()
    return Restoration(at=row.at, backup=row.backup) if row else None


def record(engine: Engine, found: Restoration, *, actor: str, facts: Mapping[str, Any]) -> None:
    """From now on what was due before `found.at` counts as in doubt; the delivery log keeps the `facts`."""
    event = Event(at=found.at, actor=actor, what="restored", data=dict(facts))
    with writing(engine) as connection:
        connection.execute(insert(RESTORATION).values(at=found.at, backup=found.backup))
        append(connection, [event])


def doubt_waiting(engine: Engine, found: Restoration, *, actor: str) -> None:
    """Put every waiting publication that was due before the restoration in doubt."""
    with writing(engine) as connection:
        ids = connection.execute(_WAITING.where(DELIVERY.c.due <= found.at)).scalars().all()
        append(connection, doubt(connection, found, ids, now=found.at, actor=actor))


def doubtful(engine: Engine) -> int:
    """How many deliveries are of unknown outcome."""
    unknown = DELIVERY.c.state == State.UNKNOWN.value
    with reading(engine) as connection:
        return connection.execute(select(func.count()).where(unknown)).scalar_one()


def doubt(
    connection: Connection,
    found: Restoration,
    ids: Iterable[int],
    *,
    now: datetime,
    actor: str,
    unwanted: bool = False,
) -> list[Event]:
    """Let these deliveries be looked up, as far back as the backup; `unwanted` ones are not sent even if they are not public.

    Gives the events to be logged.
    """
    values = {
        "state": State.UNKNOWN.value,
        "ready_at": now,
        "since": found.backup,
        "looks": 0,
        "reason": MAY_BE_PUBLIC.to_json(),
    } | ({"expires": now} if unwanted else {})
    rows = list(ids)
    for some in in_batches(rows):
        connection.execute(update(DELIVERY).where(DELIVERY.c.id.in_(some)).values(**values))
    data = {"reason": MAY_BE_PUBLIC.to_json(), "backup": found.backup.isoformat()}
    return [
        Event(at=now, actor=actor, what=State.UNKNOWN, delivery_id=row, data=data) for row in rows
    ]


_LAST = select(RESTORATION).order_by(RESTORATION.c.at.desc()).limit(1)
_WAITING = (
    select(DELIVERY.c.id)
    .where(DELIVERY.c.state == State.SCHEDULED.value, DELIVERY.c.action == Action.PUBLISH.value)
    .order_by(DELIVERY.c.id)
    .with_for_update()
)
