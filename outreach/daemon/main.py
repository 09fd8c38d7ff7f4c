"""Runs the service until SIGTERM; SIGHUP builds it anew from the changed configuration."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import timedelta

from outreach.daemon.chores import in_a_line, utc_now
from outreach.daemon.ending import LEAVE_FOR_ENDING, Deadline
from outreach.daemon.logs import log_to_stderr
from outreach.daemon.machinery import Machinery
from outreach.daemon.memory import keep_one_heap
from outreach.daemon.notify import notify
from outreach.daemon.serving import Serving
from outreach.domain.problem import Problems
from outreach.domain.text import Text

log = logging.getLogger("outreach.daemon")


class Daemon:
    """One service process. `build` reads the configuration and makes the parts, or raises `Problems`."""

    def __init__(
        self,
        build: Callable[[], Machinery],
        *,
        verbose: bool = False,
        deadline: Deadline | None = None,
    ) -> None:
        self._build = build
        self._verbose = verbose
        self._deadline = deadline or Deadline()
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._serving: Serving | None = None

    async def run(self) -> None:
        """Serve until told to stop. Raises `Problems`, `Fenced` or `LeaseLost`; a reload that fails keeps the old parts."""
        keep_one_heap()
        machinery: Machinery | None = self._build()
        self._listen_for_signals()
        try:
            if machinery:
                await self._look_back(machinery)
            while machinery:
                machinery = await self._serve(machinery)
            log.info(Text("Stopped."))
        finally:
            self._deadline.cancel()

    def _listen_for_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)

    def _told_to_stop(self) -> None:
        """The first time: let attempts finish. The second time: cut them off and be gone."""
        hurry = self._stop.is_set()
        patience = self._serving.machinery.drain if self._serving else timedelta(0)
        self._deadline.set(LEAVE_FOR_ENDING + (timedelta(0) if hurry else patience))
        self._stop.set()
        if hurry and self._serving:
            log.warning(Text("Told to stop again: attempts under way are cut off."))
            self._serving.hurry()

    async def _look_back(self, machinery: Machinery) -> None:
        cut_off = await machinery.write(machinery.queue.interrupted, utc_now())
        if cut_off:
            log.warning(
                Text(
                    "{count} deliveries were cut off when the service last ended; each is looked up before anything is repeated.",
                    count=cut_off,
                )
            )

    async def _serve(self, machinery: Machinery) -> Machinery | None:
        """Serve with one configuration; returns the next one, or None at the end."""
        level = "debug" if self._verbose else machinery.log.level
        log_to_stderr(machinery.log.format, level, machinery.language, veil=machinery.veil)
        self._serving = Serving(machinery)
        async with self._serving as serving:
            successor = await self._until_told(serving)
            notify("RELOADING=1" if successor else "STOPPING=1")
            if not successor:
                log.info(Text("Stopping: attempts under way may finish."))
        return successor

    async def _until_told(self, serving: Serving) -> Machinery | None:
        while True:
            told = [asyncio.create_task(event.wait()) for event in (self._stop, self._reload)]
            await asyncio.wait([serving.over, *told], return_when=asyncio.FIRST_COMPLETED)
            for waiting in told:
                waiting.cancel()
            if serving.over.done() or self._stop.is_set():
                return None
            self._reload.clear()
            successor = await self._rebuild()
            if successor:
                return successor

    async def _rebuild(self) -> Machinery | None:
        """The parts that the changed configuration makes; None when they cannot be built."""
        try:
            successor = await asyncio.to_thread(self._build)
        except Problems as found:
            for problem in found.problems:
                log.error(in_a_line(problem))
        except Exception:
            log.exception(Text("The configuration could not be read again."))
        else:
            log.info(Text("The configuration was read again."))
            return successor
        log.error(Text("The former configuration stays in force."))
        return None
