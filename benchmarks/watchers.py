"""Readers of the live log: one that notes every line and when it came, and any number that only read."""

from __future__ import annotations

import http.client
import os
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Watcher:
    """The lines that a reader got: their numbers and when each came (seconds since 1970), first to last."""

    lines: list[tuple[int, float]] = field(default_factory=list)
    left: bytes = b""

    def take(self, some: bytes) -> None:
        """Note the lines in what just came; a line that is only half there waits for its end."""
        now = time.time()
        *whole, self.left = (self.left + some).split(b"\n\n")
        for event in whole:
            if b"\ndata: " in event:
                number = event.partition(b"id: ")[2].partition(b"\n")[0]
                self.lines.append((int(number), now))


@contextmanager
def watching(port: int, code: str, after: int, others: int) -> Iterator[Watcher]:
    """So many readers watch while this lasts; the one that is given notes what it gets."""
    cookie, watcher, over = _sign_in(port, code), Watcher(), threading.Event()
    opened = [_open(port, cookie, after) for _ in range(1 + others)]
    reading = threading.Thread(target=_read, args=(opened, watcher, over))
    reading.start()
    try:
        yield watcher
    finally:
        over.set()
        reading.join()
        for one in opened:
            one.close()


def _sign_in(port: int, code: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    form = urlencode({"name": "admin", "code": code, "password": "mot cau that dai"})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/welcome", form, kind)
    cookie = connection.getresponse().getheader("set-cookie") or ""
    connection.close()
    return cookie.partition(";")[0]


def _open(port: int, cookie: str, after: int) -> socket.socket:
    opened = socket.create_connection(("127.0.0.1", port), timeout=60)
    words = f"GET /log/live?after={after} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
    opened.sendall(words.encode())
    return opened


def _read(opened: list[socket.socket], watcher: Watcher, over: threading.Event) -> None:
    """Chunks of the transfer are cut at lines of their own, so only those lines are taken out.

    Readers sit at machines of their own; here they take only what the two that are measured leave over.
    """
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
    with selectors.DefaultSelector() as ready:
        for one in opened:
            ready.register(one, selectors.EVENT_READ)
        chunked = _Chunks()
        while not over.is_set():
            for key, _ in ready.select(0.2):
                some = key.fileobj.recv(1 << 18)  # type: ignore[union-attr]  # only sockets are registered
                if not some:
                    ready.unregister(key.fileobj)
                elif key.fileobj is opened[0]:
                    watcher.take(chunked.content(some))


class _Chunks:
    """Takes a chunked answer apart."""

    def __init__(self) -> None:
        self._left, self._begun = b"", False

    def content(self, some: bytes) -> bytes:
        """What whole chunks hold."""
        self._left += some
        if not self._begun:
            _, end, rest = self._left.partition(b"\r\n\r\n")
            if not end:
                return b""
            self._left, self._begun = rest, True
        found = b""
        while True:
            size, end, rest = self._left.partition(b"\r\n")
            if not end or len(rest) < int(size, 16) + 2:
                return found
            found += rest[: int(size, 16)]
            self._left = rest[int(size, 16) + 2 :]
