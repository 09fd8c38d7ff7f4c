"""Visitors who open connections and say nothing keep neither the website nor the service from its work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from outreach.daemon import patience
from outreach.daemon.server import Shown, show
from outreach.domain.text import Text

PATIENCE = 60


async def hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def shown(app: Any = hello) -> AsyncIterator[int]:
    """The port of a server of ours."""
    here: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def tell(address: str) -> Text:
        here.set_result(int(address.rstrip("/").rpartition(":")[2]))
        return Text("Stopped.")

    ended = asyncio.Event()
    what = Shown(host="127.0.0.1", port=0, app=lambda: app, here=tell, refused=Text)
    serving = asyncio.create_task(show(what, ended))
    async with asyncio.timeout(PATIENCE):
        yield await here
        ended.set()
        await serving


@asynccontextmanager
async def lines(port: int, count: int) -> AsyncIterator[list[asyncio.Task[bytes]]]:
    """So many connections that say nothing; each task ends when its line is cut."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    waiting = [asyncio.create_task(reader.read(1)) for reader, _ in opened]
    try:
        yield waiting
    finally:
        for one, (_, writer) in zip(waiting, opened, strict=True):
            one.cancel()
            writer.close()
        await asyncio.gather(*waiting, return_exceptions=True)


async def told(scope: Any, receive: Any, send: Any) -> None:
    """Takes a whole body, then answers with more than a line holds by itself."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(400):
        await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def drop(writer: asyncio.StreamWriter) -> None:
    """Hang up on whoever may have hung up already."""
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def ask(port: int, words: bytes = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") -> bytes:
    """What is answered; empty when the server has hung up without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(words)
    try:
        return await reader.read(4096)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.asvs("15.2.2", "Visitors who hold the line are hung up on")
@pytest.mark.fault(47, "more silent visitors than there may be")
def test_of_too_many_silent_visitors_some_are_hung_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "MOST_CONNECTIONS", 5)

    async def scenario() -> None:
        async with shown() as port, lines(port, 12) as waiting:
            while sum(one.done() for one in waiting) < 7:
                await asyncio.wait(
                    [one for one in waiting if not one.done()], return_when=asyncio.FIRST_COMPLETED
                )
            assert b"hello" in await ask(port)
            assert 3 <= sum(not one.done() for one in waiting) <= 5

    asyncio.run(scenario())


@pytest.mark.asvs("15.2.2", "A request that never ends is cut off")
@pytest.mark.parametrize("words", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_visitor_who_never_asks_is_hung_up_on(
    monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    monkeypatch.setattr(patience, "SILENCE_SECONDS", 0.2)

    async def scenario() -> None:
        async with shown() as port:
            assert await ask(port, words) == b""

    asyncio.run(scenario())


@pytest.mark.asvs("15.2.2", "A body that trickles is cut off")
def test_a_body_that_trickles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nabc"

    async def scenario() -> None:
        async with shown(told) as port:
            assert await ask(port, head) == b""

    asyncio.run(scenario())


def test_a_body_that_comes_at_a_fair_pace_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(patience, "BODY_RATE", 1)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60\r\n\r\n"

    async def scenario() -> None:
        async with shown(told) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head)
            for _ in range(6):
                writer.write(b"0123456789")
                await asyncio.sleep(0.1)
            assert b"200 OK" in await reader.read(4096)
            await drop(writer)

    asyncio.run(scenario())


@pytest.mark.asvs("15.2.2", "A reader who takes nothing is cut off")
def test_a_reader_who_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "UNREAD_SECONDS", 0.2)
    ended = asyncio.Event()

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        await told(scope, receive, send)
        if scope["type"] == "http":
            ended.set()

    async def scenario() -> None:
        async with shown(noted) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(PATIENCE):
                await ended.wait()
            assert len(await reader.read()) < 400 * 65_536
            await drop(writer)

    asyncio.run(scenario())


@pytest.mark.asvs("15.2.2", "A head without an end is refused")
def test_a_huge_head_is_refused() -> None:
    async def scenario() -> None:
        async with shown() as port:
            answer = await ask(port, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 200_000)
            assert answer == b"" or b" 400 " in answer

    asyncio.run(scenario())


@pytest.mark.asvs("15.2.2", "One address has only so many connections")
def test_one_address_does_not_keep_others_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "MOST_OF_ONE", 3)

    async def scenario() -> None:
        async with shown() as port:
            elsewhere = [
                await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
                for _ in range(5)
            ]
            cut = [asyncio.create_task(reader.read(1)) for reader, _ in elsewhere]
            while sum(one.done() for one in cut) < 2:
                left = [one for one in cut if not one.done()]
                await asyncio.wait(left, return_when=asyncio.FIRST_COMPLETED)
            assert b"hello" in await ask(port)
            for one in cut:
                one.cancel()
            await asyncio.gather(*cut, return_exceptions=True)
            for _, writer in elsewhere:
                await drop(writer)

    asyncio.run(scenario())
