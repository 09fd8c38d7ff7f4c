"""Builds everything: the only module that knows concrete classes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outreach.bootstrap.daily import daily_chores
from outreach.bootstrap.watching import followed, sign_of_life, watching
from outreach.channel import AdapterPlace, Channel, ChannelProfile, Media
from outreach.channels import registry
from outreach.channels.registry import Opened, open_channels
from outreach.daemon.ending import LEAVE_FOR_ENDING
from outreach.daemon.machinery import Machinery, SiteAddress
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.sync_process import SyncPlan, SyncProcess
from outreach.dispatch.writer import Writer
from outreach.domain.problem import Place, Problem, Problems
from outreach.domain.text import Text
from outreach.engines.local import LocalEngine
from outreach.settings import ChannelSettings, Settings, Wrong, load_settings
from outreach.settings.channel_table import ChannelTable, channel_tables
from outreach.settings.seal import Unopenable
from outreach.store.counts import CountSeries
from outreach.store.engine import Engine, migrate, open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from outreach.store.rechecks import Rechecks
from outreach.store.views import Views

if TYPE_CHECKING:
    from outreach.dispatch.sync import Sync

__all__ = ["Desk", "Service", "load_settings", "open_desk", "open_service"]


log = logging.getLogger("outreach.bootstrap")

RESTORED = "restored"
"""The file in a channel's folder that says when the folder came out of a backup."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What people's commands work with: the open store and planning, without the right to dispatch."""

    settings: Settings
    engine: Engine
    queue: Queue
    channels: Mapping[str, Channel]
    profiles: tuple[ChannelProfile, ...]
    sync: Sync
    language: str
    problems: tuple[Problem, ...] = ()

    @property
    def media_folder(self) -> Path:
        """Where pictures lie under the SHA-256 of their bytes."""
        return media_folder(self.settings)


def media_folder(settings: Settings) -> Path:
    """Where pictures lie under the SHA-256 of their bytes."""
    return settings.state / "media"


def utc_now() -> datetime:
    """The present instant, aware UTC."""
    return datetime.now(UTC)


def open_store(settings: Settings) -> Engine:
    """The migrated database; makes the state folder. Raises `StoreError`."""
    media_folder(settings).mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database.get_secret_value())
    migrate(engine)
    return engine


def build_channels(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    views: Callable[[str], int] | None = None,
) -> Opened:
    """Every configured channel that can be built, and the problems of the others. `views`: as in `AdapterPlace`."""

    def with_views(name: str) -> AdapterPlace:
        return replace(place(settings, name, now), views=views)

    return open_channels(settings.channels.values(), with_views)


def place(settings: Settings, name: str, now: Callable[[], datetime]) -> AdapterPlace:
    """The surroundings of one channel."""
    state = channel_folder(settings, name)
    return AdapterPlace(
        state=state,
        clock=now,
        language=settings.language,
        restored=_restored(state),
        show=partial(_show, settings),
    )


def channel_folder(settings: Settings, name: str) -> Path:
    """Where a channel keeps what it must know again."""
    return settings.state / "channels" / name


def _restored(folder: Path) -> datetime | None:
    mark = folder / RESTORED
    return datetime.fromisoformat(mark.read_text("utf-8")) if mark.is_file() else None


def _show(settings: Settings, medium: Media, address: str) -> bool:
    """As `AdapterPlace.show`."""
    from outreach.channels.website.gallery import Gallery  # noqa: PLC0415 - only once a service fetches a picture

    return any(
        Gallery(_site_folder(site), str(site.settings["base_url"])).show(medium, address)
        for site in _websites(settings)
    )


def open_login(table: ChannelTable, configured: ChannelSettings) -> Any:
    """What logs in to the service of a channel whose tokens may be missing yet. Raises `Problems`."""
    state = table.state / "channels" / table.name
    return registry.open_login(configured, AdapterPlace(state=state, clock=utc_now))


def profiles(settings: Settings, channels: Mapping[str, Channel]) -> tuple[ChannelProfile, ...]:
    """The channels as planning sees them."""
    return tuple(
        ChannelProfile(
            name=name, tags=settings.channels[name].tags, capabilities=channel.capabilities
        )
        for name, channel in channels.items()
    )


def build_sync(settings: Settings, channels: Mapping[str, Channel], queue: Queue) -> Sync:
    """The way from files to the queue."""
    from outreach.dispatch.sync import Sync  # noqa: PLC0415 - the service does without

    return Sync(
        messages=settings.messages,
        media_folder=media_folder(settings),
        profiles=profiles(settings, channels),
        queue=queue,
        share=settings.guard.mass_delete,
    )


@contextmanager
def open_desk(settings: Settings, *, channels: bool = True) -> Iterator[Desk]:
    """Open the store for a person's command. Raises `StoreError`."""
    with ExitStack() as stack:
        engine = open_store(settings)
        stack.callback(engine.dispose)
        opened = build_channels(settings) if channels else Opened()
        queue = Queue(engine, media_folder=media_folder(settings))
        sync = build_sync(settings, opened.channels, queue)
        stack.callback(sync.close)
        yield Desk(
            settings=settings,
            engine=engine,
            queue=queue,
            channels=opened.channels,
            profiles=profiles(settings, opened.channels),
            sync=sync,
            language=settings.language,
            problems=opened.problems,
        )


@dataclass(frozen=True, kw_only=True)
class Service:
    """The right to dispatch on one database, and the way to build the parts that use it, again after a reload."""

    lease: Lease
    build: Callable[[], Machinery]


@contextmanager
def open_service(config: Path | None) -> Iterator[Service]:
    """Take the database for this process. Raises `Problems`, `StoreError`, or `Held` by another daemon."""
    settings = load_settings(config)
    engine = open_store(settings)
    lease = Lease.take(engine, settings.state)

    def build() -> Machinery:
        seal_tokens(config)
        now = load_settings(config)
        _stay_put(settings, now)
        return build_machinery(now, engine, lease)

    try:
        yield Service(lease=lease, build=build)
    finally:
        lease.release()
        engine.dispose()


def seal_tokens(config: Path | None) -> None:
    """Seal the files of tokens that lie open or under an older key. What cannot be sealed stays as it is; the log says so."""
    for table in channel_tables(config) if config else ():
        try:
            if file := table.seal_anew():
                log.info("The token of %s is now sealed in %s", table.name, file)
        except (OSError, Wrong, Unopenable) as error:
            log.warning("The token of %s could not be sealed: %r", table.name, error)


def _stay_put(before: Settings, after: Settings) -> None:
    """Raise `Problems` when a reload would leave the database that is held."""
    if (before.state, before.database) != (after.state, after.database):
        problem = Problem(
            place=Place(file=str(after.file or "config.toml")),
            code="needs-restart",
            what=Text("The state folder or the database was changed while the service runs."),
            mend=Text("Restart the service, or change it back."),
        )
        raise Problems((problem,))


def build_machinery(settings: Settings, engine: Engine, lease: Lease) -> Machinery:
    """The parts of the running service. Raises `Problems` when a channel cannot be built."""
    opened = build_channels(settings, views=Views(engine).total if settings.web else None)
    if opened.problems or opened.absent:
        raise Problems((*opened.problems, *opened.absent))
    queue = Queue(engine, media_folder=media_folder(settings), fence=lease.fence)
    write = Writer()
    dispatcher = Dispatcher(queue=queue, channels=opened.channels, write=write, now=utc_now)
    return Machinery(
        messages=settings.messages,
        queue=queue,
        write=write,
        channels=opened.channels,
        sync=SyncProcess(
            SyncPlan(
                database=settings.database.get_secret_value(),
                messages=settings.messages,
                media_folder=media_folder(settings),
                profiles=profiles(settings, opened.channels),
                share=settings.guard.mass_delete,
            )
        ),
        dispatcher=dispatcher,
        engine=LocalEngine(dispatcher, tick=settings.engine.tick),
        series=CountSeries(engine),
        rechecks=Rechecks(engine, fence=lease.fence),
        drain=max(settings.engine.drain - LEAVE_FOR_ENDING, timedelta(0)),
        holds=lease.alive,
        daily=daily_chores(settings, engine),
        site=_site(settings, engine),
        watching=watching(settings, engine, lease),
        metrics=settings.metrics,
        links=followed(),
        ping=sign_of_life(settings),
        log=settings.log,
        language=settings.language,
        veil=settings.veil,
    )


def _site(settings: Settings, engine: Engine) -> SiteAddress | None:
    websites = _websites(settings)
    if not settings.web or not websites:
        return None
    return SiteAddress(
        folder=_site_folder(websites[0]),
        host=settings.web.host,
        port=settings.web.port,
        views=Views(engine),
    )


def _websites(settings: Settings) -> list[ChannelSettings]:
    return [channel for channel in settings.channels.values() if channel.adapter == "website"]


def _site_folder(website: ChannelSettings) -> Path:
    return website.folder / str(website.settings["folder"])
