"""What people decide about one delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from outreach.domain.delivery import Action, Delivery, Receipt, State, may_move
from outreach.domain.text import Text
from outreach.store import restoration, steps
from outreach.store.delivery_log import Event
from outreach.store.finishes import illegal, must_fit, rewrite
from outreach.store.proofs import refuse_if_taken
from outreach.store.records import IllegalMove, delivery_from_row, receipt_to_json
from outreach.store.tables import DELIVERY


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Where a delivery goes, why, who says so, and what proves it; `seen` is the delivery that the person looked at."""

    to: State
    reason: Text
    actor: str
    at: datetime
    receipt: Receipt | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    ready_at: datetime | None = None
    seen: Delivery | None = None


MOVED_ON = Text("It has moved on meanwhile; look again.")
"""Why a decision about something else than what is there is refused."""


def is_still(now: Delivery, seen: Delivery) -> bool:
    """Whether what somebody saw of a delivery holds: its state, its latest attempt and its text."""
    return (now.state, now.since, now.digest) == (seen.state, seen.since, seen.digest)


def decide(connection: Connection, delivery_id: int, decision: Decision) -> list[Event]:
    """Write the decision; give the events to be logged. Raises `IllegalMove`."""
    row = connection.execute(
        select(DELIVERY).where(DELIVERY.c.id == delivery_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise IllegalMove(Text("There is no delivery {id}.", id=delivery_id))
    before = delivery_from_row(row)
    if decision.seen and not is_still(before, decision.seen):
        raise IllegalMove(MOVED_ON)
    _check(before, decision.to)
    if decision.receipt:
        refuse_if_taken(connection, before, decision.receipt)
    decision = _looked_up_first(connection, before, decision)
    values = _values(before, decision)
    connection.execute(update(DELIVERY).where(DELIVERY.c.id == delivery_id).values(**values))
    if decision.to is State.SCHEDULED:
        if before.state is State.UPDATED:
            steps.drop(connection, [delivery_id])
        steps.grant(connection, delivery_id, decision.at)
        steps.forget(connection, [delivery_id])
    events = [_event(before, decision)]
    if decision.to is State.UPDATED:
        events.append(rewrite(connection, before, actor=decision.actor, at=decision.at))
    return events


def _looked_up_first(connection: Connection, before: Delivery, decision: Decision) -> Decision:
    """A try that a person asks for, of what a restored backup may not know of, begins with a look."""
    found = restoration.last(connection) if decision.to is State.SCHEDULED else None
    if found is None or before.state in (State.UNKNOWN, State.NEEDS_PERSON):
        return decision
    action = before.identity.action
    if not found.leaves_in_doubt(action, before.due, since=before.since):
        return decision
    return replace(decision, to=State.UNKNOWN)


def _check(before: Delivery, after: State) -> None:
    if before.state is State.PUBLISHING:
        raise IllegalMove(
            Text("It is being published at this moment; decide when the attempt has ended.")
        )
    if after is State.UNKNOWN or not may_move(before.state, after):
        raise IllegalMove(illegal(before.state, after))
    must_fit(before.identity.action, after)


def _values(before: Delivery, decision: Decision) -> dict[str, Any]:
    receipt = decision.receipt or before.receipt
    values: dict[str, Any] = {
        "state": decision.to.value,
        "reason": decision.reason.to_json(),
        "receipt": receipt_to_json(receipt) if receipt else None,
        "looks": 0,
    }
    if decision.to in (State.SCHEDULED, State.UNKNOWN):
        values |= {"ready_at": decision.ready_at or decision.at, "asked": decision.at}
    return values


def _event(before: Delivery, decision: Decision) -> Event:
    data: dict[str, Any] = {"from": before.state.value, "reason": decision.reason.to_json()}
    if before.identity.action is Action.UPDATE:
        data["digest"] = before.digest
    if decision.receipt:
        data["receipt"] = receipt_to_json(decision.receipt)
    if decision.evidence:
        data["evidence"] = dict(decision.evidence)
    if decision.ready_at:
        data["ready_at"] = decision.ready_at.isoformat()
    return Event(
        at=decision.at, actor=decision.actor, what=decision.to, delivery_id=before.id, data=data
    )
