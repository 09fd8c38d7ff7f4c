"""Visitors who hold the line: they send a byte now and then, or read nothing; whoever is cut off comes again at once."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

AT_WORK = "01"
"""Linux's number for a connection that both ends hold (proc_net_tcp)."""

PAUSE = 0.05
"""Seconds between two bytes of each."""


@dataclass
class Visitor:
    """One at a time on a port: `first` is said at once, `drop` again and again; `spans` are the times (unix seconds) it held a line."""

    port: int
    first: bytes
    drop: bytes = b""
    spans: list[tuple[float, float]] = field(default_factory=list)

    def come(self) -> None:
        """Open a line that takes as little as possible of an answer."""
        self.line = socket.socket()
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        self.line.settimeout(60)
        self.line.connect(("127.0.0.1", self.port))
        self.line.setblocking(False)
        self.name = self.line.getsockname()[1]
        self.since = time.time()
        self._say(self.first)

    def go_on(self, held: set[tuple[int, int]]) -> None:
        """Send the next byte; or note that the other end hung up, and come again."""
        if (self.port, self.name) in held:
            return self._say(self.drop)
        self.leave()
        return self.come()

    def leave(self) -> None:
        """Hang up."""
        self.spans.append((self.since, time.time()))
        self.line.close()

    def held_a_line(self, at: datetime) -> bool:
        """Whether it was there then."""
        return any(since <= at.timestamp() <= until for since, until in self.spans)

    def _say(self, words: bytes) -> None:
        with contextlib.suppress(OSError):
            self.line.send(words)


@contextmanager
def crowd(visitors: Iterable[Visitor]) -> Iterator[None]:
    """All of them hold a line each while this lasts."""
    every, over = list(visitors), threading.Event()
    for one in every:
        one.come()
    going_on = threading.Thread(target=_go_on, args=(every, over))
    going_on.start()
    try:
        yield
    finally:
        over.set()
        going_on.join()
        for one in every:
            one.leave()


def _go_on(every: list[Visitor], over: threading.Event) -> None:
    while not over.wait(PAUSE):
        held = _held()
        for one in every:
            one.go_on(held)


def _held() -> set[tuple[int, int]]:
    """Port of the server and port of the visitor of each line that the server holds."""
    rows = (row.split() for row in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
    return {(_port(row[1]), _port(row[2])) for row in rows if row[3] == AT_WORK}


def _port(end: str) -> int:
    return int(end.rpartition(":")[2], 16)
