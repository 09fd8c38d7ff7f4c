"""How long a web server of ours bears with visitors who are slow, silent or many: never so long that others notice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 512
"""More visitors at a time lose the connections that are silent, so that publishing keeps files to open; twice as many are refused."""

MOST_OF_ONE = 64
"""So many connections may one address have; this machine's own, where a proxy may stand, has no such bound."""

SILENCE_SECONDS = 20.0
"""So long may a connection be open without a request under way."""

BODY_SECONDS, BODY_RATE = 20.0, 1_000
"""So long may a request's body take at any pace; after that it must have brought so many bytes a second."""

UNREAD_SECONDS = 30.0
"""So long may an answer wait for a reader who takes nothing of it."""

HEAD_BYTES = 32 * 1024
"""The most that the head of a request may weigh."""

_HERE = frozenset({"127.0.0.1", "::1"})


class Line(H11Protocol):
    """One connection, which knows how much it brought."""

    received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Refuse what is too many."""
        super().connection_made(transport)
        host = self.client[0] if self.client else ""
        lines: Iterable[Any] = self.connections
        of_one = sum(1 for one in lines if one.client and one.client[0] == host)
        if len(self.connections) > 2 * MOST_CONNECTIONS or (
            of_one > MOST_OF_ONE and host not in _HERE
        ):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Count."""
        self.received += len(data)
        super().data_received(data)


class Patience:
    """Looks at the lines of one server again and again, and cuts those that have had their time. `now` is in seconds of the loop."""

    def __init__(self) -> None:
        self._silent: dict[Any, float] = {}
        self._unread: dict[Any, float] = {}
        self._sending: dict[Any, tuple[float, int]] = {}

    def look(self, lines: Iterable[Any], now: float) -> None:
        """Cut what has been silent, unread or sending for too long, and of too many the ones that have been silent longest."""
        every = set(lines)
        silent = {one for one in every if one.cycle is None or one.cycle.response_complete}
        self._silent = _since(self._silent, silent, now)
        self._unread = _since(self._unread, {one for one in every if _is_unread(one)}, now)
        sending = {one for one in every - silent if one.cycle.more_body}
        begun = {one: (now, one.received) for one in sending}
        self._sending = {one: self._sending.get(one, known) for one, known in begun.items()}
        self._hang_up(len(every) - MOST_CONNECTIONS, now)
        for one, since in self._unread.items():
            if now - since > UNREAD_SECONDS:
                one.transport.abort()
        for one, (since, before) in self._sending.items():
            span = now - since
            if span > BODY_SECONDS and one.received - before < span * BODY_RATE:
                one.transport.abort()

    def _hang_up(self, too_many: int, now: float) -> None:
        longest_first = sorted(self._silent.items(), key=lambda known: known[1])
        for number, (one, since) in enumerate(longest_first):
            if number < too_many or now - since > SILENCE_SECONDS:
                one.transport.close()


def _is_unread(line: Any) -> bool:
    return bool(line.flow.write_paused)


def _since(known: dict[Any, float], now_so: set[Any], now: float) -> dict[Any, float]:
    return {one: known.get(one, now) for one in now_so}


class PatientServer(uvicorn.Server):
    """A server with that much patience and no more."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._patience = Patience()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        self._patience.look(self.server_state.connections, asyncio.get_running_loop().time())
        return await super().on_tick(counter)


def config_of(app: Callable[..., Any], **more: Any) -> uvicorn.Config:
    """The configuration of such a server."""
    return uvicorn.Config(
        app,
        http=Line,
        h11_max_incomplete_event_size=HEAD_BYTES,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **more,
    )
