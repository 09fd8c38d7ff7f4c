"""A way to a server that loses requests or replies, as it is told; loopback, port 0."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.channels.fault_server import FaultServer, Request

PASSED_ON = ("content-type", "date", "link", "location", "retry-after", "x-wp-total")

Matches = Callable[[Request], bool]


@dataclass
class Way:
    """Passes on what it gets, but for the next requests that `losing` names."""

    target: str
    url: str = ""
    lost: deque[tuple[Matches, str]] = field(default_factory=deque)
    threads: list[threading.Thread] = field(default_factory=list)

    def losing(self, what: str, matches: Matches) -> None:
        """Lose the `request`, the `reply`, or the reply `early`: the server goes on working after the connection has died."""
        self.lost.append((matches, what))

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        loss = self._loss(request)
        if loss == "early":
            self.threads.append(threading.Thread(target=self._forwarded, args=(request,)))
            self.threads[-1].start()
        elif loss != "request":
            reply = await asyncio.to_thread(self._forwarded, request)
            if not loss:
                writer.write(reply)
                await writer.drain()
                return
        writer.transport.abort()

    def arrived(self) -> None:
        """Wait until the server has finished what was lost early."""
        for thread in self.threads:
            thread.join(30)

    def _loss(self, request: Request) -> str:
        if self.lost and self.lost[0][0](request):
            return self.lost.popleft()[1]
        return ""

    def _forwarded(self, request: Request) -> bytes:
        host = urlsplit(self.target).netloc
        connection = http.client.HTTPConnection(host, timeout=30)
        headers = {k: v for k, v in request.headers.items() if k not in ("host", "connection")}
        with suppress(ConnectionError):
            connection.request(request.method, request.path, request.body, headers)
            answer = connection.getresponse()
            body = answer.read()
            kept = [f"{k}: {v}" for k, v in answer.getheaders() if k.lower() in PASSED_ON]
            lines = [f"HTTP/1.1 {answer.status} X", f"content-length: {len(body)}", *kept, "", ""]
            connection.close()
            return "\r\n".join(lines).encode() + body
        return b""


@contextmanager
def way_to(target: str) -> Iterator[Way]:
    """A lossy way to the server at `target`, an address with a host and a port."""
    way = Way(target)
    with FaultServer(way) as server:
        way.url = f"http://127.0.0.1:{server.port}/"
        yield way
        way.arrived()
