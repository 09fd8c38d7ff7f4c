"""Drives production's dispatcher through a campaign's month on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.delivery import Action, Delivery, Receipt, State
from outreach.domain.text import Text
from outreach.rehearsal.clock import VirtualClock
from outreach.store.queue import Queue

CONFIRMED_AFTER = timedelta(hours=1)
"""When the rehearsed colleague confirms work that people carry out."""

COLLEAGUE = "rehearsal"
"""Who confirms."""

AFTERMATH = timedelta(days=2)
"""How long after the window the rehearsal still waits for read-backs and withdrawals."""


class Month:
    """One rehearsal under way. `by_people` names the channels whose work a colleague confirms."""

    def __init__(
        self,
        *,
        queue: Queue,
        write: Writer,
        dispatcher: Dispatcher,
        clock: VirtualClock,
        by_people: frozenset[str],
        end: datetime,
    ) -> None:
        self._queue = queue
        self._write = write
        self._dispatcher = dispatcher
        self._clock = clock
        self._by_people = by_people
        self._end = end + AFTERMATH

    async def run(self, progress: Callable[[datetime], None]) -> None:
        """Go from one due instant to the next until nothing is left to do or the aftermath has passed."""
        await self._write(self._queue.interrupted, self._clock())
        while True:
            next_due = await self._dispatcher.work_off()
            confirmation = await self._confirm()
            instants = [instant for instant in (next_due, confirmation) if instant]
            if not instants or min(instants) > self._end:
                return
            self._clock.go_to(min(instants))
            progress(self._clock())

    async def _confirm(self) -> datetime | None:
        """Confirm what people have had an hour for; returns when the next confirmation falls due."""
        waiting = [d for name in self._by_people for d in await self._waiting(name)]
        for delivery in waiting:
            if self._confirms_at(delivery) <= self._clock():
                await self._confirm_one(delivery)
        later = [self._confirms_at(d) for d in waiting if self._confirms_at(d) > self._clock()]
        return min(later, default=None)

    async def _waiting(self, channel: str) -> list[Delivery]:
        return await self._write(self._queue.list, channel=channel, state=State.NEEDS_PERSON)

    def _confirms_at(self, delivery: Delivery) -> datetime:
        return (delivery.since or delivery.due) + CONFIRMED_AFTER

    async def _confirm_one(self, delivery: Delivery) -> None:
        published = delivery.identity.action is Action.PUBLISH
        await self._write(
            self._queue.move,
            delivery.id,
            State.PUBLISHED if published else State.WITHDRAWN,
            reason=Text("The rehearsed colleague confirmed it."),
            actor=COLLEAGUE,
            now=self._clock(),
            receipt=Receipt(
                remote_id=delivery.identity.key, at=self._clock(), details={"by": COLLEAGUE}
            ),
        )


def confirmed_by(deliveries: Sequence[Delivery]) -> frozenset[int]:
    """The deliveries that the rehearsed colleague confirmed."""
    return frozenset(
        d.id for d in deliveries if d.receipt and d.receipt.details.get("by") == COLLEAGUE
    )
