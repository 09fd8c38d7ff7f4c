"""Shows `/healthz` and `/metrics` to programs on this machine while the service runs."""

from __future__ import annotations

import asyncio

from outreach.daemon.server import Shown, show
from outreach.domain.text import Text
from outreach.watching.figures import Gauge
from outreach.watching.pages import pages


async def show_metrics(host: str, port: int, gauge: Gauge, ended: asyncio.Event) -> None:
    """Serve until `ended`; an address that is taken is tried again."""
    shown = Shown(
        host=host,
        port=port,
        app=lambda: pages(gauge),
        here=lambda address: Text("Health and figures: {address}", address=address),
        refused=lambda why: Text(
            "Health and figures cannot be shown on {host}, port {port}: {error}. It is tried again; publishing goes on.",
            host=host,
            port=port,
            error=why,
        ),
    )
    await show(shown, ended)
