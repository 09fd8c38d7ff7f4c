"""One of the service's own web servers; a trouble here never keeps anything from being published."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from outreach.daemon.patience import PatientServer, config_of
from outreach.domain.text import Text

log = logging.getLogger("outreach.site")

LISTEN_AGAIN_SECONDS = 15.0
"""How long after the address was refused it is tried again."""

LAST_ANSWERS_SECONDS = 3
"""So long may answers that are under way take when the service ends."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What is served where; `here` says so with the address, `refused` with the reason when it cannot be."""

    host: str
    port: int
    app: Callable[[], Any]
    here: Callable[[str], Text]
    refused: Callable[[str], Text]


class Server(PatientServer):
    """Leaves the signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def show(shown: Shown, ended: asyncio.Event) -> None:
    """Serve until `ended`; an address that is taken is tried again."""
    refused = False
    while not ended.is_set():
        try:
            listening = _listen(shown)
        except OSError as error:
            if not refused:
                log.error(shown.refused(error.strerror or str(error)))
            refused = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LISTEN_AGAIN_SECONDS)
            continue
        with listening:
            await _serve(shown, listening, ended)


def _listen(shown: Shown) -> socket.socket:
    family = socket.AF_INET6 if ":" in shown.host else socket.AF_INET
    return socket.create_server((shown.host, shown.port), family=family, backlog=1024)


async def _serve(shown: Shown, listening: socket.socket, ended: asyncio.Event) -> None:
    server = Server(config_of(shown.app(), timeout_graceful_shutdown=LAST_ANSWERS_SECONDS))
    host, port = listening.getsockname()[:2]
    log.info(shown.here(f"http://{host}:{port}/"))
    serving = asyncio.create_task(server.serve([listening]))
    over = asyncio.create_task(ended.wait())
    await asyncio.wait([serving, over], return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    server.should_exit = True
    await serving
