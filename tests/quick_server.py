"""A real uvicorn in a thread of its own that begins and ends without waiting, for tests that start many; loopback, port 0."""

from __future__ import annotations

import asyncio
import socket
import threading
from types import TracebackType
from typing import Any, Self

import uvicorn


class QuickServer(uvicorn.Server):
    """Serves `app` at `url` inside a `with` block."""

    def __init__(self, app: Any, **config: Any) -> None:
        super().__init__(uvicorn.Config(app, port=0, ws="none", **config))
        self._up, self._over = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._whole_life(),))

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread.start()
        self._up.wait(20)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)
        self._listening.close()

    async def _whole_life(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await self.serve(sockets=[self._listening])
        finally:
            self._up.set()

    async def main_loop(self) -> None:
        """Wait for the end of the block instead of looking for it ten times a second."""
        await self.on_tick(0)
        self._up.set()
        await self._over.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up on everyone at once."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        await self.lifespan.shutdown()
