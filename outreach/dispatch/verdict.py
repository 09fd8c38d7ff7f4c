"""Pure decisions: whether a claim may go out now, and what an outcome makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from outreach.channel import (
    Capabilities,
    Outcome,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    Text,
    UnknownOutcome,
)
from outreach.domain.approval import waits
from outreach.domain.claim import Claim, Finish, Pause
from outreach.domain.delivery import SUCCESS, Action, Delivery, State
from outreach.domain.edit import COMES_DOWN, comes_down
from outreach.domain.lateness import latest
from outreach.domain.message import LatePolicy
from outreach.domain.posting_days import is_within
from outreach.domain.retry import next_try

WAIT_FOR_PUBLICATION = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=12)
"""How long a withdrawal waits, at first and at most, before it looks again whether its publication is settled."""

WAIT_FOR_UPDATE = timedelta(seconds=10)
"""How long a withdrawal waits before it looks again whether an update has ended."""

SHORTEST_PAUSE = timedelta(seconds=30)
"""A channel that asks for a shorter pause, or for one that is over, gets this."""

_SETTLING = frozenset({State.SCHEDULED, State.PUBLISHING, State.UNKNOWN, State.NEEDS_PERSON})


def gate(claim: Claim, now: datetime, capabilities: Capabilities) -> Finish | None:
    """What keeps the claim from going out at `now`; None when nothing does."""
    if claim.delivery.identity.action is Action.WITHDRAW:
        return _gate_withdrawal(claim, now)
    if claim.delivery.identity.action is Action.UPDATE and comes_down(claim.beside, now):
        return Finish(claim=claim, state=State.CANCELLED, at=now, reason=COMES_DOWN, counts=False)
    if now >= latest(claim.delivery):
        return _too_late(claim, now)
    if claim.unapproved:
        why = waits(claim.unapproved)
        return Finish(claim=claim, state=State.HELD, at=now, reason=why, counts=False)
    opening = next_opening(now.astimezone(ZoneInfo(claim.rendition.zone)), capabilities.hours)
    if opening is None:
        return None
    reason = Text("The channel takes publications only at certain hours.")
    return Finish(
        claim=claim, state=State.SCHEDULED, at=now, reason=reason, ready_at=opening, counts=False
    )


def next_opening(local: datetime, hours: tuple[time, time] | None) -> datetime | None:
    """When the channel's hours begin again (aware UTC) after the local instant; None inside them."""
    if hours is None or is_within(local.time(), hours):
        return None
    day = local.date() if local.time() < hours[0] else local.date() + timedelta(days=1)
    return datetime.combine(day, hours[0], tzinfo=local.tzinfo).astimezone(UTC)


def _gate_withdrawal(claim: Claim, now: datetime) -> Finish | None:
    published = claim.published
    if published and published.state is State.PUBLISHED:
        return _gate_behind_update(claim, now)
    if published and _may_still_appear(published, now):
        reason = Text("Waits until it is settled whether the publication is public.")
        return Finish(
            claim=claim,
            state=State.SCHEDULED,
            at=now,
            reason=reason,
            ready_at=now + _patience(now - claim.delivery.due),
            counts=False,
        )
    reason = Text("Nothing was published, so nothing is taken down.")
    return Finish(claim=claim, state=State.CANCELLED, at=now, reason=reason, counts=False)


def _gate_behind_update(claim: Claim, now: datetime) -> Finish | None:
    """An update on its way arrives first: on some services it could bring back what is gone."""
    if claim.beside is None or claim.beside.state not in (State.PUBLISHING, State.UNKNOWN):
        return None
    reason = Text("Waits until an update that is under way has ended.")
    soon = now + WAIT_FOR_UPDATE
    return Finish(
        claim=claim, state=State.SCHEDULED, at=now, reason=reason, ready_at=soon, counts=False
    )


def _may_still_appear(published: Delivery, now: datetime) -> bool:
    if published.state is State.HELD:
        return now < published.expires
    return published.state in _SETTLING


def _patience(waited: timedelta) -> timedelta:
    return max(WAIT_FOR_PUBLICATION, min(waited / 4, LONGEST_WAIT))


def _too_late(claim: Claim, now: datetime) -> Finish:
    delivery = claim.delivery
    asks = delivery.late.policy is LatePolicy.ASK and now < delivery.expires
    state = State.NEEDS_PERSON if asks else State.MISSED
    return Finish(claim=claim, state=state, at=now, reason=_why_late(delivery, now), counts=False)


def _why_late(delivery: Delivery, now: datetime) -> Text:
    if now >= delivery.expires:
        return Text("The campaign's window had closed before it could go out.")
    minutes = (now - delivery.due) // timedelta(minutes=1)
    return Text("It is {minutes} minutes late, more than its policy allows.", minutes=minutes)


def judge(
    claim: Claim, outcome: Outcome, *, now: datetime, capabilities: Capabilities, jitter: float
) -> Finish:
    """What an outcome makes of a claim."""
    match outcome:
        case Receipt():
            return Finish(claim=claim, state=success(claim.delivery), at=now, receipt=outcome)
        case RetryAt():
            return _retry(claim, outcome, now=now, jitter=jitter)
        case PauseChannel():
            return Finish(
                claim=claim,
                state=State.SCHEDULED,
                at=now,
                reason=outcome.reason,
                ready_at=now,
                pause=pause_of(outcome, now),
                evidence=outcome.evidence,
                counts=False,
            )
        case Reject():
            return Finish(
                claim=claim,
                state=State.REJECTED,
                at=now,
                reason=outcome.reason,
                evidence=outcome.evidence,
            )
        case UnknownOutcome():
            return _unknown(claim, outcome, now=now, capabilities=capabilities)
        case _:
            assert_never(outcome)


def pause_of(outcome: PauseChannel, now: datetime) -> Pause:
    """How long the whole channel waits."""
    until = max(outcome.until, now + SHORTEST_PAUSE) if outcome.until else None
    return Pause(reason=outcome.reason, until=until)


def success(delivery: Delivery) -> State:
    """The final state of a delivery that was carried out."""
    return SUCCESS[delivery.identity.action]


def _retry(claim: Claim, outcome: RetryAt, *, now: datetime, jitter: float) -> Finish:
    end = latest(claim.delivery)
    when = next_try(
        now=now, asked=outcome.at, attempts=claim.delivery.attempts + 1, end=end, jitter=jitter
    )
    if when is None:
        reason = Text(
            "No further try fits before it is too late. The last one: {reason}",
            reason=outcome.reason,
        )
        return Finish(
            claim=claim, state=State.MISSED, at=now, reason=reason, evidence=outcome.evidence
        )
    return Finish(
        claim=claim,
        state=State.SCHEDULED,
        at=now,
        reason=outcome.reason,
        ready_at=when,
        evidence=outcome.evidence,
    )


def _unknown(
    claim: Claim, outcome: UnknownOutcome, *, now: datetime, capabilities: Capabilities
) -> Finish:
    state = State.NEEDS_PERSON if outcome.ask_person else State.UNKNOWN
    return Finish(
        claim=claim,
        state=state,
        at=now,
        reason=outcome.reason,
        ready_at=now + capabilities.visibility_lag,
        evidence=outcome.evidence,
        looks=0,
    )
