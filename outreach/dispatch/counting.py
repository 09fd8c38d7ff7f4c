"""Reads back how publications are received, behind everything else. What fails is worth a pause only if publishing would fail too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from outreach.channel import (
    Channel,
    Counting,
    Counts,
    NotPublished,
    PauseChannel,
    Reject,
    RetryAt,
    Text,
    counting,
)
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.claim import Pause
from outreach.domain.counts import next_reading
from outreach.store.counts import CountSeries, Published
from outreach.store.queue import Queue

log = logging.getLogger("outreach.dispatch")

EVERY = timedelta(minutes=15)
"""How often the service looks whether something is to be counted."""

MOST = 30
"""So many publications of a channel are counted in one round; the others wait for the next."""

DEADLINE = timedelta(seconds=60)
"""One reading takes no longer."""

REST = timedelta(hours=1)
"""How long a channel that gave no counts is left alone when it does not say for how long."""


class Rounds:
    """One reading at a time, and none while anything is being delivered. What goes wrong is logged once and changes nothing else."""

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        series: CountSeries,
        queue: Queue,
        dispatcher: Dispatcher,
        write: Writer,
        now: Callable[[], datetime],
    ) -> None:
        self._all = channels
        found = {name: counting(channel) for name, channel in channels.items()}
        self._channels = {name: counted for name, counted in found.items() if counted}
        self._series, self._queue, self._write, self._now = series, queue, write, now
        self._dispatcher = dispatcher
        self._quiet_until: dict[str, datetime] = {}
        self._tried: dict[int, datetime] = {}
        self._said: set[str | int] = set()

    async def __call__(self) -> None:
        """Read what is to be read now, channel after channel."""
        if not self._channels:
            return
        states = await self._write(self._queue.channel_states)
        for name, channel in self._channels.items():
            paused = name in states and states[name].paused
            if not paused and self._quiet_until.get(name, self._now()) <= self._now():
                await self._round(name, channel)

    async def _round(self, name: str, channel: Counting) -> None:
        public = await self._write(self._series.public, name, self._now())
        for one in [one for one in public if self._is_due(one)][:MOST]:
            if self._dispatcher.in_flight or not await self._read(name, channel, one):
                return

    def _is_due(self, one: Published) -> bool:
        times = [time for time in (one.last, self._tried.get(one.delivery_id)) if time]
        at = next_reading(one.receipt.at, max(times, default=None), one.expires)
        return at is not None and at <= self._now()

    async def _read(self, name: str, channel: Counting, one: Published) -> bool:
        """Read and keep one publication's counts; False when the channel is better left alone for a while."""
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                counts = await channel.counts(one.receipt)
        except Exception as error:  # noqa: BLE001 - whatever an adapter does here must not touch deliveries
            if isinstance(error, PauseChannel) and error.until is None:
                await self._pause_if_unwell(name, error)
            return self._failed(name, one, error)
        await self._keep(one, counts)
        self._said.discard(name)
        return True

    async def _pause_if_unwell(self, name: str, refused: PauseChannel) -> None:
        """A permission may lack for figures alone; the channel's check says whether publishing would work."""
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                health = await self._all[name].check()
        except Exception:  # noqa: BLE001 - as above; the service's own checks tell of it
            return
        if not health.ok:
            pause = Pause(reason=refused.reason)
            await self._write(self._queue.give_way, name, pause, self._now())

    async def _keep(self, one: Published, counts: Counts) -> None:
        now = self._now()
        self._tried[one.delivery_id] = now
        if counts:
            await self._write(self._series.keep, one.delivery_id, now, counts)

    def _failed(self, name: str, one: Published, error: Exception) -> bool:
        if isinstance(error, Reject):
            self._tried[one.delivery_id] = self._now()
            self._say_once(one.delivery_id, name, one, error)
            return True
        self._quiet_until[name] = self._rest(error)
        self._say_once(name, name, one, error)
        return False

    def _rest(self, error: Exception) -> datetime:
        match error:
            case RetryAt(at=at) | PauseChannel(until=at) if at:
                return at
        return self._now() + REST

    def _say_once(self, about: str | int, name: str, one: Published, error: Exception) -> None:
        if about in self._said:
            return
        self._said.add(about)
        reason = error.reason if isinstance(error, NotPublished) else None
        log.warning(
            Text(
                "Channel {channel}: the counts of delivery {id} could not be read; publishing goes on. {reason}",
                channel=name,
                id=one.delivery_id,
                reason=reason or f"{type(error).__name__}: {error}"[:500],
            )
        )
