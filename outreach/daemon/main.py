"""Runs the service until SIGTERM; SIGHUP builds it anew from the changed configuration."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable

import uvicorn

from outreach.daemon.chores import FileSync, check_channels, utc_now
from outreach.daemon.machinery import Machinery, SiteAddress
from outreach.daemon.notify import notify, watchdog_interval
from outreach.daemon.watch import watch
from outreach.domain.problem import Problems
from outreach.web.public_site import public_site

log = logging.getLogger("outreach.daemon")


class Daemon:
    """One service process. `build` reads the configuration and makes the parts, or raises `Problems`."""

    def __init__(self, build: Callable[[], Machinery]) -> None:
        self._build = build
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    async def run(self) -> None:
        """Serve until told to stop; a reload with a broken configuration keeps the old one."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        machinery: Machinery | None = self._build()
        interrupted = (
            await machinery.write(machinery.queue.interrupted, utc_now()) if machinery else 0
        )
        if interrupted:
            log.warning(
                "%d deliveries were cut off by a crash; they are looked up before anything else",
                interrupted,
            )
        while machinery:
            machinery = await self._serve(machinery)
        notify("STOPPING=1")

    async def _serve(self, machinery: Machinery) -> Machinery | None:
        """Serve with one configuration; returns the next one, or None at the end."""
        async with self._running(machinery) as work:
            notify("READY=1")
            log.info("Ready: %d channels", len(machinery.channels))
            successor = await self._until_told(work)
            if not successor:
                notify("STOPPING=1")
        return successor

    async def _until_told(self, work: asyncio.Task[None]) -> Machinery | None:
        while True:
            signals = [asyncio.create_task(event.wait()) for event in (self._stop, self._reload)]
            await asyncio.wait([work, *signals], return_when=asyncio.FIRST_COMPLETED)
            for waiting in signals:
                waiting.cancel()
            if work.done() or self._stop.is_set():
                return None
            self._reload.clear()
            with contextlib.suppress(Problems):
                return self._rebuild()

    def _rebuild(self) -> Machinery:
        notify("RELOADING=1")
        try:
            successor = self._build()
        except Problems as problems:
            for problem in problems.problems:
                log.error("%s: %s %s", problem.place, problem.what, problem.mend)
            log.error("The configuration is not changed")
            notify("READY=1")
            raise
        log.info("The configuration was read again")
        return successor

    @contextlib.asynccontextmanager
    async def _running(self, machinery: Machinery) -> AsyncIterator[asyncio.Task[None]]:
        files = FileSync(machinery)
        self._plan_chores(machinery, files)
        work = asyncio.create_task(machinery.engine.run())
        ended = asyncio.Event()
        beside: list[Awaitable[None]] = [watch(machinery.messages, files, ended)]
        if machinery.site:
            beside.append(_show_site(machinery.site, ended))
        tasks = [asyncio.ensure_future(task) for task in beside]
        try:
            yield work
        finally:
            await machinery.dispatcher.drain(machinery.drain)
            ended.set()
            await asyncio.gather(*tasks, return_exceptions=True)
            await work
            for channel in machinery.channels.values():
                await channel.aclose()
            machinery.write.close()

    def _plan_chores(self, machinery: Machinery, files: FileSync) -> None:
        async def check() -> None:
            await check_channels(machinery)

        async def alive() -> None:
            notify("WATCHDOG=1")

        machinery.engine.every(machinery.resync.total_seconds(), "re-read messages", files)
        machinery.engine.every(machinery.check_channels.total_seconds(), "check channels", check)
        interval = watchdog_interval()
        if interval:
            machinery.engine.every(interval, "watchdog", alive)


async def _show_site(site: SiteAddress, ended: asyncio.Event) -> None:
    config = uvicorn.Config(
        public_site(site.folder, site.views), host=site.host, port=site.port, log_config=None
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the daemon handles signals
    serving = asyncio.create_task(server.serve())
    await ended.wait()
    server.should_exit = True
    await serving
