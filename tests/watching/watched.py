"""An office that is watched: a queue, two channels and one way to tell people; time is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.rechecking import LaterLooks
from outreach.dispatch.writer import Writer
from outreach.domain.alert import NOTICES
from outreach.domain.claim import Finish
from outreach.domain.delivery import Delivery, State
from outreach.store.alerts import Alerts
from outreach.store.approvals import Approvals
from outreach.store.queue import Queue
from outreach.store.rechecks import Rechecks
from outreach.testing import FakeChannel
from outreach.watching.digest import Digest
from outreach.watching.machine import Machine
from outreach.watching.notice import Readers
from outreach.watching.watch import Checked, Pace, Watch
from tests.store.blank import blank
from tests.store.office import DUE, WHY, claim_one, fill, planned, take_over

MINUTE = timedelta(minutes=1)
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PLENTY = 10 * 1024**3


class Watched:
    """`bell` is the channel on which people are told."""

    def __init__(self, folder: Path, *, language: str = "en", ways: tuple[str, ...] = ("bell",)):
        self.folder = folder
        self.engine = blank(folder / "outreach.db")
        self.now = DUE
        self.steady = 0.0
        self.free = PLENTY
        self.language, self.ways = language, ways
        self.bell = FakeChannel("bell", clock=lambda: self.now)
        self.other = FakeChannel("other", clock=lambda: self.now)
        self.website = FakeChannel("website", clock=lambda: self.now)
        self.health: dict[str, Checked] = {}
        self.followed: list[str] = []
        self.leads: bool | None = True
        self.write = Writer()
        self.runner = asyncio.Runner()
        self.start()

    def start(self) -> None:
        """The service begins, for the first time or again."""
        self.queue: Queue = take_over(self.engine, self.folder)
        self.health.clear()
        fence = self.queue._claimant.fence
        alerts = Alerts(self.engine, media_folder=self.folder / "media", fence=fence)
        readers = Readers(ways=self.ways, language=self.language, zone=ZONE)
        channels = {"bell": self.bell, "other": self.other, "website": self.website}
        self.dispatcher = Dispatcher(
            queue=self.queue,
            channels=channels,
            write=self.write,
            now=lambda: self.now,
            monotonic=lambda: self.steady,
        )
        machine = Machine(
            self.folder, least=1024**3, monotonic=lambda: self.steady, free=lambda _: self.free
        )
        self.rechecks = Rechecks(self.engine, fence=fence)
        self.later = LaterLooks(
            channels=channels,
            rechecks=self.rechecks,
            queue=self.queue,
            dispatcher=self.dispatcher,
            write=self.write,
            now=lambda: self.now,
            opens=self.follow,
        )
        self.watch = Watch(
            drifts=self.rechecks.drifts,
            alerts=alerts,
            queue=self.queue,
            machine=machine,
            readers=readers,
            write=self.write,
            now=lambda: self.now,
            wake=self.dispatcher.wake,
            channels=tuple(channels),
            health=self.health,
            pace=Pace(),
        )
        self.digest = Digest(
            at=time(17),
            alerts=alerts,
            queue=self.queue,
            readers=readers,
            write=self.write,
            now=lambda: self.now,
            wake=self.dispatcher.wake,
            waiting=Approvals(self.engine).waiting,
        )

    async def follow(self, link: str) -> bool | None:
        """A link that is followed leads to what this office says."""
        self.followed.append(link)
        return self.leads

    def passes(self, span: timedelta) -> None:
        """Time goes on, by every clock."""
        self.now += span
        self.steady += span.total_seconds()

    def run(self, work: Coroutine[Any, Any, object]) -> None:
        """Do it to its end, in the one event loop of this office."""
        self.runner.run(work)

    def look(self, span: timedelta = MINUTE) -> list[str]:
        """Let time pass, look, send what is to be sent; the new notices' texts."""
        self.passes(span)
        before = len(self.bell.publications)
        self.run(self.watch())
        self.run(self.dispatcher.work_off())
        return [p.rendition.text for p in self.bell.publications[before:]]

    def trouble(self, message: str, state: State = State.NEEDS_PERSON) -> Delivery:
        """A delivery that ended badly."""
        fill(self.queue, [planned(message)])
        claim = claim_one(self.queue, now=self.now)
        self.queue.exchange([Finish(claim=claim, state=state, at=self.now, reason=WHY)], {}, DUE)
        found = self.queue.get(claim.delivery.id)
        assert found
        return found

    def notices(self) -> list[Delivery]:
        return self.queue.list(campaign=NOTICES)

    def close(self) -> None:
        self.runner.close()
        self.write.close()
        self.engine.dispose()
