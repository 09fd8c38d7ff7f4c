"""Settles what nobody knows: looks at the channel whether a publication is public, and never repeats blindly."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from outreach.channel import Absent, CannotTell, Channel, Found, Look, PauseChannel, Text
from outreach.dispatch.verdict import pause_of
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Action, State
from outreach.domain.retry import backoff

FOUND = Text("Looking at the channel found it public.")
"""The reason of a publication that was in doubt and was seen."""

EMPTY_READS = 2
"""So many empty reads past the visibility lag prove that nothing is public."""

SETTLE = timedelta(seconds=5)
"""The least time between two reads, and between an attempt and the first read."""

CLOCKS_DIFFER = timedelta(hours=26)
"""How far ahead of a service's clock ours may have been when something was tried: a day, or a mistaken time zone."""

TRIES_IN_DOUBT = 8
"""After so many take-downs or updates in doubt a person is asked."""

PATIENCE = timedelta(hours=6)
"""How long passing failures to look are borne before a person is asked."""


async def look(
    channel: Channel,
    claim: Claim,
    *,
    now: datetime,
    quiet_for: timedelta,
    deadline: timedelta = timedelta(seconds=60),
) -> Finish:
    """Read back one delivery of unknown outcome and say what that makes of it.

    `quiet_for` is how long, on a clock that nobody can set, it has certainly not been tried or read.
    """
    wait = max(channel.capabilities.visibility_lag, SETTLE)
    if claim.delivery.identity.action is Action.WITHDRAW:
        return _repeat_take_down(claim, now)
    if claim.delivery.identity.action is Action.UPDATE:
        return _repeat_update(claim, now=now, wait=wait, quiet_for=quiet_for)
    try:
        seen = await _find(channel, claim, tried_since(claim, now), deadline)
    except PauseChannel as refused:
        return _blind(claim, refused, now)
    return conclude(claim, seen, now=now, wait=wait, quiet_for=quiet_for)


def _blind(claim: Claim, refused: PauseChannel, now: datetime) -> Finish:
    """As doubtful as before, and the channel waits: nothing more goes out where nothing can be looked up."""
    return Finish(
        claim=claim,
        state=State.UNKNOWN,
        at=now,
        reason=refused.reason,
        ready_at=now,
        pause=pause_of(refused, now),
        evidence=refused.evidence,
    )


def tried_since(claim: Claim, now: datetime) -> datetime:
    """The earliest instant at which, by the service's clock, a part of it may have been made: also an earlier try leaves parts."""
    known = (claim.tried, claim.delivery.since or claim.delivery.due, now)
    return min(instant for instant in known if instant) - CLOCKS_DIFFER


def _repeat_take_down(claim: Claim, now: datetime) -> Finish:
    reason = Text("Taking down is repeated; that is harmless when it has already happened.")
    given_up = Text(
        "Taking it down ended in doubt {count} times; please do it by hand.",
        count=claim.delivery.attempts,
    )
    return _repeat(claim, now, reason, given_up)


def _repeat_update(claim: Claim, *, now: datetime, wait: timedelta, quiet_for: timedelta) -> Finish:
    """Once the former call can no longer arrive: whatever text goes out next, an older one does not overtake it."""
    valid_at = _quiet_at(claim, now=now, wait=wait, quiet_for=quiet_for)
    if now < valid_at:
        reason = Text("Waits until the former update can no longer arrive.")
        return _again(claim, reason, now=now, ready_at=valid_at, evidence={})
    reason = Text("The update is repeated; that is harmless when it has already happened.")
    given_up = Text(
        "The update ended in doubt {count} times; please look at what is public.",
        count=claim.delivery.attempts,
    )
    return _repeat(claim, now, reason, given_up)


def _repeat(claim: Claim, now: datetime, reason: Text, given_up: Text) -> Finish:
    tries = claim.delivery.attempts
    if tries >= TRIES_IN_DOUBT:
        return Finish(claim=claim, state=State.NEEDS_PERSON, at=now, reason=given_up)
    ready_at = now + backoff(tries + 1, jitter=0.0)
    return Finish(
        claim=claim, state=State.SCHEDULED, at=now, reason=reason, ready_at=ready_at, looks=0
    )


async def _find(channel: Channel, claim: Claim, since: datetime, deadline: timedelta) -> Look:
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            return await channel.find(claim.rendition, key=claim.delivery.identity.key, since=since)
    except PauseChannel:
        raise
    except Exception as error:  # noqa: BLE001 - whatever goes wrong while looking proves nothing
        return CannotTell(
            why=Text("Looking failed: {error}", error=f"{type(error).__name__}: {error}"[:500]),
            passing=True,
        )


def conclude(
    claim: Claim, seen: Look, *, now: datetime, wait: timedelta, quiet_for: timedelta
) -> Finish:
    """What one read-back means. Pure. An empty one counts only after `wait` of quiet, by wall clock and by `quiet_for`."""
    match seen:
        case Found(receipt=receipt):
            return Finish(claim=claim, state=State.PUBLISHED, at=now, receipt=receipt, reason=FOUND)
        case Absent(proof=proof):
            return _absent(claim, proof, now=now, wait=wait, quiet_for=quiet_for)
        case CannotTell(why=why, passing=passing):
            return _cannot_tell(claim, why, passing=passing, now=now)


def _absent(
    claim: Claim,
    proof: dict[str, object],
    *,
    now: datetime,
    wait: timedelta,
    quiet_for: timedelta,
) -> Finish:
    valid_at = _quiet_at(claim, now=now, wait=wait, quiet_for=quiet_for)
    if now < valid_at:
        reason = Text("Not seen yet; it may still appear.")
        return _again(claim, reason, now=now, ready_at=valid_at, evidence=proof)
    looks = claim.delivery.looks + 1
    if looks < EMPTY_READS:
        reason = Text("Not seen; one more look makes it certain.")
        return _again(claim, reason, now=now, ready_at=now + wait, evidence=proof, looks=looks)
    reason = Text("Looked twice after the longest time it may take to appear: it is not public.")
    return Finish(
        claim=claim,
        state=State.SCHEDULED,
        at=now,
        reason=reason,
        ready_at=max(now, claim.delivery.due),
        evidence=proof,
        looks=0,
    )


def _quiet_at(claim: Claim, *, now: datetime, wait: timedelta, quiet_for: timedelta) -> datetime:
    """When `wait` of quiet will have passed, by wall clock and by `quiet_for`."""
    since = claim.delivery.since or claim.delivery.due
    return max(since + wait, now + wait - quiet_for)


def _again(
    claim: Claim,
    reason: Text,
    *,
    now: datetime,
    ready_at: datetime,
    evidence: dict[str, object],
    looks: int | None = None,
) -> Finish:
    return Finish(
        claim=claim,
        state=State.UNKNOWN,
        at=now,
        reason=reason,
        ready_at=ready_at,
        evidence=evidence,
        looks=looks,
    )


def _cannot_tell(claim: Claim, why: Text, *, passing: bool, now: datetime) -> Finish:
    since = claim.restored or claim.delivery.since or claim.delivery.due
    if passing and now < since + PATIENCE:
        again = now + backoff(1 + int((now - since) / timedelta(minutes=5)), jitter=0.0)
        return Finish(claim=claim, state=State.UNKNOWN, at=now, reason=why, ready_at=again)
    return Finish(claim=claim, state=State.NEEDS_PERSON, at=now, reason=why)
