"""A process that dies at a chosen moment of a step, around the real adapter, the real store and the real dispatcher."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from outreach.channel import (
    Capabilities,
    ChannelHealth,
    Kind,
    Look,
    Media,
    Preview,
    Receipt,
    Rendition,
    Steps,
)
from outreach.channels.wordpress import WordPress
from tests.dispatch.world import World
from tests.wordpress.conftest import Office


class Moment(StrEnum):
    """When the process dies, seen from one step."""

    BEFORE_INTENT = "before the intent is durable"
    AFTER_INTENT = "after the intent, before the call"
    AFTER_CALL = "after the call, before its value is durable"
    AFTER_COMMIT = "after its value is durable"


class Doom:
    """Strikes once, at one moment of one step."""

    def __init__(self, step: str, moment: Moment) -> None:
        self.step = step
        self.moment = moment
        self.struck = False

    def strikes(self, step: str, moment: Moment) -> bool:
        now = not self.struck and (step, moment) == (self.step, self.moment)
        self.struck = self.struck or now
        return now


class DoomedSteps:
    """Durable steps of a process that may die."""

    def __init__(self, steps: Steps, doom: Doom, died: asyncio.Event) -> None:
        self._steps = steps
        self._doom = doom
        self._died = died

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        async def fatal() -> Any:
            await self._perhaps(name, Moment.AFTER_INTENT)
            value = await call()
            await self._perhaps(name, Moment.AFTER_CALL)
            return value

        await self._perhaps(name, Moment.BEFORE_INTENT)
        value = await self._steps.once(name, fatal, repeatable=repeatable)
        await self._perhaps(name, Moment.AFTER_COMMIT)
        return value

    async def _perhaps(self, step: str, moment: Moment) -> None:
        if self._doom.strikes(step, moment):
            self._died.set()
            await asyncio.Event().wait()


class DoomedChannel:
    """The real adapter in a process that may die; every message has these `facts`."""

    died: asyncio.Event

    def __init__(self, inner: WordPress, doom: Doom, **facts: Any) -> None:
        self.inner = inner
        self.name = inner.name
        self._doom = doom
        self._facts = facts

    @property
    def capabilities(self) -> Capabilities:
        return self.inner.capabilities

    def preview(self, rendition: Rendition) -> Preview:
        return self.inner.preview(rendition)

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        doomed = DoomedSteps(steps, self._doom, self.died)
        shown = replace(rendition, **self._facts)
        return await self.inner.publish(shown, key=key, steps=doomed)

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        doomed = DoomedSteps(steps, self._doom, self.died)
        return await self.inner.withdraw(receipt, key=key, steps=doomed)

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        shown = replace(rendition, **self._facts)
        return await self.inner.find(shown, key=key, since=since)

    async def check(self) -> ChannelHealth:
        return await self.inner.check()

    async def aclose(self) -> None:
        await self.inner.aclose()


LONGEST_REQUEST = timedelta(seconds=30)
"""After so long PHP itself ends a request (`max_execution_time`)."""


class WordPressWorld(World):
    """The dispatcher's world with one channel, `site`: a real WordPress. Every new process has a new adapter.

    `at_work` waits until the site has done what it still works at: its time is the machine's, while the world's passes at once.
    """

    channels: dict[str, Any]
    message: str

    def __init__(
        self,
        folder: Path,
        office: Office,
        doom: Doom,
        *,
        media: tuple[Media, ...] = (),
        at_work: Callable[[], None] = lambda: None,
        **settings: Any,
    ) -> None:
        self._office, self._at_work = office, at_work
        self._media = media
        self._doom = doom
        self._settings = settings
        super().__init__(folder)

    def start(self) -> None:
        inner = self._office.channel(clock=self.truth, **self._settings)
        kind = Kind.BANNER if "banner_block" in self._settings else Kind.POST
        self.channels = {"site": DoomedChannel(inner, self._doom, kind=kind, media=self._media)}
        super().start()

    def pass_time(self, span: timedelta) -> None:
        """A request does not outlast the time that passes here, however slow the machine is."""
        if span >= LONGEST_REQUEST:
            self._at_work()
        super().pass_time(span)

    def kill(self) -> None:
        super().kill()
        self.runner.run(self.channels["site"].aclose())
