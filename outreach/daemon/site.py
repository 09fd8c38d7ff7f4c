"""Shows the website to readers while the service runs; a trouble here never keeps anything from being published."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn

from outreach.daemon.machinery import SiteAddress
from outreach.domain.text import Text
from outreach.web.public_site import public_site

log = logging.getLogger("outreach.site")

LISTEN_AGAIN_SECONDS = 15.0
"""How long after the address was refused it is tried again."""

LAST_ANSWERS_SECONDS = 3
"""So long may answers that are under way take when the service ends."""


class Server(uvicorn.Server):
    """Leaves the signals to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def show_site(site: SiteAddress, ended: asyncio.Event) -> None:
    """Serve until `ended`; an address that is taken is tried again."""
    refused = False
    while not ended.is_set():
        try:
            listening = _listen(site)
        except OSError as error:
            if not refused:
                _complain(site, error)
            refused = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), LISTEN_AGAIN_SECONDS)
            continue
        with listening:
            await _serve(site, listening, ended)


def _listen(site: SiteAddress) -> socket.socket:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    return socket.create_server((site.host, site.port), family=family, backlog=1024)


def _complain(site: SiteAddress, error: OSError) -> None:
    log.error(
        Text(
            "The website cannot be shown on {host}, port {port}: {error}. It is tried again; publishing goes on.",
            host=site.host,
            port=site.port,
            error=error.strerror or str(error),
        )
    )


async def _serve(site: SiteAddress, listening: socket.socket, ended: asyncio.Event) -> None:
    server = Server(
        uvicorn.Config(
            public_site(site.folder, site.views),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=LAST_ANSWERS_SECONDS,
        )
    )
    host, port = listening.getsockname()[:2]
    log.info(Text("The website: {address}", address=f"http://{host}:{port}/"))
    serving = asyncio.create_task(server.serve([listening]))
    over = asyncio.create_task(ended.wait())
    await asyncio.wait([serving, over], return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    server.should_exit = True
    await serving
