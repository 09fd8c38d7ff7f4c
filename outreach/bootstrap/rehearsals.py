"""Sets up rehearsals and lets them run; the service never loads it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach.bootstrap import build_sync, media_folder, open_store, place, utc_now
from outreach.channel import AdapterPlace
from outreach.channels.registry import Opened, open_channels, open_login, settings_of
from outreach.domain.problem import Problems
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.far_ends import STAYS_HERE, put_before_far_ends
from outreach.rehearsal.faults import Fault
from outreach.rehearsal.memory import Sandbox
from outreach.rehearsal.record import Record
from outreach.rehearsal.rehearse import begin, conclude, play, starts
from outreach.rehearsal.sandboxes import MEMORIES, open_sandboxes, with_accounts
from outreach.rehearsal.stage import Stage
from outreach.rehearsal.summary import Summary
from outreach.settings import ChannelSettings, Settings
from outreach.store.counts import CountSeries
from outreach.store.delivery_log import head, read
from outreach.store.engine import Engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue


@contextmanager
def open_rehearsal(
    settings: Settings, campaign: str, folder: Path, *, faults: int | None
) -> Iterator[Stage]:
    """A stage below `folder`; one that was cut off goes on where it stood. Nothing on it can leave this machine."""
    inside = for_rehearsal(settings, folder)
    engine = open_store(inside)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        lease = Lease.take(engine, folder)
        stack.callback(lease.release)
        stage = _stage(inside, engine, lease.fence, campaign, faults)
        stack.callback(stage.sync.close)
        yield stage


def _stage(
    settings: Settings, engine: Engine, fence: int, campaign: str, faults: int | None
) -> Stage:
    clock = VirtualClock(_reached(engine) or starts(settings.messages / campaign))
    memories = settings.state / MEMORIES
    memories.mkdir(exist_ok=True)
    pictures = media_folder(settings)
    record = Record(memories / "faults.jsonl", clock)
    sandboxes = open_sandboxes(
        settings, memories, clock, pictures=pictures, faults=faults, note=record.note
    )
    inside = with_accounts(settings, sandboxes)
    opened = _rehearsed(inside, clock, sandboxes)
    ends = put_before_far_ends(
        opened.channels,
        settings,
        sandboxes,
        clock,
        memories=memories,
        faults=faults,
        record=record,
    )
    queue = Queue(engine, media_folder=pictures, fence=fence)
    return Stage(
        queue=queue,
        series=CountSeries(engine),
        sync=build_sync(settings, ends.channels, queue),
        channels=ends.channels,
        platforms=ends.platforms,
        clock=clock,
        jitter=lambda: random.Random(f"{faults}/{clock()}").random(),  # noqa: S311 - a repeatable rehearsal, not a secret
        record=record,
        log_in=_way_in(inside, clock, sandboxes, record),
    )


def _way_in(
    settings: Settings, clock: VirtualClock, sandboxes: Mapping[str, Sandbox], record: Record
) -> Callable[[str], Awaitable[None]]:
    """How a person gives a channel permission again: where tokens come in pairs, by the command for that."""

    async def log_in(name: str) -> None:
        if name not in sandboxes:
            return
        record.note(name, Fault.NONE)
        if pair := sandboxes[name].permit():
            login = open_login(settings.channels[name], place(settings, name, clock))
            try:
                await login.adopt(pair.access, pair.refresh)
            finally:
                await login.aclose()

    return log_in


def _rehearsed(settings: Settings, clock: VirtualClock, sandboxes: Mapping[str, Sandbox]) -> Opened:
    """The channels on virtual time, with their sandbox for a network."""

    def with_network(name: str) -> AdapterPlace:
        network = sandboxes[name].network if name in sandboxes else None
        return replace(place(settings, name, clock), sleep=clock.sleep, network=network)

    return open_channels(settings.channels.values(), with_network)


def _reached(engine: Engine) -> datetime | None:
    """The instant that an earlier run of the same rehearsal has reached."""
    last = read(engine, after=max(0, head(engine).seq - 1))
    return max((line.event.at for line in last), default=None)


def going_on(engine: Engine) -> Callable[[], datetime]:
    """A clock that goes on where a rehearsal ended, as fast as this machine's."""
    began = utc_now()
    ended = _reached(engine) or began
    return lambda: ended + (utc_now() - began)


def rehearse(
    settings: Settings,
    campaign: str,
    folder: Path,
    *,
    faults: int | None = None,
    progress: Callable[[datetime], None] = lambda _: None,
) -> Summary:
    """Rehearse a whole campaign below `folder`, which keeps its state. Raises `Problems` when it cannot be read.

    `faults` is the seed of what goes wrong on the way (None: nothing); `progress` hears each instant that is reached.
    """
    with open_rehearsal(settings, campaign, folder, faults=faults) as stage:
        proposal = begin(stage, campaign)
        month = proposal.content.campaign
        if month is None:
            raise Problems(proposal.content.problems)
        asyncio.run(play(stage, month, progress))
        return conclude(stage, proposal, month)


def for_rehearsal(settings: Settings, folder: Path) -> Settings:
    """The same configuration with everything that it writes below `folder`, and no server."""
    channels = {name: _inside(channel, folder) for name, channel in settings.channels.items()}
    database = type(settings.database)(f"sqlite:///{folder / 'outreach.db'}")
    return replace(settings, state=folder, database=database, web=None, channels=channels)


def _inside(channel: ChannelSettings, folder: Path) -> ChannelSettings:
    own: dict[str, Any] = dict(channel.settings)
    if channel.adapter in STAYS_HERE and "folder" in settings_of(channel.adapter).model_fields:
        own["folder"] = str(folder / channel.name)
    return replace(channel, settings=own)
