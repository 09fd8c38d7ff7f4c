"""One configuration at work: the dispatcher, the watch on files, the site and the chores, from begin to end."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any, Self

from outreach.daemon.chores import ChannelChecks, FileSync, utc_now
from outreach.daemon.daily import LOOK_SECONDS, Daily
from outreach.daemon.machinery import Machinery
from outreach.daemon.notify import ALIVE, notify, watchdog_interval
from outreach.daemon.watch import watch
from outreach.dispatch.counting import EVERY, Rounds
from outreach.dispatch.rechecking import EVERY as LOOK_AGAIN
from outreach.dispatch.rechecking import LaterLooks
from outreach.domain.text import Text
from outreach.watching.digest import Digest
from outreach.watching.figures import Gauge
from outreach.watching.life import SignOfLife
from outreach.watching.watch import EVERY as LOOK_AROUND
from outreach.watching.watch import Watch

log = logging.getLogger("outreach.daemon")

FIRST_READ_SECONDS = 60.0
"""The service counts as ready after so long even when somebody is still saving files."""

LEASE_SECONDS = 5.0
"""How often the service makes sure that the database is still its own."""


class LeaseLost(Exception):
    """The database may be another daemon's by now, so this one must not go on."""

    def __init__(self) -> None:
        self.text = Text(
            "The connection that holds the database was lost; another daemon may have it now, so this one ends."
        )
        super().__init__(str(self.text))


class Serving:
    """Works from `async with` to its end; `over` is done when it cannot go on by itself, and holds the reason."""

    def __init__(self, machinery: Machinery) -> None:
        self.machinery = machinery
        self._files = FileSync(machinery)
        self._ended = asyncio.Event()
        self._lost = asyncio.Event()
        self._files_tasks: list[asyncio.Task[None]] = []
        self._checks = ChannelChecks(machinery.channels)
        self._servers: list[asyncio.Task[None]] = []
        self._hurrying: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._plan_chores()
        self._work = asyncio.create_task(self.machinery.engine.run())
        self.over = asyncio.create_task(self._until_broken())
        watching = watch(self.machinery.messages, self._files, self._ended)
        begun = asyncio.create_task
        self._files_tasks = [begun(watching), begun(self._say_when_ready())]
        if self.machinery.site:
            # A service without a site of its own needs no web server in memory.
            from outreach.daemon.site import show_site  # noqa: PLC0415 - as said

            self._servers.append(begun(show_site(self.machinery.site, self._ended)))
        if self.machinery.metrics:
            from outreach.daemon.metrics import show_metrics  # noqa: PLC0415 - as above

            web = self.machinery.metrics
            self._servers.append(
                begun(show_metrics(web.host, web.port, self._gauge(), self._ended))
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        """End in order: let attempts finish, write what came of them, give everything back. Raises what broke it."""
        broken = self.over.done()
        await self.machinery.dispatcher.drain(timedelta(0) if broken else self.machinery.drain)
        self._ended.set()
        for task in self._files_tasks:
            task.cancel()
        beside = [*self._files_tasks, *self._servers]
        try:
            await asyncio.gather(*beside, return_exceptions=True)
            await self._work
            if broken:
                await self.over
        finally:
            self.over.cancel()
            await self._give_back()

    def hurry(self) -> None:
        """Cut off what is still under way."""
        self._hurrying = asyncio.create_task(self.machinery.dispatcher.drain(timedelta(0)))

    async def _until_broken(self) -> None:
        lost = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([self._work, lost], return_when=asyncio.FIRST_COMPLETED)
        finally:
            lost.cancel()
        if self._lost.is_set():
            raise LeaseLost

    async def _say_when_ready(self) -> None:
        """Ready means: database open, clock armed, and the messages read, unless somebody keeps saving them."""
        reading = asyncio.create_task(self._files())
        try:
            await asyncio.wait([reading], timeout=FIRST_READ_SECONDS)
        except asyncio.CancelledError:
            reading.cancel()
            raise
        notify("READY=1")
        log.info(Text("Ready, with {count} channels.", count=len(self.machinery.channels)))
        await reading

    def _plan_chores(self) -> None:
        parts, engine = self.machinery, self.machinery.engine

        async def reread() -> None:
            await self._files()

        async def alive() -> None:
            notify(ALIVE)

        engine.every(parts.resync.total_seconds(), "re-read messages", reread)
        engine.every(parts.check_channels.total_seconds(), "check channels", self._checks)
        engine.every(EVERY.total_seconds(), "read counts", self._rounds())
        engine.every(LOOK_AGAIN.total_seconds(), "look again", self._later_looks())
        self._plan_watching()
        engine.every(LEASE_SECONDS, "lease", self._make_sure)
        if parts.ping:
            life = SignOfLife(self._gauge(), parts.ping.call)
            engine.every(parts.ping.every.total_seconds(), "sign of life", life)
        for chore in parts.daily:
            engine.every(LOOK_SECONDS, chore.name, Daily(chore))
        interval = watchdog_interval()
        if interval:
            engine.every(interval, "watchdog", alive)

    def _plan_watching(self) -> None:
        """Look around and send digests, where somebody is to be told."""
        parts, engine = self.machinery, self.machinery.engine
        watching = parts.watching
        if watching is None:
            return
        alike: dict[str, Any] = {
            "alerts": watching.alerts,
            "queue": parts.queue,
            "readers": watching.readers,
            "write": parts.write,
            "now": utc_now,
            "wake": parts.dispatcher.wake,
        }
        watch_over = Watch(
            machine=watching.machine,
            channels=tuple(parts.channels),
            health=self._checks.seen,
            pace=watching.pace,
            drifts=parts.rechecks.drifts,
            **alike,
        )
        engine.every(LOOK_AROUND.total_seconds(), "look around", watch_over)
        if watching.digest:
            digest = Digest(at=watching.digest, waiting=watching.waiting, **alike)
            engine.every(LOOK_AROUND.total_seconds(), "digest", digest)

    def _gauge(self) -> Gauge:
        parts = self.machinery
        return Gauge(
            queue=parts.queue,
            write=parts.write,
            channels=tuple(parts.channels),
            health=self._checks.seen,
            turned=lambda: parts.dispatcher.turned,
            now=utc_now,
        )

    def _later_looks(self) -> LaterLooks:
        parts = self.machinery
        return LaterLooks(
            channels=parts.channels,
            rechecks=parts.rechecks,
            queue=parts.queue,
            dispatcher=parts.dispatcher,
            write=parts.write,
            now=utc_now,
            opens=parts.links.opens,
        )

    def _rounds(self) -> Rounds:
        parts = self.machinery
        return Rounds(
            channels=parts.channels,
            series=parts.series,
            queue=parts.queue,
            dispatcher=parts.dispatcher,
            write=parts.write,
            now=utc_now,
        )

    async def _make_sure(self) -> None:
        if not await asyncio.to_thread(self.machinery.holds):
            self._lost.set()

    async def _give_back(self) -> None:
        for name, channel in self.machinery.channels.items():
            try:
                await channel.aclose()
            except Exception:  # one broken adapter must not keep the others from closing
                log.exception(Text("Channel {channel} could not be closed.", channel=name))
        await self.machinery.links.close()
        if self.machinery.ping:
            await self.machinery.ping.close()
        await asyncio.to_thread(self.machinery.sync.close)
        self.machinery.write.close()
