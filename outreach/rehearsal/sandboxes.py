"""Which channels of a rehearsal speak to a local platform, each to one of its own."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from outreach.channel import Network
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.facebook import FacebookEnd
from outreach.rehearsal.faults import Fault
from outreach.rehearsal.line import Strike
from outreach.rehearsal.memory import Sandbox
from outreach.rehearsal.zalo import ZaloEnd
from outreach.settings import ChannelSettings, Settings

MEMORIES = "platforms"
"""The folder, in a rehearsal's, of what its far ends remember."""

THE_END = datetime(2100, 1, 1, tzinfo=UTC)
"""When everything that was to appear has appeared."""

SANDBOXED = frozenset({"facebook_page", "zalo_oa"})
"""Adapters that are rehearsed as they are, against a local platform."""


def open_sandboxes(
    settings: Settings,
    folder: Path,
    clock: VirtualClock,
    *,
    pictures: Path,
    faults: int | None,
    note: Callable[[str, Fault], None],
) -> dict[str, Sandbox]:
    """The platforms below `folder`, by channel; `note` hears of each fault that strikes one.

    After a restart other things go wrong than before, but always the same.
    """
    found: dict[str, Sandbox] = {}
    for channel in settings.channels.values():
        if channel.adapter not in SANDBOXED:
            continue
        seed = None
        if faults is not None:
            seed = zlib.crc32(f"{faults}/{channel.name}/{clock().isoformat()}".encode()) % 10_000
        strike = partial(note, channel.name)
        own = folder / channel.name
        found[channel.name] = _open(
            channel, own, clock, pictures=pictures, faults=seed, strike=strike
        )
    return found


def _open(
    channel: ChannelSettings,
    folder: Path,
    clock: VirtualClock,
    *,
    pictures: Path,
    faults: int | None,
    strike: Strike,
) -> Sandbox:
    if channel.adapter == "facebook_page":
        return FacebookEnd(folder, now=clock, faults=faults, strike=strike)
    return ZaloEnd(
        folder,
        now=clock,
        faults=faults,
        strike=strike,
        pictures=pictures,
        cover_url=str(channel.settings.get("cover_url", "")),
        broadcast=bool(channel.settings.get("broadcast")),
    )


def with_accounts(settings: Settings, sandboxes: Mapping[str, Sandbox]) -> Settings:
    """The same configuration with the sandboxes' accounts in the place of the configured ones."""
    channels = dict(settings.channels)
    for name, sandbox in sandboxes.items():
        own = {**channels[name].settings, **sandbox.account}
        channels[name] = replace(channels[name], settings=own)
    return replace(settings, channels=channels)


def follower_pages(settings: Settings, home: Path) -> dict[str, Network]:
    """What followers of the rehearsal in `home` have seen, by channel, each as a website."""
    clock, media = VirtualClock(THE_END), home / "media"
    opened = open_sandboxes(
        settings, home / MEMORIES, clock, pictures=media, faults=None, note=lambda _, __: None
    )
    return {name: sandbox.pages for name, sandbox in opened.items()}
