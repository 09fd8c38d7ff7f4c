"""The dispatcher's world with one channel: the real adapter for a Page, the sandbox in this process, deaths between steps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.channel import Network, Receipt, Rendition, Steps, Text
from outreach.channels._around import Around
from outreach.domain.delivery import Action, Delivery, Identity
from outreach.domain.difference import Change, ChangeKind, Difference
from outreach.domain.message import Lateness
from outreach.domain.plan import Planned
from outreach.testing import sample_rendition
from tests.channels.facebook_stage import NOON, Stage, stage_without_server
from tests.dispatch.world import FOREVER, WITHIN_A_DAY, World


class Death:
    """Strikes at one boundary, counted from 0 over all attempts; `struck` says whether there was such a boundary."""

    def __init__(self, boundary: int) -> None:
        self._left = boundary
        self.struck = False
        self.event: asyncio.Event

    def strike_after(self, boundary: int) -> None:
        """Count anew from here."""
        self._left = boundary

    async def perhaps(self) -> None:
        """Die here, if it is time."""
        self._left -= 1
        if self._left == -1:
            self.struck = True
            self.event.set()
            await asyncio.Event().wait()


class MortalSteps:
    """Steps with four places to die: before the intent, before the call, after it, after the commit."""

    def __init__(self, inner: Steps, death: Death) -> None:
        self._inner, self._death = inner, death

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        async def watched() -> Any:
            await self._death.perhaps()
            value = await call()
            await self._death.perhaps()
            return value

        await self._death.perhaps()
        value = await self._inner.once(name, watched, repeatable=repeatable)
        await self._death.perhaps()
        return value


class MortalPage(Around):
    """The real adapter, in a process that may die between its steps."""

    def __init__(self, inner: Any, death: Death, *, by_steps: bool) -> None:
        super().__init__(inner)
        self.death, self._by_steps = death, by_steps

    @property
    def died(self) -> asyncio.Event:
        return self.death.event

    @died.setter
    def died(self, event: asyncio.Event) -> None:
        self.death.event = event

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        return await super().publish(rendition, key=key, steps=self._mortal(steps))

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        return await super().withdraw(receipt, key=key, steps=self._mortal(steps))

    def _mortal(self, steps: Steps) -> Steps:
        return MortalSteps(steps, self.death) if self._by_steps else steps


class DeadlyLine:
    """The way to the Page, on which the process may die before each call, and after it before the answer comes."""

    def __init__(self, network: Network, death: Death) -> None:
        self._network, self._death = network, death

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._death.perhaps()
        await self._network(scope, receive, send)
        await self._death.perhaps()


class PageWorld(World):
    """The dispatcher's world with one channel: a Page in the sandbox."""

    def __init__(self, stage: Stage, death: Death, **settings: Any) -> None:
        self.stage, self.death, self.page_settings = stage, death, settings
        self.open: MortalPage | None = None
        super().__init__(stage.folder)

    def start(self) -> None:
        """A new process opens the channel anew: what was in memory is gone."""
        self.close_page()
        by_steps = self.stage.network is None
        channel = self.stage.channel(**self.page_settings)
        self.open = MortalPage(channel, self.death, by_steps=by_steps)
        self.channels = {"facebook-page": self.open}  # type: ignore[dict-item]  # a real adapter instead of a fake
        super().start()

    def close_page(self) -> None:
        if self.open:
            self.runner.run(self.open.aclose())
            self.open = None

    @property
    def true_time(self) -> datetime:
        """The world's clock is the Page's."""
        return self.stage.time

    @true_time.setter
    def true_time(self, value: datetime) -> None:
        self.stage.time = value

    def run_until(self, end: datetime) -> None:
        """Let the world run until then, whatever happens."""
        for _ in range(1000):
            next_due = self.work()
            if self.now() >= end:
                return
            soonest = self.now() + timedelta(seconds=1)
            self.pass_time(min(end, max(next_due or end, soonest)) - self.now())
        raise AssertionError("the time never comes")

    def ask(
        self,
        message: str,
        *,
        action: Action = Action.PUBLISH,
        due: datetime | None = None,
        late: Lateness = WITHIN_A_DAY,
        **facts: Any,
    ) -> Identity:
        """Files ask for one more delivery, due now unless they say when."""
        identity = Identity(
            campaign="c", message=message, channel="facebook-page", ordinal=1, action=action
        )
        self.change(identity, ChangeKind.NEW, due=due or self.now(), late=late, **facts)
        return identity

    def change(
        self,
        identity: Identity,
        what: ChangeKind,
        *,
        due: datetime,
        late: Lateness = WITHIN_A_DAY,
        **facts: Any,
    ) -> None:
        """Files change what they ask."""
        rendition = sample_rendition(
            campaign="c", message=identity.message, channel="facebook-page", due=due, **facts
        )
        planned = Planned(identity=identity, due=due, expires=FOREVER, late=late)
        change = Change(
            what=what,
            identity=identity,
            planned=None if what in (ChangeKind.CANCELLED, ChangeKind.HELD) else planned,
            delivery=self.queue.get(identity.key),
            digest=rendition.digest,
            why=Text("The files say so."),
        )
        self.queue.apply(
            Difference(campaign="c", changes=(change,)),
            {identity: rendition},
            now=self.now(),
            actor="files",
        )

    def delivery(self, identity: Identity) -> Delivery:
        found = self.queue.get(identity.key)
        assert found
        return found


@contextmanager
def world(
    folder: Path,
    boundary: int = -1,
    *,
    deadly_line: bool = False,
    network: Network | None = None,
    **settings: Any,
) -> Iterator[PageWorld]:
    """A month that begins at noon; `boundary` says where the process dies (-1: nowhere), between steps or on the line."""
    stage, death = stage_without_server(folder), Death(boundary)
    stage.network = network
    if deadly_line:
        stage.network = DeadlyLine(stage.sandbox.app, death)
    lives = PageWorld(stage, death, **settings)
    lives.true_time = NOON
    try:
        yield lives
    finally:
        lives.close_page()
        lives.close()
