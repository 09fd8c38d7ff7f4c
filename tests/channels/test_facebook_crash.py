"""The process dies at every step boundary of a post of several calls, and after every fault: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Kind, Receipt, Rendition, Steps, Text
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.difference import Change, ChangeKind, Difference
from outreach.domain.plan import Planned
from outreach.testing import sample_rendition
from tests.channels.facebook_stage import NOON, Stage, door, picture, stage_behind
from tests.dispatch.world import FOREVER, WITHIN_A_DAY, World

pytestmark = pytest.mark.slow


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
def world(folder: Path, boundary: int, **settings: Any) -> Iterator[PageWorld]:
    with door() as opened:
        stage = stage_behind(opened, folder)
        lives = PageWorld(stage, Death(boundary), **settings)
        lives.true_time = NOON
        try:
            yield lives
        finally:
            lives.close_page()
            lives.close()


def once_published(lives: PageWorld, identity: Identity) -> None:
    (post,) = lives.stage.sandbox.posts
    delivery = lives.delivery(identity)
    assert delivery.state is State.PUBLISHED
    assert delivery.receipt
    assert delivery.receipt.remote_id == post["id"]
    comments = lives.stage.sandbox.graph.ledger.of("comment")
    assert len(comments) <= 1


BOUNDARIES = 16
"""Two photos, the post and its comment are four steps of four places each."""


@pytest.mark.parametrize("boundary", range(BOUNDARIES))
def test_a_post_of_four_calls(tmp_path: Path, boundary: int) -> None:
    with world(tmp_path, boundary, first_comment=("hashtags",)) as lives:
        media = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))
        identity = lives.ask("m", media=media)
        lives.settle()
        assert lives.death.struck
        once_published(lives, identity)


def test_there_are_no_other_boundaries(tmp_path: Path) -> None:
    with world(tmp_path, BOUNDARIES, first_comment=("hashtags",)) as lives:
        media = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))
        identity = lives.ask("m", media=media)
        lives.settle()
        assert not lives.death.struck
        once_published(lives, identity)


@pytest.mark.parametrize("boundary", [*range(0, BOUNDARIES, 3), BOUNDARIES])
@pytest.mark.parametrize("fault", ["created-then-500-lag", "created-then-reset", "refused-500"])
def test_a_fault_and_a_death_together(tmp_path: Path, boundary: int, fault: str) -> None:
    with world(tmp_path, boundary, first_comment=("hashtags",)) as lives:
        lives.stage.sandbox.faults.arm(fault, on="POST feed")
        media = (picture(tmp_path, "1.png"), picture(tmp_path, "2.png"))
        identity = lives.ask("m", media=media)
        lives.settle()
        once_published(lives, identity)


@pytest.mark.parametrize("boundary", range(4))
def test_taking_a_post_down(tmp_path: Path, boundary: int) -> None:
    with world(tmp_path, boundary + 4) as lives:
        lives.ask("m")
        lives.settle()
        assert len(lives.stage.sandbox.posts) == 1
        gone = lives.ask("m", action=Action.WITHDRAW)
        lives.settle()
        assert lives.death.struck
        assert lives.stage.sandbox.posts == []
        assert lives.delivery(gone).state is State.WITHDRAWN


@pytest.mark.parametrize("boundary", range(8))
def test_hanging_a_cover_and_putting_the_former_one_back(tmp_path: Path, boundary: int) -> None:
    with world(tmp_path, boundary) as lives:
        graph = lives.stage.sandbox.graph
        graph.ledger.put({"id": "page", "kind": "page", "cover": "77", "visible": 0})
        graph.ledger.put({"id": "77", "kind": "photo", "post": "cover", "visible": 0})
        banner: dict[str, Any] = {"kind": Kind.BANNER, "media": (picture(tmp_path),)}
        hung = lives.ask("m", **banner)
        lives.settle()
        assert lives.death.struck
        receipt = lives.delivery(hung).receipt
        assert receipt
        assert (graph.ledger.get("page") or {})["cover"] == receipt.remote_id
        lives.ask("m", action=Action.WITHDRAW, **banner)
        lives.settle()
        assert (graph.ledger.get("page") or {})["cover"] == "77"


def test_a_bad_month(tmp_path: Path) -> None:
    with world(tmp_path, -1) as lives:
        lives.stage.sandbox.faults.by_chance(seed=91, share=0.4)
        asked = [lives.ask(f"m{n}", text=f"Tin {n}") for n in range(40)]
        lives.settle()
        counted = Counter(lives.stage.messages)
        assert set(counted.values()) == {1}
        assert len(counted) == len(asked)
        assert {lives.delivery(one).state for one in asked} == {State.PUBLISHED}
