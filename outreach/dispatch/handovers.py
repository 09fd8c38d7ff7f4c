"""Hands publications over to services that release them by themselves, and takes back what is not wanted any more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from outreach.channel import (
    Channel,
    NotPublished,
    PauseChannel,
    Receipt,
    RetryAt,
    Schedules,
    Text,
    scheduling,
)
from outreach.dispatch.steps import DurableSteps
from outreach.dispatch.writer import Writer
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import State
from outreach.domain.handover import RETRY, Errand, Handover, Task, Window
from outreach.store.queue import Queue

log = logging.getLogger("outreach.dispatch")

DEADLINE = timedelta(minutes=5)
"""How long one errand may take."""

UNTIL_A_PERSON_ACTS = timedelta(minutes=15)
"""How long an errand waits that only a person can make possible again; whoever does is not asked to tell."""

_KEPT = frozenset({State.SCHEDULED, State.HELD})
"""What has appeared too early stays public in these states: it is wanted, or may be; otherwise it is taken down."""


class Handovers:
    """The errands of those channels that schedule. `now` gives aware UTC."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        *,
        queue: Queue,
        write: Writer,
        now: Callable[[], datetime],
    ) -> None:
        found = {name: scheduling(channel) for name, channel in channels.items()}
        self._channels = {name: channel for name, channel in found.items() if channel}
        self._windows = {
            name: Window(earliest=ahead[0], latest=ahead[1])
            for name in self._channels
            if (ahead := channels[name].capabilities.ahead)
        }
        self._queue, self._write, self._now = queue, write, now

    async def due(self, free: Mapping[str, int]) -> tuple[tuple[Errand, ...], datetime | None]:
        """What may be done now, at most one errand for each free channel, and when there is more to do."""
        windows = {name: w for name, w in self._windows.items() if free.get(name)}
        if not windows:
            return (), None
        errands, again = await self._write(self._queue.errands, windows, self._now())
        first = {errand.claim.delivery.identity.channel: errand for errand in reversed(errands)}
        return tuple(first.values()), again

    async def of(self, claim: Claim) -> tuple[Claim, Handover | None]:
        """What the service already has of a claimed delivery; None where channels do not schedule.

        What has appeared is claimed in the words in which it did, whatever the files ask for since.
        """
        if claim.delivery.identity.channel not in self._channels:
            return claim, None
        handover = await self._write(self._queue.handover, claim.delivery.id)
        if handover is None or not handover.public:
            return claim, handover
        appeared = replace(claim.delivery, digest=handover.digest)
        rendition = await self._write(self._queue.rendition, appeared)
        known = replace(claim, delivery=appeared, rendition=rendition or claim.rendition)
        return known, handover

    def concerns(self, claim: Claim) -> bool:
        """Whether steps may have been taken before the first attempt."""
        return claim.delivery.identity.channel in self._channels

    async def run(self, errand: Errand) -> None:
        """Do one errand. Whatever happens, nothing is public before it is due, and the queue knows what the service may hold."""
        channel = self._channels[errand.claim.delivery.identity.channel]
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                if errand.task is Task.HAND_OVER:
                    await self._hand_over(channel, errand)
                elif errand.handover:
                    await self._take_back(channel, errand.claim, errand.handover)
        except Exception as error:  # noqa: BLE001 - like an attempt: what was not meant leaves doubt, and is looked at again
            await self._failed(errand, error)

    async def _hand_over(self, channel: Schedules, errand: Errand) -> None:
        claim, now = errand.claim, self._now()
        begun = Handover(digest=claim.delivery.digest, due=claim.delivery.due, again=now + RETRY)
        if errand.handover is None:
            why = Text("The service gets it before it is due, and releases it by itself.")
            await self._write(self._queue.note_handover, claim, begun, now, why)
        steps = DurableSteps(
            claim, queue=self._queue, write=self._write, now=self._now, fresh=False
        )
        key = claim.delivery.identity.key
        again = await channel.hand_over(claim.rendition, key=key, steps=steps)
        no_sooner = self._now() + RETRY / 3
        seen = replace(begun, again=again and max(again, no_sooner), held=again is not None)
        await self._write(self._queue.note_handover, claim, seen, self._now())

    async def _take_back(self, channel: Schedules, claim: Claim, handover: Handover) -> None:
        key = claim.delivery.identity.key
        receipt = await channel.take_back(claim.rendition, key=key)
        why = Text("It was taken back from the service, which does not release it.")
        if receipt:
            early = Text("It appeared before it could be taken back from the service.")
            kept = claim.delivery.state in _KEPT
            known = replace(handover, public=kept)
            now = self._now()
            other = await self._write(self._queue.note_handover, claim, known, now, early, receipt)
            if kept:
                return
            if other is None:
                await self._take_down(channel, claim, receipt)
                why = Text("It was taken down again.")
            else:
                why = Text(
                    "What appeared proves delivery {other}, so it stays public.", other=other
                )
        await self._write(self._queue.forget_handover, claim, self._now(), why)

    async def _take_down(self, channel: Schedules, claim: Claim, receipt: Receipt) -> None:
        steps = DurableSteps(
            claim, queue=self._queue, write=self._write, now=self._now, fresh=False
        )
        await channel.withdraw(receipt, key=claim.delivery.identity.key, steps=steps)

    async def _failed(self, errand: Errand, error: Exception) -> None:
        claim, now = errand.claim, self._now()
        asked = None
        if isinstance(error, RetryAt):
            asked = error.at
        elif isinstance(error, PauseChannel):
            asked = error.until or now + UNTIL_A_PERSON_ACTS
        reason = (
            error.reason
            if isinstance(error, NotPublished)
            else Text("The program itself failed: {error}", error=str(error)[:500])
        )
        log.warning(
            Text("Delivery {id} at the service: {reason}", id=claim.delivery.id, reason=reason)
        )
        known = errand.handover or Handover(
            digest=claim.delivery.digest, due=claim.delivery.due, again=now + RETRY
        )
        later = replace(known, after=max(asked or now, now + RETRY / 3))
        await self._write(self._queue.note_handover, claim, later, now)


def still_held(claim: Claim, handover: Handover | None, now: datetime) -> Finish | None:
    """What keeps a claim from going out while the service may still release something else for it; None when nothing does."""
    if handover is None or not handover.held or handover.public or handover.fits(claim.delivery):
        return None
    return Finish(
        claim=claim,
        state=State.SCHEDULED,
        at=now,
        reason=Text("What the service got earlier has to be taken back first."),
        ready_at=now + RETRY / 3,
        counts=False,
    )
