"""What the service does now and again besides delivering: re-read files, check channels."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from outreach.channel import Channel, ChannelHealth
from outreach.daemon.watch import quiet_stamp
from outreach.dispatch.sync_process import DatabaseRefused, Gist
from outreach.domain.alert import WARN_DAYS
from outreach.domain.problem import Problem
from outreach.domain.text import Text
from outreach.watching.watch import Checked

if TYPE_CHECKING:
    from outreach.daemon.machinery import Machinery

log = logging.getLogger("outreach.daemon")

FULL_READ = timedelta(hours=1)
"""Files that nobody touched are planned again so often; more often only their times are looked at."""


LOOK_AGAIN_SECONDS = 0.5
"""While somebody saves files, they are looked at again so often."""

REFUSED_SECONDS = 5.0
"""When files cannot be read, or the database refuses what they say, they are read again so soon."""


def utc_now() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


class FileSync:
    """Brings `messages/` into the queue, one run at a time, and never while a file is being saved."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._one_at_a_time = asyncio.Lock()
        self._said: dict[str, frozenset[Text]] = {}
        self._known: str | None = None
        self._known_since = 0.0
        self._refused = ""

    async def __call__(self) -> None:
        """Read, plan and apply every campaign whose files changed; wakes the dispatcher.

        Waits while somebody is saving: what is applied was whole before it was read and the same after.
        """
        async with self._one_at_a_time:
            try:
                while (wait := await self._wait()) is not None:  # noqa: ASYNC110 - neither an editor nor a disk sets an event
                    await asyncio.sleep(wait)
            finally:
                await asyncio.to_thread(self._machinery.sync.close)
        self._machinery.dispatcher.wake()

    async def _wait(self) -> float | None:
        """Read once; after how many seconds it has to be done again, None when all is applied."""
        try:
            whole = await self._read()
        except (DatabaseRefused, OSError) as refused:
            if str(refused) != self._refused:
                log.error(
                    Text(
                        "What the files say cannot be brought in just now, and it is tried again: {error}",
                        error=str(refused),
                    )
                )
            self._refused = str(refused)
            return REFUSED_SECONDS
        self._refused = ""
        return None if whole else LOOK_AGAIN_SECONDS

    async def _read(self) -> bool:
        """Apply the files as they are now; False, with nothing half-saved applied, when they changed meanwhile."""
        stamp = await self._stamp()
        if stamp is None:
            return False
        if stamp == self._known and not self._is_old():
            return True
        for campaign in await asyncio.to_thread(self._machinery.sync.campaigns):
            gist = await asyncio.to_thread(self._machinery.sync.look, campaign, utc_now())
            if await self._stamp() != stamp:
                return False
            await self._bring(gist)
        self._known, self._known_since = stamp, time.monotonic()
        return True

    def _is_old(self) -> bool:
        return time.monotonic() - self._known_since > FULL_READ.total_seconds()

    async def _stamp(self) -> str | None:
        return await asyncio.to_thread(quiet_stamp, self._machinery.messages)

    async def _bring(self, gist: Gist) -> None:
        self._say_what_is_new(gist)
        if gist.changes:
            parts, campaign = self._machinery, gist.campaign
            await parts.write(parts.sync.apply_guarded, campaign, now=utc_now(), actor="daemon")
            log.info(
                Text(
                    "{campaign}: {count} changes came from the files.",
                    campaign=campaign,
                    count=gist.changes,
                )
            )

    def _say_what_is_new(self, gist: Gist) -> None:
        lines = [*map(in_a_line, gist.problems)]
        if gist.guarded:
            lines.append(
                Text(
                    "{campaign}: many deliveries would be cancelled at once; they are held until “outreach apply --yes”.",
                    campaign=gist.campaign,
                )
            )
        before = self._said.get(gist.campaign, frozenset())
        for line in dict.fromkeys(lines):
            if line not in before:
                log.warning(line)
        self._said[gist.campaign] = frozenset(lines)


def in_a_line(problem: Problem) -> Text:
    """Where, what and how to mend it."""
    return Text("{place}: {what} {mend}", place=problem.place, what=problem.what, mend=problem.mend)


class ChannelChecks:
    """Asks every channel whether it could publish; logs the ones that could not, and at each of `WARN_DAYS` a permission that ends.

    `seen` is what each said last.
    """

    def __init__(
        self, channels: Mapping[str, Channel], now: Callable[[], datetime] = utc_now
    ) -> None:
        self._channels = channels
        self._now = now
        self._warned: dict[str, int | None] = {}
        self.seen: dict[str, Checked] = {}

    async def __call__(self) -> None:
        """Ask all of them, one after the other."""
        for name, channel in self._channels.items():
            await self._check(name, channel)

    async def _check(self, name: str, channel: Channel) -> None:
        try:
            health = await channel.check()
        except Exception:  # one broken adapter must not stop the checks of the others
            failed = Text("Channel {channel}: its check failed.", channel=name)
            log.exception(failed)
            self._see(name, ChannelHealth(ok=False, summary=failed))
            return
        self._see(name, health)
        if not health.ok:
            log.error(Text("Channel {channel}: {summary}", channel=name, summary=health.summary))
        self._warn(name, health.expires)

    def _see(self, name: str, health: ChannelHealth) -> None:
        before = self.seen[name].failed if name in self.seen else 0
        self.seen[name] = Checked(health=health, failed=0 if health.ok else before + 1)

    def _warn(self, name: str, expires: datetime | None) -> None:
        if expires is None:
            return
        left = expires - self._now()
        due = min((day for day in WARN_DAYS if left <= timedelta(days=day)), default=None)
        if due and due != self._warned.get(name):
            log.warning(
                Text(
                    "Channel {channel}: its permission ends in {days} days; renew it before that.",
                    channel=name,
                    days=max(0, left.days),
                )
            )
        self._warned[name] = due
