"""One try at a delivery: exceptions of the adapter become an outcome here, and nowhere else."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from outreach.channel import (
    Channel,
    NotPublished,
    Outcome,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    Steps,
    Text,
    UnknownOutcome,
    Updates,
)
from outreach.domain.claim import Claim
from outreach.domain.delivery import Action

DEADLINE = timedelta(minutes=5)


async def attempt(
    channel: Channel, claim: Claim, steps: Steps, *, deadline: timedelta = DEADLINE
) -> Outcome:
    """Publish, update or withdraw through the channel; whatever the adapter did not mean is an `UnknownOutcome`, a time-out included."""
    try:
        async with asyncio.timeout(deadline.total_seconds()):
            return await _act(channel, claim, steps)
    except (RetryAt, PauseChannel, Reject, UnknownOutcome) as outcome:
        return outcome
    except TimeoutError:
        return UnknownOutcome(
            Text(
                "The channel did not answer within {seconds} seconds.",
                seconds=int(deadline.total_seconds()),
            )
        )
    except asyncio.CancelledError:
        return UnknownOutcome(Text("The program was stopped in the middle of this attempt."))
    except Exception as error:  # noqa: BLE001 - the contract: an exception that an adapter did not mean is an unknown outcome
        return _unmeant(error)


async def _act(channel: Channel, claim: Claim, steps: Steps) -> Receipt:
    identity = claim.delivery.identity
    receipt = claim.published.receipt if claim.published else None
    if identity.action is Action.PUBLISH:
        return await channel.publish(claim.rendition, key=identity.key, steps=steps)
    if receipt is None:
        raise Reject(
            Text("There is no proof of a publication that could be taken down or changed.")
        )
    if identity.action is Action.WITHDRAW:
        return await channel.withdraw(receipt, key=identity.key, steps=steps)
    if not isinstance(channel, Updates):
        raise Reject(Text("This channel cannot change what is public."))
    key = identity.of(Action.PUBLISH).key
    return await channel.update(receipt, claim.rendition, key=key, steps=steps)


def _unmeant(error: Exception) -> UnknownOutcome:
    reason = Text(
        "The adapter failed in a way it does not know: {error}",
        error=f"{type(error).__name__}: {error}"[:500],
    )
    evidence = error.evidence if isinstance(error, NotPublished) else {}
    return UnknownOutcome(reason, evidence=evidence)
