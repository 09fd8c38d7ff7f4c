"""Shows a finished site on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from outreach.cli.screen import Screen
from outreach.domain.text import Text
from outreach.web.public_site import public_site

if TYPE_CHECKING:
    from outreach.settings import Web

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(folder: Path, web: Web | None, screen: Screen) -> None:
    """Serve `folder`, on the configured port if it is free and on this machine only, until Ctrl-C."""
    with _listen(web) as listening:
        host, port = listening.getsockname()[:2]
        screen.note(
            Text("The website: {address} (Ctrl-C ends it)", address=f"http://{host}:{port}/")
        )
        config = uvicorn.Config(public_site(folder), log_config=None, lifespan="off")
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(uvicorn.Server(config).serve([listening]))


def _listen(web: Web | None) -> socket.socket:
    wanted = web.port if web and web.host in LOOPBACK else 8080
    for port in (wanted, 0):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise OSError(98, "no port is free")
