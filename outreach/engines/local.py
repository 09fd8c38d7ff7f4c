"""One process: APScheduler is the clock that wakes the dispatcher. It never holds a delivery; the queue in the database does."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from outreach.dispatch.dispatcher import Dispatcher
from outreach.domain.text import Text

log = logging.getLogger("outreach.engine")


class LocalEngine:
    """Wakes one dispatcher when the next delivery is due, and at least every `tick` whatever the wall clock does."""

    def __init__(self, dispatcher: Dispatcher, *, tick: timedelta = timedelta(seconds=15)) -> None:
        self._dispatcher = dispatcher
        self._tick = tick
        self._wakes_at: datetime | None = None
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR)

    def every(self, seconds: float, name: str, call: Callable[[], Awaitable[None]]) -> None:
        """Run a chore now and again; a run that takes longer than the interval is not doubled."""

        async def chore() -> None:
            await call()

        first = datetime.now(UTC) + timedelta(seconds=min(seconds, 1))
        self._scheduler.add_job(
            chore, IntervalTrigger(seconds=seconds), id=name, name=name, next_run_time=first
        )

    def wake_at(self, when: datetime | None) -> None:
        """Move the one wake job to the next due time (aware UTC); None leaves it to the tick."""
        if when is None or when == self._wakes_at:
            return
        self._wakes_at = when
        self._scheduler.add_job(
            _wake,
            DateTrigger(when),
            args=[self._dispatcher],
            id="wake",
            name="wake",
            replace_existing=True,
        )

    async def run(self) -> None:
        """Work until the dispatcher is drained."""

        async def tick() -> None:
            self._dispatcher.wake()

        self.every(self._tick.total_seconds(), "tick", tick)
        self._scheduler.start()
        try:
            await self._dispatcher.run(idle=self.wake_at)
        finally:
            self._scheduler.shutdown(wait=False)


async def _wake(dispatcher: Dispatcher) -> None:
    dispatcher.wake()


def _report(event: JobExecutionEvent) -> None:
    if isinstance(event.exception, asyncio.CancelledError):  # the service ends
        return
    log.error(
        Text("The chore “{name}” failed and will run again at its next time.", name=event.job_id),
        exc_info=event.exception,
    )
