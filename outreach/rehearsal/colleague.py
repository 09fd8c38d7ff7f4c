"""The colleague of a rehearsal: confirms work that people carry out, and looks where only a person can know."""

from __future__ import annotations

from datetime import datetime, timedelta

from outreach.dispatch.writer import Writer
from outreach.domain.delivery import SUCCESS, Delivery, Receipt, State
from outreach.domain.text import Text
from outreach.rehearsal.stage import Stage

AFTER = timedelta(hours=1)
"""How long a delivery has waited for a person when the colleague comes to it."""

COLLEAGUE = "rehearsal"
"""Who decides."""


class Colleague:
    """Decides what waits for a person, by what can be seen at the far end and nothing else."""

    def __init__(self, stage: Stage, write: Writer, campaign: str) -> None:
        self._stage, self._write, self._campaign = stage, write, campaign
        self._noticed: dict[str, datetime] = {}

    async def decide(self) -> datetime | None:
        """Settle what has waited long enough; returns when the next thing will have: now, if this changed something."""
        now = self._stage.clock()
        times = [*await self._settle_deliveries(now), *await self._resume_channels(now)]
        return min(times, default=None)

    async def _settle_deliveries(self, now: datetime) -> list[datetime]:
        waiting = await self._write(
            self._stage.queue.list, campaign=self._campaign, state=State.NEEDS_PERSON
        )
        later = [_comes_at(delivery) for delivery in waiting if _comes_at(delivery) > now]
        due = [delivery for delivery in waiting if _comes_at(delivery) <= now]
        settled = [await self._settle(delivery, now) for delivery in due]
        return [*later, now] if any(settled) else later

    async def _resume_channels(self, now: datetime) -> list[datetime]:
        """Mend what a person must mend at the service, and let the channel go on."""
        states = await self._write(self._stage.queue.channel_states)
        stopped = [name for name, state in states.items() if state.paused and not state.until]
        self._noticed = {name: self._noticed.get(name, now) for name in stopped}
        for name, since in self._noticed.items():
            if since + AFTER <= now:
                reason = Text("The rehearsed colleague mended it.")
                await self._write(self._stage.queue.resume, name, reason, actor=COLLEAGUE, now=now)
        return [max(since + AFTER, now) for since in self._noticed.values()]

    async def _settle(self, delivery: Delivery, now: datetime) -> bool:
        """Whether the colleague could decide."""
        channel = delivery.identity.channel
        if self._stage.channels[channel].capabilities.carried_out_by_people:
            await self._done(delivery, Text("The rehearsed colleague confirmed it."), now)
        elif channel not in self._stage.platforms:
            return False
        elif await self._took_place(delivery):
            await self._done(delivery, Text("The rehearsed colleague looked: it was done."), now)
        else:
            await self._again(delivery, now)
        return True

    async def _took_place(self, delivery: Delivery) -> bool:
        everything = await self._write(self._stage.queue.list, campaign=self._campaign)
        return self._stage.counts(everything)[delivery.identity.key] > 0

    async def _done(self, delivery: Delivery, reason: Text, now: datetime) -> None:
        receipt = Receipt(remote_id=delivery.identity.key, at=now, details={"by": COLLEAGUE})
        await self._write(
            self._stage.queue.move,
            delivery.id,
            SUCCESS[delivery.identity.action],
            reason=reason,
            actor=COLLEAGUE,
            now=now,
            receipt=receipt,
        )

    async def _again(self, delivery: Delivery, now: datetime) -> None:
        await self._write(
            self._stage.queue.move,
            delivery.id,
            State.SCHEDULED,
            reason=Text("The rehearsed colleague looked: it was not done."),
            actor=COLLEAGUE,
            now=now,
        )


def _comes_at(delivery: Delivery) -> datetime:
    return (delivery.since or delivery.due) + AFTER
