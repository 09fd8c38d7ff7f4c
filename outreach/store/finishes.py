"""How claims ended, written all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.sql.expression import bindparam

from outreach.domain.claim import Finish
from outreach.domain.delivery import SUCCESS, Action, Delivery, State, may_move
from outreach.domain.delivery_words import ACTIONS, STATES
from outreach.domain.text import Text
from outreach.store import bulk, steps
from outreach.store.approvals import unless_given
from outreach.store.columns import to_cell, to_microseconds
from outreach.store.delivery_log import Event
from outreach.store.pauses import OURSELVES
from outreach.store.proofs import unless_taken
from outreach.store.records import IllegalMove, receipt_to_json, text_to_json
from outreach.store.tables import ATTEMPT, DELIVERY


def settle(connection: Connection, finished: Sequence[Finish]) -> list[Event]:
    """Write the outcomes; give the events to be logged. An outcome that was written before changes nothing.

    Publications are rewritten first: whoever has locked one may be waiting for the log's end, which `unless_taken` holds.
    """
    if not finished:
        return []
    present = _present(connection, finished)
    rewritten = [
        rewrite(connection, one.claim.delivery, actor=OURSELVES, at=one.at)
        for one in finished
        if one.state is State.UPDATED and _stands(one, present)
    ]
    finished = [
        unless_given(connection, unless_taken(connection, one), present[one.claim.delivery.id])
        for one in finished
    ]
    standing = [(finish, _stands(finish, present)) for finish in finished]
    valid = [finish for finish, stands in standing if stands]
    if valid:
        for finish in valid:
            _check(finish)
        bulk.write(connection, _FINISH, [_row(finish) for finish in valid])
        for one in (finish.claim.delivery for finish in valid):
            if one.digest != present[one.id].digest:
                connection.execute(_REWRITE, {"row": one.id, "text": one.digest})
        tries = [_outcome(finish) for finish in valid if finish.claim.attempt]
        bulk.write(connection, _OUTCOME, tries)
    proven_absent = [f.claim.delivery.id for f in valid if _is_proof_of_absence(f)]
    if proven_absent:
        steps.forget(connection, proven_absent)
    outcomes = [
        _event(finish, present[finish.claim.delivery.id], overtaken=not stands)
        for finish, stands in standing
        if stands or not finish.claim.attempt
    ]
    return [*outcomes, *rewritten]


def rewrite(connection: Connection, update: Delivery, *, actor: str, at: datetime) -> Event:
    """What the update carries is from now on the publication's text; give the event to be logged. Raises `IllegalMove`."""
    key = update.identity.of(Action.PUBLISH).key
    published = connection.execute(_TEXT, {"key": key}).one_or_none()
    if published is None:
        raise IllegalMove(Text("There is no publication that this update changes."))
    connection.execute(_REWRITE, {"row": published.id, "text": update.digest})
    reason = Text("Update {id} reached the channel.", id=update.id)
    data = {
        "from": published.digest,
        "digest": update.digest,
        "update": update.id,
        "reason": reason.to_json(),
    }
    return Event(at=at, actor=actor, what="rewritten", delivery_id=published.id, data=data)


def interrupt(connection: Connection, now: datetime) -> list[Event]:
    """Whatever was under way when the last holder ended is of unknown outcome; give the events to be logged."""
    reason = Text("The program ended in the middle of this attempt.")
    ids = connection.execute(_UNDER_WAY).scalars().all()
    if not ids:
        return []
    unknown = {
        "state": State.UNKNOWN.value,
        "ready_at": now,
        "reason": text_to_json(reason),
        "looks": 0,
    }
    connection.execute(
        update(DELIVERY)
        .where(DELIVERY.c.id.in_(ids))
        .values(**unknown, attempts=DELIVERY.c.attempts + 1)
    )
    connection.execute(
        update(ATTEMPT)
        .where(ATTEMPT.c.finished.is_(None))
        .values(finished=now, outcome=State.UNKNOWN.value, reason=text_to_json(reason))
    )
    data = {"from": State.PUBLISHING.value, "reason": text_to_json(reason)}
    return [
        Event(at=now, actor=OURSELVES, what=State.UNKNOWN, delivery_id=delivery_id, data=data)
        for delivery_id in ids
    ]


def give_back(
    connection: Connection, claimant: str, handed_out: set[int], now: datetime
) -> list[Event]:
    """Reschedule claims that were committed while nobody heard of it: nothing of them can have been sent."""
    rows = [
        row for row in connection.execute(_OWN_OPEN, {"own": claimant}) if row.id not in handed_out
    ]
    if not rows:
        return []
    reason = text_to_json(Text("The database did not confirm the claim, so nothing was sent."))
    scheduled = update(DELIVERY).where(DELIVERY.c.id.in_([row.delivery_id for row in rows]))
    connection.execute(scheduled.values(state=State.SCHEDULED.value, reason=reason))
    ended = update(ATTEMPT).where(ATTEMPT.c.id.in_([row.id for row in rows]))
    connection.execute(ended.values(finished=now, outcome=State.SCHEDULED.value, reason=reason))
    data = {"from": State.PUBLISHING.value, "reason": reason}
    return [
        Event(at=now, actor=OURSELVES, what=State.SCHEDULED, delivery_id=row.delivery_id, data=data)
        for row in rows
    ]


def _present(connection: Connection, finished: Sequence[Finish]) -> Mapping[int, Any]:
    ids = [finish.claim.delivery.id for finish in finished]
    return {row.id: row for row in connection.execute(_PRESENT, {"ids": ids})}


def _stands(finish: Finish, present: Mapping[int, Any]) -> bool:
    """Whether the delivery still is what the claim was given, so that this outcome is news."""
    row = present[finish.claim.delivery.id]
    expected = State.PUBLISHING if finish.claim.attempt else State.UNKNOWN
    return bool(row.state == expected and row.number == finish.claim.number)


def _check(finish: Finish) -> None:
    before = finish.claim.delivery.state
    looked_in_vain = not finish.claim.attempt and finish.state is State.UNKNOWN
    if not looked_in_vain and not may_move(before, finish.state):
        raise IllegalMove(illegal(before, finish.state))
    must_fit(finish.claim.delivery.identity.action, finish.state)


def must_fit(action: Action, after: State) -> None:
    """Refuse the success of another action. Raises `IllegalMove`."""
    if action is not _ONLY.get(after, action):
        raise IllegalMove(
            Text(
                "{after} does not fit a delivery whose action is {action}.",
                after=STATES[after],
                action=ACTIONS[action],
            )
        )


def illegal(before: State, after: State) -> Text:
    """Why a move is refused."""
    return Text(
        "A delivery cannot go from {before} to {after}.",
        before=STATES[before],
        after=STATES[after],
    )


def _is_proof_of_absence(finish: Finish) -> bool:
    return not finish.claim.attempt and finish.state is State.SCHEDULED


def _row(finish: Finish) -> dict[str, Any]:
    before = finish.claim.delivery
    receipt = finish.receipt or before.receipt
    return {
        "row": before.id,
        "state": finish.state.value,
        "ready_at": to_microseconds(finish.ready_at or before.ready_at),
        "attempts": before.attempts + bool(finish.claim.attempt and finish.counts),
        "looks": before.looks if finish.looks is None else finish.looks,
        "reason": to_cell(text_to_json(finish.reason)),
        "receipt": to_cell(receipt_to_json(receipt)) if receipt else None,
    }


def _outcome(finish: Finish) -> dict[str, Any]:
    return {
        "row": finish.claim.attempt,
        "finished": to_microseconds(finish.at),
        "outcome": finish.state.value,
        "reason": to_cell(text_to_json(finish.reason)),
        "evidence": to_cell(dict(finish.evidence)) if finish.evidence else None,
    }


def _event(finish: Finish, row: Any, *, overtaken: bool) -> Event:
    """A look that a person's decision has overtaken is logged, but decides nothing. The text is named where it appeared in other words."""
    before = State(row.state)
    data: dict[str, Any] = {"from": before.value, "attempt": finish.claim.attempt}
    if finish.claim.delivery.digest != row.digest:
        data["digest"] = finish.claim.delivery.digest
    if overtaken:
        data["seen"] = finish.state.value
    if finish.reason:
        data["reason"] = finish.reason.to_json()
    if finish.receipt:
        data["receipt"] = receipt_to_json(finish.receipt)
    if finish.ready_at:
        data["ready_at"] = finish.ready_at.isoformat()
    if finish.evidence:
        data["evidence"] = dict(finish.evidence)
    what = "looked" if overtaken or finish.state is before else finish.state.value
    return Event(
        at=finish.at,
        actor=OURSELVES,
        what=what,
        delivery_id=finish.claim.delivery.id,
        data=data,
    )


_PRESENT = (
    select(
        DELIVERY.c.id,
        DELIVERY.c.state,
        DELIVERY.c.number,
        DELIVERY.c.campaign,
        DELIVERY.c.action,
        DELIVERY.c.digest,
    )
    .where(DELIVERY.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(DELIVERY.c.id)
    .with_for_update()
)
_ONLY: Mapping[State, Action] = {state: action for action, state in SUCCESS.items()}
_TEXT = select(DELIVERY.c.id, DELIVERY.c.digest).where(DELIVERY.c.key == bindparam("key"))
_REWRITE = (
    update(DELIVERY).where(DELIVERY.c.id == bindparam("row")).values(digest=bindparam("text"))
)
_FINISH = update(DELIVERY).where(DELIVERY.c.id == bindparam("row"))
_OUTCOME = update(ATTEMPT).where(ATTEMPT.c.id == bindparam("row"))
_UNDER_WAY = (
    select(DELIVERY.c.id)
    .join(ATTEMPT, ATTEMPT.c.delivery_id == DELIVERY.c.id)
    .where(ATTEMPT.c.finished.is_(None), DELIVERY.c.state == State.PUBLISHING.value)
    .order_by(DELIVERY.c.id)
    .with_for_update(of=DELIVERY)
)
_OWN_OPEN = select(ATTEMPT.c.id, ATTEMPT.c.delivery_id).where(
    ATTEMPT.c.finished.is_(None), ATTEMPT.c.claimant == bindparam("own")
)
