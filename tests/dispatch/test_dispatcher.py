"""The dispatcher as it runs in a service: it rests, is woken, drains, and outlives a database that refuses."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from outreach.channel import Absent, Look, Receipt, Rendition, Steps
from outreach.dispatch import dispatcher as module
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.lane import PROBE_GAP, TROUBLES
from outreach.domain.claim import Finish
from outreach.domain.delivery import State
from outreach.store.delivery_log import read
from outreach.store.queue import Exchange, Fenced, Queue
from outreach.testing import FakeChannel, lost_reply, slow
from tests.dispatch.claims import NOON
from tests.dispatch.world import LAG, World

LONG = 60.0
"""Seconds after which a test gives up waiting for a fact."""

Idle = asyncio.Queue[datetime | None]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


@asynccontextmanager
async def running(dispatcher: Dispatcher) -> AsyncIterator[Idle]:
    """The dispatcher at work; gives what it says each time that it has nothing left to start."""
    idle: Idle = asyncio.Queue()
    work = asyncio.create_task(dispatcher.run(idle=idle.put_nowait))
    try:
        yield idle
    finally:
        await dispatcher.drain(timedelta(0))
        await asyncio.wait_for(work, LONG)


async def said(idle: Idle) -> datetime | None:
    """What the dispatcher says next."""
    return await asyncio.wait_for(idle.get(), LONG)


async def comes_true(fact: Callable[[], bool]) -> None:
    """Wait for a fact that nobody announces."""
    end = time.monotonic() + LONG
    while not fact():
        assert time.monotonic() < end
        await asyncio.sleep(0.002)


def states(world: World) -> list[State]:
    return [row.state for row in world.rows()]


def dispatcher(world: World, **changes: Any) -> Dispatcher:
    parts: dict[str, Any] = {
        "queue": world.queue,
        "channels": world.channels,
        "write": world.write,
        "now": world.now,
        "monotonic": world.uptime,
        "jitter": lambda: 0.5,
    }
    return Dispatcher(**(parts | changes))


# --- resting and waking ------------------------------------------------------------------------------


def test_it_does_what_is_due_and_says_when_the_next_is_due(world: World) -> None:
    world.plan("now", "seeing", NOON)
    world.plan("later", "seeing", NOON + timedelta(hours=1))

    async def go() -> None:
        async with running(world.dispatcher) as idle:
            assert await said(idle) == NOON + timedelta(hours=1)
            await comes_true(lambda: states(world) == [State.PUBLISHED, State.SCHEDULED])
            world.pass_time(timedelta(hours=1))
            world.dispatcher.wake()
            while await said(idle) is not None:
                pass
            await comes_true(lambda: states(world) == [State.PUBLISHED, State.PUBLISHED])

    world.runner.run(go())


def test_what_is_due_very_soon_it_times_itself(world: World) -> None:
    start = time.monotonic()
    world.plan("soon", "seeing", NOON + timedelta(milliseconds=60))

    def clock() -> datetime:
        return NOON + timedelta(seconds=time.monotonic() - start)

    async def go() -> None:
        async with running(dispatcher(world, now=clock)) as idle:
            assert await said(idle) is None
            await comes_true(lambda: states(world) == [State.PUBLISHED])
            assert clock() >= NOON + timedelta(milliseconds=60)

    world.runner.run(go())


def test_a_gap_between_starts_is_kept_and_is_when_the_next_is_due(world: World) -> None:
    gap = timedelta(minutes=2)
    paced = replace(world.channels["seeing"].capabilities, gap=gap)
    world.channels["seeing"].capabilities = paced
    for number in range(3):
        world.plan(f"m{number}", "seeing", NOON)
    assert world.work() == NOON + gap
    assert states(world).count(State.PUBLISHED) == 1
    world.settle()
    starts = [p.at for p in world.channels["seeing"].publications]
    assert starts == [NOON, NOON + gap, NOON + 2 * gap]


def test_after_some_tries_without_an_answer_the_next_waits(world: World) -> None:
    for number in range(TROUBLES):
        world.plan(f"m{number}", "seeing", NOON)
    world.plan("later", "seeing", NOON + timedelta(seconds=1))
    world.channels["seeing"].script.extend([lost_reply()] * TROUBLES)
    world.work()
    world.pass_time(timedelta(seconds=1))
    world.work()
    assert states(world) == [State.UNKNOWN] * TROUBLES + [State.SCHEDULED]
    world.pass_time(PROBE_GAP)
    world.work()
    assert states(world)[-1] is State.PUBLISHED


# --- draining ----------------------------------------------------------------------------------------


def test_draining_lets_what_runs_end_and_starts_nothing_more(world: World) -> None:
    for number in range(3):
        world.plan(f"m{number}", "seeing", NOON)

    async def go() -> None:
        may_end = asyncio.Event()
        world.channels["seeing"].script.extend([slow(may_end.wait)] * 2)
        work = asyncio.create_task(world.dispatcher.run(idle=lambda _: None))
        await comes_true(lambda: world.channels["seeing"].calls["publish"] == 2)
        assert world.dispatcher.in_flight == 2
        drained = asyncio.create_task(world.dispatcher.drain(timedelta(seconds=LONG)))
        may_end.set()
        await asyncio.wait_for(asyncio.gather(drained, work), LONG)

    world.runner.run(go())
    assert sorted(states(world)) == [State.PUBLISHED, State.PUBLISHED, State.SCHEDULED]
    assert world.dispatcher.in_flight == 0


def test_what_does_not_end_in_time_is_cut_off_and_recorded_as_unknown(world: World) -> None:
    world.plan("m", "seeing", NOON)

    async def go() -> None:
        world.channels["seeing"].script.append(slow(asyncio.Event().wait))
        work = asyncio.create_task(world.dispatcher.run(idle=lambda _: None))
        await comes_true(lambda: world.channels["seeing"].calls["publish"] == 1)
        await world.dispatcher.drain(timedelta(milliseconds=10))
        await asyncio.wait_for(work, LONG)

    world.runner.run(go())
    assert states(world) == [State.UNKNOWN]
    assert "stopped in the middle" in str(world.rows()[0].reason)


def test_what_is_cut_off_before_it_began_is_recorded_too(world: World) -> None:
    world.plan("m", "seeing", NOON)
    draining: list[asyncio.Task[None]] = []

    def cut_off(_: datetime | None) -> None:
        for task in world.dispatcher._tasks:
            task.cancel()
        draining.append(asyncio.create_task(world.dispatcher.drain(timedelta(0))))

    world.runner.run(asyncio.wait_for(world.dispatcher.run(idle=cut_off), LONG))
    assert world.channels["seeing"].calls["publish"] == 0
    (row,) = world.rows()
    assert (row.state, row.ready_at, row.looks) == (State.UNKNOWN, NOON, 0)
    assert "stopped in the middle" in str(row.reason)
    assert draining
    world.restart()
    world.settle()
    assert states(world) == [State.PUBLISHED]
    assert world.doubles() == []


def test_while_draining_nothing_is_looked_at(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.channels["seeing"].script.append(lost_reply())
    world.work()
    world.pass_time(LAG)

    async def go() -> None:
        await world.dispatcher.drain(timedelta(0))
        await asyncio.wait_for(world.dispatcher.run(idle=lambda _: None), LONG)
        await world.dispatcher.work_off()

    world.runner.run(go())
    assert states(world) == [State.UNKNOWN]
    assert world.channels["seeing"].calls["find"] == 0


# --- working off -------------------------------------------------------------------------------------


class InTurn(FakeChannel):
    """A channel that waits for its turn to publish, and then gives the turn on."""

    turn: asyncio.Event
    next_turn: asyncio.Event

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        await self.turn.wait()
        receipt = await super().publish(rendition, key=key, steps=steps)
        self.next_turn.set()
        return receipt


def test_results_of_one_instant_are_logged_in_the_order_of_their_deliveries(world: World) -> None:
    """Whichever was ready first: a rehearsal's log, and so its report, is the same on every machine."""
    last, first = (InTurn(name, clock=world.truth) for name in ("seeing", "blind"))
    first.turn = last.next_turn = asyncio.Event()
    first.next_turn = last.turn = asyncio.Event()
    first.turn.set()
    channels = {**world.channels, "seeing": last, "blind": first}
    made = Dispatcher(queue=world.queue, channels=channels, write=world.write, now=world.now)
    world.plan("m", "seeing", NOON)
    world.plan("m", "blind", NOON)
    world.runner.run(made.work_off())
    events = [line.event for line in read(world.engine)]
    ends = [event.delivery_id for event in events if event.what == "published"]
    assert len(ends) == 2
    assert ends == sorted(ends, key=lambda number: number or 0)


# --- looking -----------------------------------------------------------------------------------------


class Hesitant(FakeChannel):
    """A channel whose looks take until `may_answer`."""

    may_answer: asyncio.Event

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        self.calls["find"] += 1
        await self.may_answer.wait()
        return Absent()


def test_a_look_that_takes_long_is_not_begun_a_second_time(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.channels["seeing"].script.append(lost_reply())
    world.work()
    world.pass_time(LAG)
    able = world.channels["seeing"].capabilities
    hesitant = Hesitant("seeing", clock=world.truth, capabilities=able)

    async def go() -> None:
        hesitant.may_answer = asyncio.Event()
        both = dispatcher(world, channels=world.channels | {"seeing": hesitant})
        async with running(both) as idle:
            await comes_true(lambda: hesitant.calls["find"] == 1)
            for _ in range(3):
                world.pass_time(timedelta(minutes=3))
                both.wake()
                await said(idle)
            assert (both.in_flight, hesitant.calls["find"]) == (1, 1)
            hesitant.may_answer.set()
            await comes_true(lambda: both.in_flight == 0)

    world.runner.run(go())


# --- a database that refuses, and faults of ours -----------------------------------------------------------


class Refusing(Queue):
    """A queue whose database refuses the next `refusals` exchanges."""

    refusals = 0

    def exchange(
        self, finished: Sequence[Finish], free: Mapping[str, int], now: datetime
    ) -> Exchange:
        if self.refusals:
            self.refusals -= 1
            raise OperationalError("COMMIT", {}, Exception("disk is full"))
        return super().exchange(finished, free, now)


def test_it_outlives_a_database_that_refuses_and_loses_no_outcome(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "STORE_RETRY", timedelta(milliseconds=5))
    queue = Refusing(world.engine, media_folder=world.folder, fence=world.lease.fence)
    world.plan("m", "seeing", NOON)

    async def refuse_from_now_on() -> None:
        queue.refusals = 3

    async def go() -> None:
        world.channels["seeing"].script.append(slow(refuse_from_now_on))
        async with running(dispatcher(world, queue=queue)) as idle:
            assert await said(idle) is None
            while queue.refusals or states(world) != [State.PUBLISHED]:
                await said(idle)

    with caplog.at_level(logging.WARNING):
        world.runner.run(go())
    assert states(world) == [State.PUBLISHED]
    assert world.accepted(world.rows()[0]) == 1
    assert caplog.text.count("disk is full") == 1
    assert caplog.text.count("The database answers again.") == 1


def test_a_dispatcher_that_was_followed_by_another_stops(world: World) -> None:
    world.plan("m", "seeing", NOON)
    old = world.dispatcher
    world.lease.release()
    world.start()
    with pytest.raises(Fenced):
        world.runner.run(old.run(idle=lambda _: None))
    assert states(world) == [State.SCHEDULED]


def test_a_fault_of_ours_loses_no_delivery(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.plan("m", "seeing", NOON)

    def broken() -> float:
        raise ZeroDivisionError("our own")

    faulty = dispatcher(world, jitter=broken)
    with caplog.at_level(logging.ERROR):
        world.runner.run(faulty.work_off())
    assert states(world) == [State.UNKNOWN]
    assert faulty.turned == NOON
    (tried,) = world.queue.attempts(world.rows()[0].id)
    assert "The program itself failed: ZeroDivisionError" in str(tried.reason)
    assert "ZeroDivisionError" in caplog.text
    assert f"Delivery {world.rows()[0].id} failed inside the program itself." in caplog.text
    world.settle()
    assert states(world) == [State.PUBLISHED]
    assert world.doubles() == []


def test_the_reason_of_a_fault_stays_short(world: World) -> None:
    world.plan("m", "seeing", NOON)

    def broken() -> float:
        raise ValueError("x" * 10_000)

    world.runner.run(dispatcher(world, jitter=broken).work_off())
    (tried,) = world.queue.attempts(world.rows()[0].id)
    assert 400 < len(str(tried.reason)) < 600
