"""Looks around once a minute and tells people what is wrong: each cause once, several at a time, never blindly twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.channel import ChannelHealth
from outreach.dispatch.writer import Writer
from outreach.domain import alert as causes
from outreach.domain.alert import NOTICES, Cause
from outreach.domain.text import Text
from outreach.store.alerts import Alerts, Standing
from outreach.store.queue import Queue
from outreach.store.rechecks import Drift
from outreach.watching.machine import Machine
from outreach.watching.notice import Readers, alert

log = logging.getLogger("outreach.watching")

EVERY = timedelta(minutes=1)
"""How often somebody looks."""

HORIZON = timedelta(days=7)
"""What was missed longer ago is history."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a channel's own check said last, and how often in a row it said no."""

    health: ChannelHealth
    failed: int = 0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Nothing went out for `silence` → tell; no second alert within `gather` of the last."""

    silence: timedelta = timedelta(hours=6)
    gather: timedelta = timedelta(minutes=5)


class Watch:
    """What the service watches. `health` holds the channels that were checked; `drifts` gives what changed in public since an instant.

    Notices are deliveries: the dispatcher sends them, and settles one whose reply was lost, as it does any other.
    """

    def __init__(
        self,
        *,
        alerts: Alerts,
        queue: Queue,
        machine: Machine,
        readers: Readers,
        write: Writer,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        channels: Sequence[str],
        health: Mapping[str, Checked],
        drifts: Callable[[datetime], Sequence[Drift]] = lambda _since: (),
        pace: Pace | None = None,
    ) -> None:
        self._alerts, self._queue, self._machine = alerts, queue, machine
        self._readers, self._write, self._now, self._wake = readers, write, now, wake
        self._channels, self._health, self._drifts = channels, health, drifts
        self._pace = pace or Pace()

    async def __call__(self) -> None:
        """Look at everything, and tell what nobody was told yet unless somebody was told something just now."""
        now = self._now()
        found = list(await self._found(now))
        unsure = tuple(self._unsure())
        untold = await self._write(self._alerts.observe, found, now, unsure=unsure)
        last = await self._write(self._alerts.last_told)
        if untold and (last is None or not last <= now < last + self._pace.gather):
            await self._write(self._alerts.tell, untold, alert(untold, self._readers, now), now)
            self._say(untold)
            self._wake()

    async def _found(self, now: datetime) -> list[Cause]:
        standing = await self._write(
            self._alerts.standing, now=now, silence=self._pace.silence, horizon=HORIZON
        )
        known = await self._write(self._alerts.open)
        return [
            *self._of_queue(standing),
            *await self._of_pauses(now),
            *self._of_checks(now),
            *self._machine.look(now, known, self._readers.when),
            *await self._of_drifts(now - HORIZON),
        ]

    def _of_queue(self, standing: Standing) -> Iterator[Cause]:
        for delivery in standing.troubled:
            if delivery.identity.campaign == NOTICES:
                yield causes.of_notice(delivery)
            else:
                yield causes.of_delivery(delivery, self._readers.when(delivery.due))
        if standing.overdue:
            hours = int(self._pace.silence / timedelta(hours=1))
            yield causes.of_silence(standing.overdue, hours)

    async def _of_pauses(self, now: datetime) -> list[Cause]:
        states = await self._write(self._queue.channel_states)
        found = (
            causes.of_pause(name, state.reason, state.until, now)
            for name, state in states.items()
            if state.paused and name in self._channels
        )
        return [cause for cause in found if cause]

    async def _of_drifts(self, since: datetime) -> list[Cause]:
        drifts = await self._write(self._drifts, since)
        return [causes.of_drift(drift.delivery, drift.reason) for drift in drifts]

    def _of_checks(self, now: datetime) -> Iterator[Cause]:
        for name, checked in self._health.items():
            if checked.failed > 1:
                yield causes.of_check(name, checked.health.summary)
            expires = checked.health.expires
            ends = causes.of_permission(name, expires, now) if expires else None
            if ends:
                yield ends

    def _unsure(self) -> Iterator[str]:
        """What no check has told yet, or not surely: it may be as it was when the service last ran."""
        for name in self._channels:
            checked = self._health.get(name)
            if checked is None or not checked.health.ok:
                yield f"permission:{name}:"
            if checked is None or checked.failed == 1:
                yield f"check:{name}"

    def _say(self, told: Sequence[Cause]) -> None:
        for cause in told:
            log.warning(
                Text("{where}: {what} {mend}", where=cause.where, what=cause.what, mend=cause.mend)
            )
