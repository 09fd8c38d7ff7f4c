"""The Zalo sandbox behind a real socket; loopback, port 0."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from outreach.sandbox.zalo import Faults, Platform, zalo_app
from tests.quick_server import QuickServer

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
        app = zalo_app(self.platform)
        self._server = QuickServer(app, log_level="critical", lifespan="off")

    @property
    def faults(self) -> Faults:
        return self.platform.faults

    async def sleep(self, seconds: float) -> None:
        """A wait on the account's clock."""
        self.now += timedelta(seconds=seconds)

    def __enter__(self) -> Self:
        self.url = self._server.__enter__().url
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, trace)
