"""Puts every channel of a rehearsal before its far end: a local platform, a stand-in, or what lies on this machine anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach.channel import Channel
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.far_end import Faulty, Platform, StandIn
from outreach.rehearsal.faults import Faults
from outreach.rehearsal.memory import Memory, Sandbox
from outreach.rehearsal.record import Record
from outreach.settings import Settings

STAYS_HERE = frozenset({"website", "in_person", "outbox"})
"""Adapters that only write files on this machine."""


@dataclass(frozen=True, kw_only=True)
class FarEnds:
    """The channels of a rehearsal, and what their far ends remember."""

    channels: Mapping[str, Channel]
    platforms: Mapping[str, Memory]


def put_before_far_ends(
    opened: Mapping[str, Channel],
    settings: Settings,
    sandboxes: Mapping[str, Sandbox],
    clock: VirtualClock,
    *,
    memories: Path,
    faults: int | None,
    record: Record,
) -> FarEnds:
    """A channel with a sandbox has its faults there; what else would leave this machine meets a stand-in, on a line with `faults`."""
    stand_ins = {
        name: Platform(memories / f"{name}.jsonl")
        for name in opened.keys() - sandboxes.keys()
        if settings.channels[name].adapter not in STAYS_HERE - {"outbox"}
    }
    channels: dict[str, Channel] = {}
    for name, channel in opened.items():
        far_end = StandIn(channel, stand_ins[name], clock) if name in stand_ins else channel
        as_it_is = name in sandboxes or channel.capabilities.carried_out_by_people
        channels[name] = Faulty(far_end, Faults(None if as_it_is else faults), clock, record)
    return FarEnds(channels=channels, platforms={**stand_ins, **sandboxes})
