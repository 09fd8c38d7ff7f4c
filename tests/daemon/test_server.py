"""Visitors who open connections and say nothing keep neither the website nor the service from its work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from outreach.daemon import server
from outreach.daemon.server import Shown, show
from outreach.domain.text import Text

PATIENCE = 60


async def hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def shown() -> AsyncIterator[int]:
    """The port of a server of ours."""
    here: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def tell(address: str) -> Text:
        here.set_result(int(address.rstrip("/").rpartition(":")[2]))
        return Text("Stopped.")

    ended = asyncio.Event()
    what = Shown(host="127.0.0.1", port=0, app=lambda: hello, here=tell, refused=Text)
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
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 5)

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
    monkeypatch.setattr(server, "SILENCE_SECONDS", 0.2)

    async def scenario() -> None:
        async with shown() as port:
            assert await ask(port, words) == b""

    asyncio.run(scenario())
