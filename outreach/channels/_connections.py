"""The connections of one channel: few, kept open, and the one used last is used next.

httpcore's own pool walks all its connections twice for each request; a lane needs no more than a list of the free ones.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

import httpcore

KEPT = 5.0
"""Seconds that a free connection is kept."""

_Connections = list[httpcore.AsyncConnectionInterface]


class FewConnections(httpcore.AsyncConnectionPool):
    """Stands where httpcore's pool stands: at most `most` requests at a time, each on a connection of its own."""

    def __init__(self, trust: ssl.SSLContext, most: int) -> None:
        super().__init__(ssl_context=trust, max_connections=most, keepalive_expiry=KEPT)
        self._turns = asyncio.Semaphore(most)
        self._free: defaultdict[str, _Connections] = defaultdict(list)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send a request; its connection is free again when the response is closed. Raises what httpcore raises."""
        await self._wait_for_turn(request.extensions["timeout"]["pool"])
        try:
            connection = await self._connection(request.url.origin)
            response = await connection.handle_async_request(request)
        except BaseException:
            self._turns.release()
            raise
        free = self._free[str(request.url.origin)]
        return httpcore.Response(
            status=response.status,
            headers=response.headers,
            content=_Lent(response, connection, lambda: self._take_back(connection, free)),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the free connections."""
        for free in self._free.values():
            while free:
                await free.pop().aclose()

    async def _wait_for_turn(self, seconds: float) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(seconds):
                await self._turns.acquire()
        except TimeoutError as error:
            raise httpcore.PoolTimeout from error

    async def _connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        free = self._free[str(origin)]
        while free:
            connection = free.pop()
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return self.create_connection(origin)

    def _take_back(
        self,
        connection: httpcore.AsyncConnectionInterface,
        free: _Connections,
    ) -> None:
        if connection.is_idle():
            free.append(connection)
        self._turns.release()


class _Lent:
    """The body of a response; closing it gives the connection back, once."""

    def __init__(
        self,
        response: httpcore.Response,
        connection: httpcore.AsyncConnectionInterface,
        give_back: Callable[[], None],
    ) -> None:
        self._response = response
        self._connection = connection
        self._give_back: Callable[[], None] | None = give_back

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        """Finish with the connection: one that is not at the end of its response is closed."""
        give_back, self._give_back = self._give_back, None
        if give_back:
            try:
                await self._response.aclose()
            finally:
                give_back()
