"""The Zalo sandbox behind a real socket; loopback, port 0."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from outreach.sandbox.zalo import Faults, Platform, zalo_app

JPEG = b"\xff\xd8\xff\xe0 a small picture"
START = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)


class ZaloServer:
    """One account on a clock of its own; covers come from `pictures` (address -> bytes), by default always a small one."""

    def __init__(self, folder: Path, faults: Faults | None = None, start: datetime = START) -> None:
        self.now = start
        self.fetch: Callable[[str], bytes] = lambda _url: JPEG
        self.platform = Platform(
            folder,
            clock=lambda: self.now,
            faults=faults,
            fetch=lambda url: self.fetch(url),  # noqa: PLW0108 - tests change `fetch` later
        )
        config = uvicorn.Config(
            zalo_app(self.platform), port=0, log_level="critical", lifespan="off", ws="none"
        )
        self._server = uvicorn.Server(config)

    @property
    def faults(self) -> Faults:
        return self.platform.faults

    async def sleep(self, seconds: float) -> None:
        """A wait on the account's clock."""
        self.now += timedelta(seconds=seconds)

    def __enter__(self) -> Self:
        socket = self._server.config.bind_socket()
        socket.listen()
        self.url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [socket]})
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)
