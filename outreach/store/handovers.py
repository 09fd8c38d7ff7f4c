"""What services hold until it is due, kept as a step of its delivery: which deliveries that concerns, and what is noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, or_, select, update

from outreach.domain.claim import Claim
from outreach.domain.delivery import Action, Delivery, Receipt, State
from outreach.domain.handover import Errand, Handover, Task, Window, task
from outreach.domain.text import Text
from outreach.store import approvals, steps
from outreach.store.columns import Instant
from outreach.store.delivery_log import Event, append
from outreach.store.pauses import OURSELVES, states
from outreach.store.proofs import proves_another
from outreach.store.records import delivery_from_row, receipt_to_json
from outreach.store.renditions import Shelf
from outreach.store.tables import DELIVERY, STEP

STEP_NAME = "handover"
"""The step that holds the `Handover`; no adapter may call a step of its own so."""


def errands(
    connection: Connection, windows: Mapping[str, Window], *, now: datetime, shelf: Shelf
) -> tuple[list[Errand], datetime | None]:
    """What is to be done now at the services of these channels, and when there is more to do."""
    found: list[Errand] = []
    times: list[datetime] = []
    waiting = states(connection)
    for channel, window in windows.items():
        pause = waiting.get(channel)
        coming = {"channel": channel, "coming": now + window.latest}
        rows = connection.execute(_CONCERNED, coming).all()
        lacking = approvals.unapproved(connection, rows)
        for row in rows:
            delivery, handover = delivery_from_row(row[:-1]), _handover(row.value)
            paused = pause is not None and pause.paused
            stopped = paused and bool(pause and (not pause.until or pause.until > delivery.due))
            stopped = stopped or delivery.id in lacking
            asked = task(delivery, handover, window=window, stopped=stopped, now=now)
            if asked and asked[1] > now:
                times.append(asked[1])
            elif asked:
                back = handover if asked[0] is Task.TAKE_BACK else None
                pair = (back or delivery).digest, (back or delivery).due
                if rendition := shelf.get(connection, [pair]).get(pair):
                    claim = Claim(
                        delivery=delivery, rendition=rendition, attempt=0, number=row.number
                    )
                    found.append(Errand(claim=claim, task=asked[0], handover=handover))
    return found, min(times, default=None)


def read(connection: Connection, delivery_id: int) -> Handover | None:
    """What the service got of this delivery."""
    row = steps.read(connection, delivery_id).get(STEP_NAME)
    return _handover(row.value) if row else None


def note(
    connection: Connection,
    claim: Claim,
    handover: Handover,
    now: datetime,
    reason: Text | None,
    *,
    seen: Receipt | None = None,
) -> int | None:
    """Record what the service holds, and log it if there is a reason to tell. `seen` proves that it has appeared.

    What appeared with another text or date is from now on that delivery's; files that ask for other words lead to an update.
    Gives the other delivery that `seen` proves already: then it is not logged as this one's.
    """
    steps.write(connection, claim, STEP_NAME, now=now, done=True, value=handover.to_json())
    if handover.public:
        early = update(DELIVERY).where(DELIVERY.c.id == claim.delivery.id)
        waits = early.where(DELIVERY.c.state == State.SCHEDULED.value)
        connection.execute(waits.values(ready_at=now, digest=handover.digest))
    other = proves_another(connection, claim.delivery, seen) if seen else None
    if reason and other is None:
        what = "appeared" if seen else "handed_over"
        proof = {"receipt": receipt_to_json(seen)} if seen else {}
        append(connection, [_event(claim.delivery, what, reason, now, **proof)])
    return other


def forget(connection: Connection, claim: Claim, now: datetime, reason: Text) -> list[Event]:
    """The service holds nothing of it any more: every step begins anew."""
    connection.execute(delete(STEP).where(STEP.c.delivery_id == claim.delivery.id))
    return [_event(claim.delivery, "taken_back", reason, now)]


def _handover(stored: Any) -> Handover | None:
    return Handover.from_json(stored) if stored else None


def _event(delivery: Delivery, what: str, reason: Text, now: datetime, **more: Any) -> Event:
    data = {"from": delivery.state.value, "due": delivery.due.isoformat()}
    told = {"reason": reason.to_json(), **more}
    return Event(at=now, actor=OURSELVES, what=what, delivery_id=delivery.id, data=data | told)


_NOTED = and_(STEP.c.delivery_id == DELIVERY.c.id, STEP.c.name == STEP_NAME)
_CONCERNED = (
    select(DELIVERY, STEP.c.value)
    .select_from(DELIVERY.outerjoin(STEP, _NOTED))
    .where(
        DELIVERY.c.channel == bindparam("channel"),
        DELIVERY.c.action == Action.PUBLISH.value,
        DELIVERY.c.state.not_in((State.PUBLISHED.value, State.WITHDRAWN.value)),
        or_(
            STEP.c.name.is_not(None),
            and_(
                DELIVERY.c.state == State.SCHEDULED.value,
                DELIVERY.c.due >= bindparam("coming", type_=Instant),
            ),
        ),
    )
    .order_by(DELIVERY.c.due, DELIVERY.c.id)
)
"""Everything handed over and not settled, and what will be handed over next; with what was noted of it."""
