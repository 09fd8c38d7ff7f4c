"""A small HTTP server in a thread that answers as badly as it is told; loopback, port 0."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Handler = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def answer(
    status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> Handler:
    """A whole, well-formed answer."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        head = {"content-length": str(len(body)), **(headers or {})}
        lines = [f"HTTP/1.1 {status} X", *(f"{key}: {value}" for key, value in head.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        writer.write(b"" if request.method == "HEAD" else body)
        await writer.drain()

    return handle


async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
    """The connection dies after the whole request has arrived."""
    writer.transport.abort()


async def truncated(request: Request, writer: asyncio.StreamWriter) -> None:
    """Half a body, then nothing more."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.close()


async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
    """No answer, until the client leaves."""
    await asyncio.Event().wait()


async def drip(request: Request, writer: asyncio.StreamWriter) -> None:
    """One byte at a time, each well within a read time-out."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.01)


@dataclass
class FaultServer:
    """Serves `handler`; keeps every request in `requests`."""

    handler: Handler = field(default_factory=answer)
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    arrived: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(ready),))
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._busy: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connection, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._busy.add(task)
        try:
            while request := await _read(reader, writer):
                self.requests.append(request)
                self.arrived.set()
                await self.handler(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._busy.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    begin = await reader.readexactly(1)
    if begin == b"\x16":  # a TLS handshake; this server speaks none
        writer.write(b"HTTP/1.1 400 X\r\n\r\n")
        return None
    head = begin + await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {
        key.lower(): value for key, _, value in (line.partition(": ") for line in lines) if key
    }
    method, path, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method=method, path=path, headers=headers, body=body)
