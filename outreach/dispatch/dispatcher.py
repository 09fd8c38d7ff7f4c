"""Claims what is due, carries it out in the lanes, and hands in results: one transaction for all of it at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from outreach.channel import Channel, Text
from outreach.dispatch.attempt import DEADLINE, attempt
from outreach.dispatch.handovers import Handovers, still_held
from outreach.dispatch.lane import Lane
from outreach.dispatch.reconcile import look
from outreach.dispatch.steps import DurableSteps
from outreach.dispatch.verdict import gate, judge
from outreach.dispatch.writer import Writer
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import State
from outreach.domain.handover import Errand
from outreach.store.engine import DBAPIError
from outreach.store.queue import Queue

log = logging.getLogger("outreach.dispatch")

OWN_TIMER = timedelta(seconds=2)
"""While busy, what is due within this is timed by the dispatcher itself."""

STORE_RETRY = timedelta(seconds=1)
"""How long to wait before the queue is asked again after the database refused."""

ERRAND_RETRY = timedelta(seconds=10)
"""How long a lane rests after an errand whose failure could not even be noted: it would be found again at once."""


class Dispatcher:
    """Works through the queue on the channels of this process.

    `now` gives aware UTC and may jump; `monotonic` gives seconds that only grow; `jitter` a number in [0, 1).
    `turned` is when the queue last answered.
    """

    def __init__(
        self,
        *,
        queue: Queue,
        channels: Mapping[str, Channel],
        write: Writer,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        deadline: timedelta = DEADLINE,
    ) -> None:
        self._queue = queue
        self._write = write
        self._now = now
        self._monotonic = monotonic
        self._quiet_since: dict[int, float] = {}
        self._jitter = jitter
        self._deadline = deadline
        self._lanes = {name: Lane(channel) for name, channel in channels.items()}
        self._handovers = Handovers(channels, queue=queue, write=write, now=now)
        self._finished: list[Finish] = []
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changed = asyncio.Event()
        self._draining = False
        self.turned: datetime | None = None
        self._refused = ""

    def wake(self) -> None:
        """Look at the queue again now: a time has come, the plan changed, or a person decided something."""
        self._changed.set()

    @property
    def in_flight(self) -> int:
        """How many attempts and looks are under way."""
        return len(self._tasks)

    @property
    def _ended(self) -> bool:
        return self._draining and not self._tasks and not self._finished

    async def run(self, *, idle: Callable[[datetime | None], None]) -> None:
        """Work until `drain`. `idle` hears when the next delivery is due, each time that there is nothing left to start."""
        while not self._ended:
            self._changed.clear()
            next_due = await self._turn_or_wait()
            if not (self._finished or self._changed.is_set() or self._ended):
                await self._rest(next_due, idle)

    async def work_off(self, *, asleep: Callable[[], int] = lambda: 0) -> datetime | None:
        """Do everything that can be done at the present instant; return when there is more to do.

        `asleep` says how many attempts only wait for time to pass; such a one also calls `wake`. The others end, or fall asleep,
        before the queue is asked again. Results of one instant are handed in by the numbers of their deliveries: which thread was
        the first one differs from machine to machine, and the log of a rehearsal must not.
        """
        while True:
            while len(self._tasks) > asleep():
                self._changed.clear()
                await self._changed.wait()
            self._finished.sort(key=_number)
            next_due = await self._turn()
            if not self._finished and len(self._tasks) <= asleep():
                return next_due

    async def drain(self, within: timedelta) -> None:
        """Start nothing more; after `within` cut off what still runs, so that it is recorded as unknown."""
        self._draining = True
        self.wake()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within.total_seconds())
        for task in set(self._tasks):
            task.cancel()
        self.wake()

    async def _rest(
        self, next_due: datetime | None, idle: Callable[[datetime | None], None]
    ) -> None:
        """Wait for a change; what is due very soon is timed here, what is due later by the engine's clock."""
        soon = next_due - self._now() if next_due else None
        if soon is None or soon > OWN_TIMER:
            idle(next_due)
            await self._changed.wait()
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), max(0.0, soon.total_seconds()))

    async def _turn_or_wait(self) -> datetime | None:
        try:
            next_due = await self._turn()
        except DBAPIError as error:
            self._say_refused(str(error.orig))
            await asyncio.sleep(STORE_RETRY.total_seconds())
            self.wake()
            return None
        if self._refused:
            log.warning(Text("The database answers again."))
        self._refused = ""
        return next_due

    def _say_refused(self, error: str) -> None:
        """Once for each reason: a full disk must not be filled by what is said about it."""
        if error != self._refused:
            log.error(
                Text(
                    "The database refused; nothing is sent until it answers again: {error}",
                    error=error,
                )
            )
        self._refused = error

    async def _turn(self) -> datetime | None:
        """Hand in what has finished and claim what may start, in one transaction; then start read-backs that are due."""
        now = self._now()
        finished, self._finished = self._finished, []
        try:
            exchange = await self._write(self._queue.exchange, finished, self._free(), now)
        except BaseException:
            self._finished = finished + self._finished
            raise
        self.turned = now
        for claim in exchange.claims:
            self._start(claim, self._carry_out)
        if exchange.next_look and exchange.next_look <= now and not self._draining:
            await self._look_at_doubtful(now)
        errands, next_errand = await self._handovers.due(self._free())
        for errand in errands:
            self._run_errand(errand)
        times = (exchange.next_due, exchange.next_look, next_errand, *self._openings(now))
        return min((time for time in times if time and time > now), default=None)

    async def _look_at_doubtful(self, now: datetime) -> None:
        for claim in await self._write(self._queue.doubtful, now, self._free()):
            if claim.delivery.id not in self._lane(claim).in_flight:
                self._start(claim, self._look)

    def _free(self) -> dict[str, int]:
        if self._draining:
            return {}
        monotonic = self._monotonic()
        return {name: free for name, lane in self._lanes.items() if (free := lane.free(monotonic))}

    def _openings(self, now: datetime) -> Iterable[datetime]:
        monotonic = self._monotonic()
        waits = (lane.opens_in(monotonic) for lane in self._lanes.values())
        return (now + timedelta(seconds=wait) for wait in waits if wait)

    def _lane(self, claim: Claim) -> Lane:
        return self._lanes[claim.delivery.identity.channel]

    def _start(self, claim: Claim, work: Callable[[Claim], Awaitable[Finish]]) -> None:
        self._lane(claim).begin(claim.delivery.id, self._monotonic())
        task = asyncio.create_task(self._finish(claim, work))
        self._tasks.add(task)
        task.add_done_callback(partial(self._over, claim))

    def _run_errand(self, errand: Errand) -> None:
        """An errand takes a slot of its lane, and changes no state."""
        delivery_id = errand.claim.delivery.id
        self._lane(errand.claim).begin(delivery_id, self._monotonic())
        task = asyncio.create_task(self._handovers.run(errand))
        self._tasks.add(task)
        task.add_done_callback(partial(self._errand_over, errand))

    def _errand_over(self, errand: Errand, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        lane = self._lane(errand.claim)
        lane.end(errand.claim.delivery.id, self._monotonic())
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            lane.rest(self._monotonic(), ERRAND_RETRY)
            log.error(Text("The program itself failed: {error}", error=str(error)[:500]))

    def _over(self, claim: Claim, task: asyncio.Task[Finish]) -> None:
        """Keep the result to hand it in; a task that was cut off, even before it began, has one too."""
        finish = self._cut_off(claim) if task.cancelled() else task.result()
        self._tasks.discard(task)
        self._remember_quiet(finish)
        self._finished.append(finish)
        self._lane(claim).end(claim.delivery.id, self._monotonic(), answered=_answered(finish))
        self._changed.set()

    def _cut_off(self, claim: Claim) -> Finish:
        return Finish(
            claim=claim,
            state=State.UNKNOWN,
            at=self._now(),
            reason=Text("The program was stopped in the middle of this attempt."),
            ready_at=self._now(),
            looks=0 if claim.attempt else None,
        )

    async def _finish(self, claim: Claim, work: Callable[[Claim], Awaitable[Finish]]) -> Finish:
        try:
            return await work(claim)
        except Exception as error:  # a fault of ours must not lose a delivery
            log.exception(
                Text("Delivery {id} failed inside the program itself.", id=claim.delivery.id)
            )
            reason = Text(
                "The program itself failed: {error}", error=f"{type(error).__name__}: {error}"[:500]
            )
            return Finish(
                claim=claim,
                state=State.UNKNOWN,
                at=self._now(),
                reason=reason,
                ready_at=self._now(),
            )

    async def _carry_out(self, claim: Claim) -> Finish:
        capabilities = self._lane(claim).channel.capabilities
        claim, handover = await self._handovers.of(claim)
        is_there = handover is not None and handover.held
        kept_back = still_held(claim, handover, self._now()) if is_there else None
        kept_back = kept_back or (None if is_there else gate(claim, self._now(), capabilities))
        if kept_back:
            return kept_back
        steps = DurableSteps(
            claim,
            queue=self._queue,
            write=self._write,
            now=self._now,
            fresh=not self._handovers.concerns(claim),
        )
        outcome = await attempt(self._lane(claim).channel, claim, steps, deadline=self._deadline)
        return judge(
            claim, outcome, now=self._now(), capabilities=capabilities, jitter=self._jitter()
        )

    async def _look(self, claim: Claim) -> Finish:
        claim, _ = await self._handovers.of(claim)
        since = self._quiet_since.setdefault(claim.delivery.id, self._monotonic())
        quiet_for = timedelta(seconds=self._monotonic() - since)
        channel = self._lane(claim).channel
        return await look(channel, claim, now=self._now(), quiet_for=quiet_for)

    def _remember_quiet(self, finish: Finish) -> None:
        if finish.state is not State.UNKNOWN:
            self._quiet_since.pop(finish.claim.delivery.id, None)
        elif finish.looks is not None:
            self._quiet_since[finish.claim.delivery.id] = self._monotonic()


def _number(finish: Finish) -> int:
    return finish.claim.delivery.id


def _answered(finish: Finish) -> bool | None:
    """Whether the platform answered an attempt properly; None for what was kept back, looked up or paused."""
    if not finish.claim.attempt or not finish.counts:
        return None
    return finish.state not in (State.SCHEDULED, State.UNKNOWN, State.NEEDS_PERSON)
