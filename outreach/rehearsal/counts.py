"""The counts of a rehearsed month, read back by production's own rounds."""

from __future__ import annotations

from datetime import timedelta

from outreach.dispatch.counting import MOST, Rounds
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.counts import AFTERWARDS
from outreach.domain.delivery import Action
from outreach.rehearsal.clock import LONG_AGO
from outreach.rehearsal.stage import Stage

EVERY = timedelta(days=14)
"""How often a rehearsal reads, where the service reads what is due every quarter of an hour: a month must pass in a second."""


class Counts:
    """Lets the public see what is there and reads back what came of it, now and again and once more long after the end."""

    def __init__(self, stage: Stage, dispatcher: Dispatcher, write: Writer) -> None:
        self._stage, self._dispatcher = stage, dispatcher
        self._next = stage.clock() + EVERY
        self._rounds = Rounds(
            channels=stage.channels,
            series=stage.series,
            queue=stage.queue,
            dispatcher=dispatcher,
            write=write,
            now=stage.clock,
        )

    async def read(self) -> None:
        """Read, if it is time and nothing is under way."""
        if self._stage.clock() >= self._next and not self._dispatcher.in_flight:
            self._next = self._stage.clock() + EVERY
            await self._round()

    async def read_for_the_last_time(self) -> None:
        """Go to where the service ends counting, and read all that was published."""
        expiries = [
            delivery.expires
            for delivery in self._stage.queue.list()
            if delivery.identity.action is Action.PUBLISH
        ]
        self._stage.clock.go_to(max(expiries, default=LONG_AGO) + AFTERWARDS)
        for _ in range(1 + len(expiries) // MOST):
            await self._round()

    async def _round(self) -> None:
        for platform in self._stage.platforms.values():
            platform.be_read()
        await self._rounds()
