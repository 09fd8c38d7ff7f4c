"""The service from begin to end, in this process: signs of life, a lost lease, and ends that will not end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import open_service
from outreach.channel import ChannelHealth, Receipt, Text
from outreach.daemon import serving
from outreach.daemon.chores import ChannelChecks
from outreach.daemon.ending import Deadline
from outreach.daemon.machinery import Machinery
from outreach.daemon.main import Daemon
from outreach.daemon.serving import LeaseLost, Serving
from outreach.domain.delivery import State
from outreach.testing import FakeChannel
from tests.daemon.office import Office

BUSY = 0.6
SOON = timedelta(seconds=0.05)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.set_up()
    text = made.config.read_text("utf-8").replace('[web]\nlisten = "127.0.0.1:0"\n', "")
    made.config.write_text(text, "utf-8")
    return made


@pytest.fixture
def build(office: Office) -> Iterator[Callable[[], Machinery]]:
    with ExitStack() as stack:
        yield stack.enter_context(open_service(office.config)).build


async def until(fact: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not fact():  # noqa: ASYNC110 - the fact is one of the outside world
            await asyncio.sleep(0.01)


@pytest.mark.fault(46, "a call that blocks the loop")
def test_a_hung_loop_gives_no_sign_of_life(
    build: Callable[[], Machinery], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "s"))
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    heard: list[bytes] = []

    def lives(supervisor: socket.socket) -> int:
        """How many signs of life have come so far."""
        with contextlib.suppress(BlockingIOError):
            while True:
                heard.append(supervisor.recv(99))
        return heard.count(b"WATCHDOG=1")

    async def go(supervisor: socket.socket) -> None:
        async with Serving(build()):
            await until(lambda: lives(supervisor) > 2)
            before = lives(supervisor)
            time.sleep(BUSY)  # noqa: ASYNC251 - the loop is to hang
            assert lives(supervisor) == before
            await until(lambda: lives(supervisor) > before)

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "s"))
        supervisor.setblocking(False)
        asyncio.run(go(supervisor))


def test_a_lost_lease_ends_it(
    build: Callable[[], Machinery], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "LEASE_SECONDS", 0.05)
    held = iter([True, True])
    daemon = Daemon(lambda: replace(build(), holds=lambda: next(held, False)))
    with pytest.raises(LeaseLost):
        asyncio.run(asyncio.wait_for(daemon.run(), 30))


class Stubborn(FakeChannel):
    """Publishes for ever, and may not even let itself be cut off."""

    def __init__(self, *, deaf: bool) -> None:
        super().__init__("hop-thu", clock=lambda: datetime.now(UTC))
        self.begun = asyncio.Event()
        self.released = asyncio.Event()
        self._deaf = deaf

    async def publish(self, *_: object, **__: object) -> Receipt:
        self.begun.set()
        while not self.released.is_set():
            try:
                await self.released.wait()
            except asyncio.CancelledError:
                if not self._deaf:
                    raise
        raise ValueError("released")


def stubborn(build: Callable[[], Machinery], channel: Stubborn, drain: timedelta) -> Machinery:
    """The parts with one channel exchanged."""
    parts = build()
    parts.dispatcher._lanes["hop-thu"].channel = channel
    return replace(parts, channels={**parts.channels, "hop-thu": channel}, drain=drain)


def run_until_it_publishes(
    office: Office,
    daemon: Daemon,
    channel: Stubborn,
    then: Callable[[asyncio.Task[None]], Awaitable[None]],
) -> None:
    office.write("tin", datetime.now(UTC) - timedelta(minutes=2), channels="social")

    async def go() -> None:
        async with asyncio.timeout(60):
            running = asyncio.create_task(daemon.run())
            await channel.begun.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            await then(running)
            await running

    asyncio.run(go())


@pytest.mark.slow
@pytest.mark.fault(6, "a call that never ends")
def test_what_does_not_end_in_time_is_cut_off_and_in_doubt(
    office: Office, build: Callable[[], Machinery]
) -> None:
    channel = Stubborn(deaf=False)

    async def wait(_: object) -> None:
        pass

    daemon = Daemon(lambda: stubborn(build, channel, SOON))
    run_until_it_publishes(office, daemon, channel, wait)
    assert [d.state for d in office.deliveries()] == [State.UNKNOWN]


@pytest.mark.slow
def test_a_second_signal_does_not_wait(office: Office, build: Callable[[], Machinery]) -> None:
    channel = Stubborn(deaf=False)

    async def insist(running: asyncio.Task[None]) -> None:
        await asyncio.sleep(0)
        assert not running.done()
        os.kill(os.getpid(), signal.SIGTERM)

    begun = time.monotonic()
    daemon = Daemon(lambda: stubborn(build, channel, timedelta(hours=1)))
    run_until_it_publishes(office, daemon, channel, insist)
    assert time.monotonic() - begun < 60
    assert [d.state for d in office.deliveries()] == [State.UNKNOWN]


@pytest.mark.slow
def test_even_what_cannot_be_cut_off_comes_to_an_end(
    office: Office, build: Callable[[], Machinery], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Stubborn(deaf=True)
    forced: list[str] = []
    monkeypatch.setattr("outreach.daemon.main.LEAVE_FOR_ENDING", SOON)
    daemon = Daemon(
        lambda: stubborn(build, channel, SOON), deadline=Deadline(lambda: forced.append("end"))
    )

    async def release(running: asyncio.Task[None]) -> None:
        await until(lambda: forced)
        assert not running.done()
        channel.released.set()

    run_until_it_publishes(office, daemon, channel, release)
    assert forced == ["end"]


class Ill(FakeChannel):
    """Says what it is told to say when it is checked."""

    def __init__(self, name: str, answer: Any) -> None:
        super().__init__(name, clock=lambda: datetime.now(UTC))
        self._answer = answer

    async def check(self) -> ChannelHealth:
        if isinstance(self._answer, Exception):
            raise self._answer
        if isinstance(self._answer, datetime):
            return ChannelHealth(ok=True, summary=Text("Well."), expires=self._answer)
        return ChannelHealth(ok=self._answer, summary=Text("Stopped."))


def test_every_channel_is_checked_whatever_the_others_do(caplog: pytest.LogCaptureFixture) -> None:
    channels = {"a": Ill("a", ValueError("x")), "b": Ill("b", True), "c": Ill("c", False)}
    asyncio.run(ChannelChecks(channels)())
    said = [str(record.msg) for record in caplog.records]
    assert said == ["Channel a: its check failed.", "Channel c: Stopped."]


def test_a_permission_that_ends_is_warned_of_once_at_each_step(
    caplog: pytest.LogCaptureFixture,
) -> None:
    end = datetime(2022, 12, 15, 12, 0, tzinfo=UTC)
    moment = end - timedelta(days=20)
    checks = ChannelChecks({"a": Ill("a", end), "b": Ill("b", True)}, lambda: moment)
    for _ in range(21 * 4):
        asyncio.run(checks())
        moment += timedelta(hours=6)
    said = [str(record.msg) for record in caplog.records]
    days = [re.findall(r"in (\d+) days", sentence) for sentence in said]
    assert days == [["14"], ["7"], ["3"], ["1"]]
