"""Drives production's dispatcher through a campaign's month on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.colleague import Colleague
from outreach.rehearsal.counts import Counts
from outreach.store.queue import Queue

AFTERMATH = timedelta(days=2)
"""How long after the window the rehearsal still waits for read-backs and withdrawals."""


class Month:
    """One rehearsal under way; `colleague` decides what only people can, `counts` reads back what came of it."""

    def __init__(
        self,
        *,
        queue: Queue,
        write: Writer,
        dispatcher: Dispatcher,
        clock: VirtualClock,
        colleague: Colleague,
        counts: Counts,
        end: datetime,
    ) -> None:
        self._queue = queue
        self._write = write
        self._dispatcher = dispatcher
        self._clock = clock
        self._colleague = colleague
        self._counts = counts
        self._end = end + AFTERMATH

    async def run(self, progress: Callable[[datetime], None]) -> None:
        """Go from one due instant to the next until nothing is left to do or the aftermath has passed."""
        await self._write(self._queue.interrupted, self._clock())
        self._clock.on_sleep = self._dispatcher.wake
        while True:
            next_due = await self._dispatcher.work_off(asleep=lambda: len(self._clock.waits))
            decision = await self._colleague.decide()
            instants = [one for one in (next_due, decision, *self._clock.waits) if one]
            if not instants or min(instants) > self._end:
                break
            self._clock.go_to(min(instants))
            progress(self._clock())
            await self._counts.read()
        await self._counts.read_for_the_last_time()
