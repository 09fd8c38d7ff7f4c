"""What the service does now and again besides delivering: re-read files, check channels."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from outreach.channel import Channel
from outreach.daemon.machinery import Machinery
from outreach.daemon.watch import is_quiet

log = logging.getLogger("outreach.daemon")


def utc_now() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


class FileSync:
    """Brings `messages/` into the queue, one run at a time, and never while a file is being saved."""

    def __init__(self, machinery: Machinery) -> None:
        self._machinery = machinery
        self._one_at_a_time = asyncio.Lock()
        self._seen: set[str] = set()

    async def __call__(self) -> None:
        """Read, plan and apply every campaign; wake the dispatcher when something changed."""
        async with self._one_at_a_time:
            if not await asyncio.to_thread(is_quiet, self._machinery.messages):
                return
            for campaign in await asyncio.to_thread(self._machinery.sync.campaigns):
                await self._bring(campaign)
        self._machinery.dispatcher.wake()

    async def _bring(self, campaign: str) -> None:
        sync = self._machinery.sync
        proposal = await asyncio.to_thread(sync.look, campaign, utc_now())
        for problem in proposal.problems:
            self._say_once(f"{problem.place}: {problem.what} {problem.mend}")
        if proposal.guarded:
            self._say_once(
                f"{campaign}: many deliveries would be cancelled at once; they are held until `outreach apply`"
            )
        if proposal.changes:
            await self._machinery.write(sync.apply_guarded, proposal, now=utc_now(), actor="daemon")
            log.info("%s: %d changes applied", campaign, len(proposal.changes))

    def _say_once(self, line: str) -> None:
        if line not in self._seen:
            self._seen.add(line)
            log.warning("%s", line)


async def check_channels(machinery: Machinery) -> None:
    """Ask every channel whether it could publish, and log the ones that could not."""
    for name, channel in machinery.channels.items():
        await _check(name, channel)


async def _check(name: str, channel: Channel) -> None:
    try:
        health = await channel.check()
    except Exception as error:  # noqa: BLE001 - one broken adapter must not stop the checks of the others
        log.error("Channel %s: its check failed: %s", name, error)
        return
    if not health.ok:
        log.error("Channel %s: %s", name, health.summary)
