"""A clock that stands still, and those who wait on it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from outreach.rehearsal.clock import VirtualClock
from tests.domain.office import NOW


def test_sleepers_wake_when_their_time_has_come() -> None:
    clock, heard, woken = VirtualClock(NOW), [], []
    clock.on_sleep = lambda: heard.append(len(clock.waits))

    async def wait(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((seconds, clock()))

    async def scenario() -> None:
        waiting = [asyncio.create_task(wait(seconds)) for seconds in (30, 10, 0)]
        await asyncio.sleep(0)
        assert heard == [1, 2]
        assert clock.waits == [NOW + timedelta(seconds=10), NOW + timedelta(seconds=30)]
        while clock.waits:
            clock.go_to(clock.waits[0])
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)

    asyncio.run(scenario())
    assert woken == [(s, NOW + timedelta(seconds=s)) for s in (0, 10, 30)]


def test_one_who_is_cut_off_waits_no_longer() -> None:
    clock = VirtualClock(NOW)

    async def scenario() -> None:
        waiting = asyncio.create_task(clock.sleep(10))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert clock.waits == []
        clock.go_to(NOW + timedelta(minutes=1))

    asyncio.run(scenario())
