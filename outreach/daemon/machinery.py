"""The parts of a running service, put together by bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from outreach.channel import Channel
from outreach.daemon.daily import Chore
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.sync_process import SyncProcess
from outreach.dispatch.writer import Writer
from outreach.engines.local import LocalEngine
from outreach.locale import DEFAULT_LANGUAGE
from outreach.settings import Log
from outreach.settings.veil import Veil
from outreach.store.counts import CountSeries
from outreach.store.queue import Queue
from outreach.store.views import Views


@dataclass(frozen=True, kw_only=True)
class Machinery:
    """Everything that one configuration makes of the service; a reload builds a second one and lets this one end.

    `holds` tells whether the database is still ours to dispatch; it may block for some seconds.
    """

    messages: Path
    queue: Queue
    write: Writer
    channels: Mapping[str, Channel]
    sync: SyncProcess
    dispatcher: Dispatcher
    engine: LocalEngine
    series: CountSeries
    drain: timedelta
    holds: Callable[[], bool] = lambda: True
    resync: timedelta = timedelta(seconds=60)
    check_channels: timedelta = timedelta(hours=1)
    daily: tuple[Chore, ...] = ()
    site: SiteAddress | None = None
    log: Log = field(default_factory=Log)
    language: str = DEFAULT_LANGUAGE
    veil: Veil = field(default_factory=Veil)


@dataclass(frozen=True, kw_only=True)
class SiteAddress:
    """Where our own server shows the website: its folder, and the address and port that it listens on."""

    folder: Path
    host: str
    port: int
    views: Views
