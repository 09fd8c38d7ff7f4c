"""The dispatcher's world with one channel: the real adapter for a Page, the sandbox in this process, deaths between steps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from outreach.channel import Receipt, Rendition, Steps, Text
from outreach.domain.delivery import Action, Delivery, Identity
from outreach.domain.difference import Change, ChangeKind, Difference
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


class MortalPage:
    """The real adapter, in a process that may die between its steps."""

    def __init__(self, inner: Any, death: Death) -> None:
        self.inner, self.death = inner, death
        self.name, self.capabilities = inner.name, inner.capabilities
        self.find, self.aclose = inner.find, inner.aclose

    @property
    def died(self) -> asyncio.Event:
        return self.death.event

    @died.setter
    def died(self, event: asyncio.Event) -> None:
        self.death.event = event

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        mortal = MortalSteps(steps, self.death)
        receipt: Receipt = await self.inner.publish(rendition, key=key, steps=mortal)
        return receipt

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        mortal = MortalSteps(steps, self.death)
        gone: Receipt = await self.inner.withdraw(receipt, key=key, steps=mortal)
        return gone


class PageWorld(World):
    """The dispatcher's world with one channel: a Page in the sandbox."""

    def __init__(self, stage: Stage, death: Death, **settings: Any) -> None:
        self.stage, self.death, self.page_settings = stage, death, settings
        self.open: MortalPage | None = None
        super().__init__(stage.folder)

    def start(self) -> None:
        """A new process opens the channel anew: what was in memory is gone."""
        self.close_page()
        self.open = MortalPage(self.stage.channel(**self.page_settings), self.death)
        self.channels = {"facebook-page": self.open}  # type: ignore[dict-item]  # a real adapter instead of a fake
        super().start()

    def close_page(self) -> None:
        if self.open:
            self.runner.run(self.open.aclose())
            self.open = None

    def pass_time(self, span: Any) -> None:
        super().pass_time(span)
        self.stage.time = self.true_time

    def ask(self, message: str, *, action: Action = Action.PUBLISH, **facts: Any) -> Identity:
        """Files ask for one more delivery."""
        identity = Identity(
            campaign="c", message=message, channel="facebook-page", ordinal=1, action=action
        )
        now = self.now()
        rendition = sample_rendition(
            campaign="c", message=message, channel="facebook-page", due=now, **facts
        )
        change = Change(
            what=ChangeKind.NEW,
            identity=identity,
            planned=Planned(identity=identity, due=now, expires=FOREVER, late=WITHIN_A_DAY),
            delivery=None,
            digest=rendition.digest,
            why=Text("The files say so."),
        )
        difference = Difference(campaign="c", changes=(change,))
        self.queue.apply(difference, {identity: rendition}, now=now, actor="files")
        return identity

    def delivery(self, identity: Identity) -> Delivery:
        found = self.queue.get(identity.key)
        assert found
        return found


@contextmanager
def world(folder: Path, boundary: int = -1, **settings: Any) -> Iterator[PageWorld]:
    """A month that begins at noon; `boundary` says where the process dies (-1: nowhere)."""
    lives = PageWorld(stage_without_server(folder), Death(boundary), **settings)
    lives.true_time = NOON
    try:
        yield lives
    finally:
        lives.close_page()
        lives.close()
