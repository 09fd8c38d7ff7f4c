"""A clock that stands still until it is told to go on, and those who wait on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a rehearsal's clock stands before its campaign is known."""


class VirtualClock:
    """Gives the rehearsed instant (aware UTC). `on_sleep` hears whenever someone begins to wait."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []
        self.on_sleep: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        """The present instant of the rehearsal."""
        return self._now

    @property
    def waits(self) -> list[datetime]:
        """Until when those who sleep want to sleep, the earliest first."""
        return sorted(at for at, woken in self._sleepers if not woken.done())

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has gone on by `seconds`."""
        if seconds <= 0:
            return
        woken = asyncio.get_running_loop().create_future()
        sleeper = (self._now + timedelta(seconds=seconds), woken)
        self._sleepers.append(sleeper)
        self.on_sleep()
        try:
            await woken
        finally:
            self._sleepers.remove(sleeper)

    def go_to(self, instant: datetime) -> None:
        """Move on to `instant`, never back, and wake whoever has waited for it."""
        self._now = max(self._now, instant)
        for at, woken in self._sleepers:
            if at <= self._now and not woken.done():
                woken.set_result(None)
