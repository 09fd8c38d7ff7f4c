"""Shows the website to readers while the service runs."""

from __future__ import annotations

import asyncio

from outreach.daemon.machinery import SiteAddress
from outreach.daemon.server import Shown, show
from outreach.domain.text import Text
from outreach.web.public_site import public_site


async def show_site(site: SiteAddress, ended: asyncio.Event) -> None:
    """Serve until `ended`; an address that is taken is tried again."""

    def refused(why: str) -> Text:
        return Text(
            "The website cannot be shown on {host}, port {port}: {error}. It is tried again; publishing goes on.",
            host=site.host,
            port=site.port,
            error=why,
        )

    shown = Shown(
        host=site.host,
        port=site.port,
        app=lambda: public_site(site.folder, site.views),
        here=lambda address: Text("The website: {address}", address=address),
        refused=refused,
    )
    await show(shown, ended)
