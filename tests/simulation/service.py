"""One life of the simulated service: production's store, sync, dispatcher and adapters, from its start to its death or its end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Engine

from outreach.bootstrap import media_folder, place
from outreach.channel import AdapterPlace, Channel, ChannelProfile
from outreach.channels.registry import open_channels
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.sync import Sync
from outreach.rehearsal.memory import Sandbox
from outreach.settings import Settings
from outreach.store.engine import DBAPIError, open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from tests.simulation.clocks import Clocks
from tests.simulation.far_ends import Actor, Line
from tests.simulation.fate import Fate, Store
from tests.simulation.staff import CAMPAIGN

RESYNC = timedelta(minutes=1)
"""How soon files are read again when the database refused what they said."""

STORE_RETRY = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class World:
    """What outlives the service: its configuration and disk, the clocks, the platforms and the line to them."""

    settings: Settings
    clocks: Clocks
    sandboxes: Mapping[str, Sandbox]
    actors: Mapping[str, Actor]
    line: Line
    fate: Fate
    jitter: random.Random

    @property
    def platforms(self) -> dict[str, Any]:
        """Every platform by its channel."""
        return {**self.sandboxes, **self.actors}


class Service:
    """The process. `dead` once it died; then nothing of it has any effect."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._died = asyncio.Event()
        self.dead = False
        world.line.passes = self._passes
        self._engine = opened(world.settings)
        self._lease = Lease.take(self._engine, world.settings.state, now=world.clocks.wall())
        world.fate.watch(self._engine)
        self._write = Store(self._die)
        folder = media_folder(world.settings)
        self._queue = Queue(self._engine, media_folder=folder, fence=self._lease.fence)
        self.channels = self._open_channels()
        self._sync = sync_of(world.settings, self.channels, self._queue)
        self._dispatcher = Dispatcher(
            queue=self._queue,
            channels=self.channels,
            write=self._write,
            now=world.clocks.wall,
            monotonic=world.clocks.uptime,
            jitter=world.jitter.random,
        )
        world.clocks.true.on_sleep = self._dispatcher.wake
        self._reads_again: datetime | None = None
        self._begun = False

    async def work(self) -> datetime | None:
        """Do all that can be done now, reading the files if they are to be read; when, in true time, there is more to do."""
        work = asyncio.create_task(self._work())
        death = asyncio.create_task(self._died.wait())
        await asyncio.wait([work, death], return_when=asyncio.FIRST_COMPLETED)
        if self.dead:
            await self._fall()
            return None
        death.cancel()
        return work.result()

    def hear_of_files(self) -> None:
        """Files have changed and are quiet."""
        self._reads_again = self._world.clocks.true()

    async def kill(self) -> None:
        """End it from outside, between two turns."""
        self.dead = True
        await self._fall()

    async def stop(self) -> None:
        """End in order: begin nothing more, cut off what runs, hand in what is known."""
        with self._world.fate.spared():
            await self._dispatcher.drain(timedelta(0))
            await self._dispatcher.run(idle=lambda _: None)
            for channel in self.channels.values():
                await channel.aclose()
        self._let_go()

    async def _work(self) -> datetime | None:
        try:
            if not self._begun:
                await self._write(self._queue.interrupted, self._world.clocks.wall())
                self._begun = True
                self.hear_of_files()
            await self._read_files()
            waits = self._world.clocks.true
            next_due = await self._dispatcher.work_off(asleep=lambda: len(waits.waits))
        except DBAPIError:
            return self._world.clocks.true() + STORE_RETRY
        due = self._world.clocks.truly(next_due) if next_due else None
        return min((at for at in (due, self._reads_again) if at), default=None)

    async def _read_files(self) -> None:
        if self._reads_again is None or self._reads_again > self._world.clocks.true():
            return
        try:
            await self._write(self._bring, self._world.clocks.wall())
            self._reads_again = None
        except DBAPIError:
            self._reads_again = self._world.clocks.true() + RESYNC

    def _bring(self, now: datetime) -> None:
        proposal = self._sync.look(CAMPAIGN, now)
        if proposal.changes:
            self._sync.apply_guarded(proposal, now=now, actor="daemon")

    async def _passes(self, point: str) -> None:
        if self.dead:
            raise asyncio.CancelledError
        if self._world.fate.dies(point):
            await self._die()

    async def _die(self) -> None:
        self.dead = True
        self._died.set()
        await asyncio.Event().wait()

    async def _fall(self) -> None:
        """Nothing of a dead process runs on."""
        me = asyncio.current_task()
        while others := asyncio.all_tasks() - {me}:
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=0)
        self._let_go()

    def _let_go(self) -> None:
        self._sync.close()
        self._lease.release()
        self._engine.dispose()

    def _open_channels(self) -> dict[str, Channel]:
        world = self._world

        def on_the_line(name: str) -> AdapterPlace:
            surroundings = place(world.settings, name, world.clocks.wall)
            network = world.line.mortal(world.sandboxes[name].network)
            return replace(surroundings, sleep=world.clocks.true.sleep, network=network)

        found = open_channels(world.settings.channels.values(), on_the_line)
        assert not found.problems, found.problems
        return {**found.channels, **world.actors}


def sync_of(settings: Settings, channels: Mapping[str, Channel], queue: Queue) -> Sync:
    """The way from files to the queue."""
    return Sync(
        messages=settings.messages,
        media_folder=media_folder(settings),
        profiles=profiles(channels),
        queue=queue,
        share=settings.guard.mass_delete,
    )


def profiles(channels: Mapping[str, Channel]) -> tuple[ChannelProfile, ...]:
    """The channels as planning sees them."""
    return tuple(
        ChannelProfile(name=name, capabilities=channel.capabilities)
        for name, channel in channels.items()
    )


@cache
def _shared() -> Engine:
    return open_engine("sqlite://")


def opened(settings: Settings) -> Engine:
    """The database, with statements that were compiled once in this test process: a month has thousands, and few that differ."""
    engine = open_engine(settings.database.get_secret_value())
    first = _shared()
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


class AtOnce(ThreadPoolExecutor):
    """Runs where it is asked for what adapters give to threads: on virtual time nothing is won by waiting, and order matters."""

    def submit(self, call: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(call(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            done.set_exception(error)
        return done
