"""The end of the log for everyone who watches it: read once for all, and each line put into words once for all who read alike."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from outreach.review.office import Office
from outreach.store.leafing import Choice, Found, fits

EVERY = 0.5
"""Seconds between two looks at the log's end, however many watch it."""

RECENT = 2_000
"""So many of the last lines are kept for those who watch; whoever is further behind reads from the database."""

STEP = 500
"""So many lines at most are told at a time."""

Told = Callable[[Sequence[Found]], str]


@dataclass(frozen=True, kw_only=True)
class Tale:
    """Which lines somebody watches, and in which words: those with equal tales are told the same."""

    choice: Choice
    search: str
    language: str


class Wire:
    """One look at the log's end for all; nothing is looked at while nobody watches."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.watchers, self.seq = 0, 0
        self._lines: deque[Found] = deque(maxlen=RECENT)
        self._news = asyncio.Event()
        self._beginning, self._telling = asyncio.Lock(), asyncio.Lock()
        self._said: dict[tuple[Tale, int, int], str] = {}
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Somebody watches while this lasts: the first to come begins to look for all, the last to go ends it."""
        self.watchers += 1
        try:
            async with self._beginning:
                if self._looking is None or self._looking.done():
                    await self._look()
                    self._looking = asyncio.create_task(self._look_on())
            yield
        finally:
            self.watchers -= 1
            if not self.watchers and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def beyond(self, after: int, seconds: float) -> int:
        """The number of the last line once it is past `after`, or after so many seconds. Raises what kept us from looking."""
        looking = self._looking
        assert looking is not None, "only who watches waits"
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.seq <= after and not looking.done():
                    await self._news.wait()
        if looking.done():
            looking.result()
        return self.seq

    async def told(self, tale: Tale, after: int, words: Told) -> tuple[str, int]:
        """What follows line `after`, as `words` tells it, and up to which line that is."""
        upto = min(self.seq, after + STEP)
        async with self._telling:
            if (tale, after, upto) not in self._said:
                found = await self._between(tale.choice, after, upto)
                self._said[tale, after, upto] = await run_in_threadpool(words, found)
            return self._said[tale, after, upto], upto

    async def _between(self, choice: Choice, after: int, upto: int) -> Sequence[Found]:
        if not self._lines or self._lines[0][0].seq > after + 1:
            return await run_in_threadpool(self._office.leafing.on, choice, after, upto)
        return [f for f in self._lines if after < f[0].seq <= upto and fits(choice, f)]

    async def _look_on(self) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY)
                await self._look()
        finally:
            self._wake()

    async def _look(self) -> None:
        seq = await run_in_threadpool(self._office.checked_end)
        if seq == self.seq:
            return
        known = self.seq if seq > self.seq else 0  # a log that became shorter is that of a backup
        begin = max(known, seq - RECENT)
        found = await run_in_threadpool(self._office.leafing.on, Choice(), begin, seq)
        if begin > known or not known:
            self._lines.clear()
        self._lines += found
        self.seq = seq
        self._said.clear()
        self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
