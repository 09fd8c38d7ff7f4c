"""An office's Zalo channel on a local platform, and a process that dies where it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from outreach.channel import AdapterPlace, Media, NotPublished, Receipt, UnknownOutcome
from outreach.channels.zalo_oa import ZaloOA, ZaloSettings
from outreach.testing import SAMPLE_KEY, Crash, MemorySteps, outcome_of, sample_rendition
from tests.sandbox.zalo_server import ZaloServer

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
NOWHERE = "http://127.0.0.1:9/media"
"""Nothing listens there, so the adapter cannot look at covers; the platform has pictures of its own."""


class Office:
    """One account with a channel that can be opened again and again, as after a restart."""

    def __init__(
        self,
        server: ZaloServer,
        state: Path,
        *,
        show: Callable[[Media, str], bool] = lambda medium, address: False,
        **settings: Any,
    ) -> None:
        self.show = show
        self.server = server
        self.state = state
        pair = server.platform.issue()
        self.settings = ZaloSettings(
            app_id=server.platform.app_id,
            app_secret=SecretStr(server.platform.app_secret),
            token_key=SecretStr(KEY),
            refresh_token=SecretStr(pair.refresh),
            access_token=SecretStr(pair.access),
            **{
                "picture_base_url": NOWHERE,
                "cover_url": "http://127.0.0.1:9/bia.jpg",
                "api_url": server.url,
                "oauth_url": server.url,
                **settings,
            },
        )

    def channel(self, name: str = "zalo", **settings: Any) -> ZaloOA:
        place = AdapterPlace(
            state=self.state,
            clock=lambda: self.server.now,
            sleep=self.server.sleep,
            show=self.show,
        )
        changed = self.settings.model_copy(update=settings)
        return ZaloOA(name, changed, place)

    def run(self, use: Callable[[ZaloOA], Awaitable[Any]], **settings: Any) -> Any:
        """What `use` gives on a freshly opened channel."""

        async def scenario() -> Any:
            channel = self.channel(**settings)
            try:
                return await use(channel)
            finally:
                await channel.aclose()

        return asyncio.run(scenario())

    def publish(
        self, steps: MemorySteps | None = None, *, key: str = SAMPLE_KEY, **changes: Any
    ) -> Receipt | NotPublished:
        """The outcome of one attempt; whatever the adapter did not mean is unknown, as the dispatcher has it."""
        rendition = sample_rendition(channel="zalo", **changes)
        chosen = steps if steps is not None else MemorySteps()
        outcome: Receipt | NotPublished = self.run(
            lambda channel: outcome_of(channel.publish(rendition, key=key, steps=chosen))
        )
        return outcome

    def find(self, *, key: str = SAMPLE_KEY, **changes: Any) -> Any:
        rendition = sample_rendition(channel="zalo", **changes)
        return self.run(lambda channel: channel.find(rendition, key=key, since=rendition.due))


class DyingSteps(MemorySteps):
    """The process dies at the boundary numbered `fatal`: before an intent, after it, after the call, after its value is kept."""

    def __init__(self, fatal: int) -> None:
        super().__init__()
        self.fatal = fatal
        self.passed = 0

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        if name in self.done or (name in self.begun and not repeatable):
            return await super().once(name, call, repeatable=repeatable)
        self._boundary()

        async def dying() -> Any:
            self._boundary()
            value = await call()
            self._boundary()
            return value

        value = await super().once(name, dying, repeatable=repeatable)
        self._boundary()
        return value

    def _boundary(self) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            raise Crash("crash")

    def proven_absent(self) -> None:
        """The dispatcher has seen twice that nothing is public: what was only begun is forgotten."""
        self.begun -= self.begun - set(self.done)


def is_for_people(outcome: Any) -> bool:
    return isinstance(outcome, UnknownOutcome) and outcome.ask_person
