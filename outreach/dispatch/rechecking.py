"""Looks at what was published again, minutes and a day later: behind everything else. A refusal for good pauses the channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from outreach.channel import (
    Absent,
    CannotTell,
    Channel,
    Found,
    Look,
    PauseChannel,
    Receipt,
    Text,
)
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.reconcile import CLOCKS_DIFFER
from outreach.dispatch.verdict import pause_of
from outreach.dispatch.writer import Writer
from outreach.domain.delivery import Delivery
from outreach.domain.recheck import Standing, next_recheck
from outreach.store.queue import Queue
from outreach.store.rechecks import Public, Rechecks

log = logging.getLogger("outreach.dispatch")

EVERY = timedelta(minutes=5)
"""How often the service looks whether something is to be looked at."""

MOST = 10
"""So many looks at a channel in one round; one with a gap between publications gets one."""

DEADLINE = timedelta(seconds=60)
"""One look takes no longer."""

Opens = Callable[[str], Awaitable[bool | None]]
"""Whether a link leads to something; None when that cannot be told."""

REST = timedelta(hours=1)
"""How long a channel that could not be looked at is left alone."""


class LaterLooks:
    """One look at a time, and none while anything is being delivered.

    A first empty look, or a first link that leads nowhere, is doubted; the next round looks again. `opens` follows the link of what
    was found.
    """

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        rechecks: Rechecks,
        queue: Queue,
        dispatcher: Dispatcher,
        write: Writer,
        now: Callable[[], datetime],
        opens: Opens,
    ) -> None:
        self._opens = opens
        self._channels = {n: c for n, c in channels.items() if c.capabilities.can_find}
        self._rechecks, self._queue, self._write, self._now = rechecks, queue, write, now
        self._dispatcher = dispatcher
        self._quiet_until: dict[str, datetime] = {}
        self._not_seen: dict[int, datetime] = {}

    async def __call__(self) -> None:
        """Look at what is to be looked at now, channel after channel."""
        states = await self._write(self._queue.channel_states)
        for name, channel in self._channels.items():
            paused = name in states and states[name].paused
            if not paused and self._quiet_until.get(name, self._now()) <= self._now():
                await self._round(name, channel)

    async def _round(self, name: str, channel: Channel) -> None:
        public = await self._write(self._rechecks.public, name, self._now())
        due = [one for one in public if self._is_due(one.delivery, one.last)]
        for one in due[: 1 if channel.capabilities.gap else MOST]:
            if self._dispatcher.in_flight or not await self._look(name, channel, one):
                return

    def _is_due(self, delivery: Delivery, last: datetime | None) -> bool:
        at = next_recheck(delivery.receipt.at, last) if delivery.receipt else None
        return at is not None and at <= self._now()

    async def _look(self, name: str, channel: Channel, one: Public) -> bool:
        """Look and keep what was seen; False when the channel is better left alone for a while."""
        delivery = one.delivery
        rendition = await self._write(self._queue.rendition, delivery)
        if rendition is None or delivery.receipt is None:
            return True
        since = (one.tried or delivery.due) - CLOCKS_DIFFER
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                seen = await channel.find(rendition, key=delivery.identity.key, since=since)
        except PauseChannel as refused:
            await self._write(
                self._queue.give_way, name, pause_of(refused, self._now()), self._now()
            )
            return False
        except Exception as error:  # noqa: BLE001 - whatever an adapter does here must not touch deliveries
            seen = CannotTell(
                why=Text("Looking failed: {error}", error=str(error)[:500]), passing=True
            )
        if isinstance(seen, CannotTell) and seen.passing:
            self._quiet_until[name] = self._now() + REST
            return False
        broken = isinstance(seen, Found) and await self._leads_nowhere(seen, delivery.receipt)
        await self._keep(delivery, seen, delivery.receipt, broken=broken)
        return True

    async def _leads_nowhere(self, seen: Found, receipt: Receipt) -> bool:
        link = seen.receipt.permalink or receipt.permalink
        return bool(link) and await self._opens(link) is False

    async def _keep(
        self, delivery: Delivery, seen: Look, receipt: Receipt, *, broken: bool
    ) -> None:
        now = self._now()
        if (broken or isinstance(seen, Absent)) and delivery.id not in self._not_seen:
            self._not_seen[delivery.id] = now
            return
        self._not_seen.pop(delivery.id, None)
        standing, reason = stands(seen, receipt, broken=broken)
        await self._write(self._rechecks.keep, delivery.id, now, standing, reason)


def stands(seen: Look, receipt: Receipt, *, broken: bool) -> tuple[Standing, Text | None]:
    """What a look says about the publication that `receipt` proves; `broken`: the link of what was found leads nowhere."""
    match seen:
        case Absent():
            return Standing.GONE, Text("Looked twice: it is not public any more, or was changed.")
        case CannotTell(why=why):
            return Standing.UNSURE, why
        case Found(receipt=found):
            if found.permalink and receipt.permalink and found.permalink != receipt.permalink:
                reason = Text("Its address is now {link}", link=found.permalink)
                return Standing.MOVED, reason
            if broken:
                link = found.permalink or receipt.permalink
                reason = Text("It is there, but its link leads nowhere: {link}", link=link)
                return Standing.BROKEN, reason
            return Standing.UP, None
