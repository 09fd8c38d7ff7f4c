"""The parts of a running service, put together by bootstrap."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from outreach.channel import Channel
from outreach.daemon.daily import Chore
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.sync_process import SyncProcess
from outreach.dispatch.writer import Writer
from outreach.domain.delivery import Delivery
from outreach.domain.text import Text
from outreach.engines.local import LocalEngine
from outreach.locale import DEFAULT_LANGUAGE
from outreach.settings import Log, Web
from outreach.settings.veil import Veil
from outreach.store.alerts import Alerts
from outreach.store.counts import CountSeries
from outreach.store.queue import Queue
from outreach.store.rechecks import Rechecks
from outreach.store.views import Views
from outreach.watching.machine import Machine
from outreach.watching.notice import Readers
from outreach.watching.watch import Pace


@dataclass(frozen=True, kw_only=True)
class LinksBy:
    """Who follows the links of what is public: `opens` gives whether one leads anywhere, None when that cannot be told."""

    opens: Callable[[str], Awaitable[bool | None]]
    close: Callable[[], Awaitable[None]]


async def _untold(_: str = "") -> None:
    return None


NOBODY_FOLLOWS = LinksBy(opens=_untold, close=_untold)
"""No link is followed."""


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
    rechecks: Rechecks
    drain: timedelta
    holds: Callable[[], bool] = lambda: True
    resync: timedelta = timedelta(seconds=60)
    check_channels: timedelta = timedelta(hours=1)
    daily: tuple[Chore, ...] = ()
    site: SiteAddress | None = None
    watching: Watching | None = None
    metrics: Web | None = None
    links: LinksBy = NOBODY_FOLLOWS
    ping: SignOfLifeBy | None = None
    log: Log = field(default_factory=Log)
    language: str = DEFAULT_LANGUAGE
    veil: Veil = field(default_factory=Veil)


@dataclass(frozen=True, kw_only=True)
class SignOfLifeBy:
    """How and how often somebody outside hears that the service lives; `call` gives why it was not heard, None when it was."""

    call: Callable[[], Awaitable[Text | None]]
    close: Callable[[], Awaitable[None]]
    every: timedelta


@dataclass(frozen=True, kw_only=True)
class Watching:
    """What is watched and who is told: the record of alerts, the machine, the readers; `digest` is None for no digest.

    `waiting` gives what is due by an instant and not approved enough.
    """

    alerts: Alerts
    machine: Machine
    readers: Readers
    pace: Pace
    digest: time | None
    waiting: Callable[[datetime], Sequence[Delivery]] = lambda _: ()


@dataclass(frozen=True, kw_only=True)
class SiteAddress:
    """Where our own server shows the website: its folder, and the address and port that it listens on."""

    folder: Path
    host: str
    port: int
    views: Views
