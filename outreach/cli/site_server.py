"""Shows pages on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from outreach.cli.screen import Screen
from outreach.domain.text import Text
from outreach.web.public_site import public_site

if TYPE_CHECKING:
    from outreach.settings import Web

LOOPBACK = ("127.0.0.1", "::1", "localhost")
BESIDE = "/dien-tap"
"""Below this, beside the website, stand the other places of a rehearsal."""


def serve(folder: Path, web: Web | None, screen: Screen, others: Mapping[str, Any]) -> None:
    """Serve the website in `folder` and what followers saw in `others`, on this machine only, until Ctrl-C."""
    with listen(web.port if web and web.host in LOOPBACK else 8080) as listening:
        here = address(listening)
        screen.note(Text("The website: {address} (Ctrl-C ends it)", address=f"{here}/"))
        for name in others:
            page = f"{here}{BESIDE}/{name}/"
            screen.note(
                Text("What followers of {channel} saw: {address}", channel=name, address=page)
            )
        routes = [Mount(f"{BESIDE}/{name}", app) for name, app in others.items()]
        run(Starlette(routes=[*routes, Mount("/", public_site(folder))]), listening)


def run(app: Any, listening: socket.socket) -> None:
    """Run an application until Ctrl-C."""
    config = uvicorn.Config(app, log_config=None, lifespan="off")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(uvicorn.Server(config).serve([listening]))


def address(listening: socket.socket) -> str:
    """Where a socket listens, as a web address without a slash at its end."""
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


def listen(wanted: int) -> socket.socket:
    """A socket on this machine's own address, on the wanted port if it is free. Raises OSError."""
    for port in (wanted, 0):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", port))
    raise OSError(98, "no port is free")
