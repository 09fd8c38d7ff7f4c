"""The far end of every measurement: a lean HTTP/1.1 server in its own process that notes what arrives, and when.

A POST is one arrival, named by its `webhook-id`; `GET /` gives all arrivals so far; `DELETE /` forgets them.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

_TAKEN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One POST: the key it carried, and when its last byte was read (seconds since 1970)."""

    key: str
    at: float


class _Connection(asyncio.Protocol):
    def __init__(self, arrivals: list[tuple[str, float]]) -> None:
        self._arrivals = arrivals
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            size = end + 4 + int(_header(head, b"content-length") or 0)
            if len(self._buffer) < size:
                return
            self._buffer = self._buffer[size:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        if head.startswith(b"post"):
            self._arrivals.append((_header(head, b"webhook-id").decode(), time.time()))
            self._transport.write(_TAKEN)
            return
        body = json.dumps(self._arrivals).encode()
        if head.startswith(b"delete"):
            self._arrivals.clear()
        length = str(len(body)).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: " + length + b"\r\n\r\n" + body)


def _header(head: bytes, name: bytes) -> bytes:
    begin = head.find(b"\r\n" + name + b":")
    if begin < 0:
        return b""
    begin += len(name) + 3
    end = head.find(b"\r\n", begin)
    return head[begin : end if end >= 0 else None].strip()


class Sink:
    """The server as the measuring process sees it; use it in a `with`."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def url(self) -> str:
        """Where to POST."""
        return f"http://127.0.0.1:{self.port}/hook"

    def arrivals(self) -> list[Arrival]:
        """Everything that arrived since `forget`, first to last."""
        return [Arrival(key=key, at=at) for key, at in json.loads(self._ask("GET"))]

    def forget(self) -> None:
        """Begin with nothing."""
        self._ask("DELETE")

    def wait(self, count: int, seconds: float) -> list[Arrival]:
        """The arrivals once so many different keys are there, or what there is after so many seconds."""
        end = time.monotonic() + seconds
        while True:
            arrivals = self.arrivals()
            if len({arrival.key for arrival in arrivals}) >= count or time.monotonic() > end:
                return arrivals
            time.sleep(0.25)

    def _ask(self, method: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, "/")
            return connection.getresponse().read()
        finally:
            connection.close()


async def _serve() -> None:
    arrivals: list[tuple[str, float]] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(arrivals), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
