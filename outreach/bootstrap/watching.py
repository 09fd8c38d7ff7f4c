"""Builds what watches over the service, and what says outside that it lives."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from outreach.daemon.machinery import LinksBy, SignOfLifeBy, Watching
from outreach.settings import Settings
from outreach.store.alerts import Alerts
from outreach.store.approvals import Approvals
from outreach.store.engine import Engine
from outreach.store.lease import Lease
from outreach.watching.machine import Machine
from outreach.watching.notice import Readers
from outreach.watching.watch import Pace

if TYPE_CHECKING:
    from outreach.channels._links import Links


def watching(settings: Settings, engine: Engine, lease: Lease) -> Watching | None:
    """What is watched; None when nobody is to be told."""
    asked = settings.alerts
    if not asked.channels:
        return None
    return Watching(
        alerts=Alerts(engine, media_folder=settings.state / "media", fence=lease.fence),
        machine=Machine(settings.state, least=asked.free_disk_mb * 1024**2),
        readers=Readers(ways=asked.channels, language=settings.language, zone=ZoneInfo(asked.zone)),
        pace=Pace(silence=asked.silence, gather=asked.gather),
        digest=asked.digest,
        waiting=Approvals(engine).waiting,
    )


def sign_of_life(settings: Settings) -> SignOfLifeBy | None:
    """How somebody outside hears of us; None when nobody listens."""
    if settings.alerts.ping is None:
        return None
    from outreach.channels._ping import Ping  # noqa: PLC0415 - only where somebody listens

    call = Ping(settings.alerts.ping.get_secret_value())
    return SignOfLifeBy(call=call, close=call.aclose, every=settings.alerts.ping_every)


def followed() -> LinksBy:
    """How links of what is public are followed; nothing is loaded for it before there is one."""
    opened: list[Links] = []

    async def opens(link: str) -> bool | None:
        from outreach.channels._links import Links  # noqa: PLC0415 - only where something is public

        opened[:] = opened or [Links()]
        return await opened[0](link)

    async def close() -> None:
        for links in opened:
            await links.aclose()

    return LinksBy(opens=opens, close=close)
