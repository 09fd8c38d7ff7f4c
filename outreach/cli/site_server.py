"""Shows pages on this machine until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount

from outreach.cli.screen import Screen
from outreach.daemon.patience import PatientServer, config_of
from outreach.domain.text import Text
from outreach.web.public_site import public_site

BEHIND = 10
"""How much less the pages matter than publishing, in steps of `nice`."""

BESIDE = "/dien-tap"
"""Below this, beside the website, stand the other places of a rehearsal."""


def rehearsed(folder: Path, screen: Screen, others: Mapping[str, Any], here: str) -> Starlette:
    """The website in `folder` with what followers saw in `others` beside it; tells where `here` each is."""
    screen.note(Text("The website: {address} (Ctrl-C ends it)", address=f"{here}/"))
    for name in others:
        page = f"{here}{BESIDE}/{name}/"
        screen.note(Text("What followers of {channel} saw: {address}", channel=name, address=page))
    routes = [Mount(f"{BESIDE}/{name}", app) for name, app in others.items()]
    return Starlette(routes=[*routes, Mount("/", public_site(folder))])


def give_way() -> None:
    """Let publishing go first: on a busy machine pages are made in the time that the service leaves over."""
    os.nice(BEHIND)


def run(*apps: tuple[Any, socket.socket]) -> None:
    """Run applications, each on its socket, until Ctrl-C."""
    ports = {listening.getsockname()[1]: app for app, listening in apps}

    async def by_port(scope: Any, receive: Any, send: Any) -> None:
        await ports[scope["server"][1]](scope, receive, send)

    config = config_of(by_port, lifespan="off")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(PatientServer(config).serve([listening for _, listening in apps]))


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
