"""Asking one channel's service now, on a person's wish, whether it would take a publication; and trying it with a test post."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.bootstrap import build_channels
from outreach.channel import Channel, ChannelHealth, NotPublished, Trial, UnknownOutcome, trying
from outreach.channels.registry import Opened
from outreach.domain import viet_nam
from outreach.domain.text import Text
from outreach.domain.turns import Turns
from outreach.locale import translate
from outreach.settings import Settings
from outreach.store.trials import Trials

log = logging.getLogger("outreach.review")

LIMIT_SECONDS = 20.0
"""So long may a service take."""

TRIAL_SECONDS = 150.0
"""So long may a test post take: it is several calls, and some services let wait."""

NO_SAFE_PLACE = Text("This channel has no place that readers do not see, so nothing was posted.")

REST = timedelta(seconds=10)
"""So soon nobody asks the same service again: the last answer still holds."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a channel said, and when (aware UTC)."""

    health: ChannelHealth
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Tried:
    """How the last test post went, when (aware UTC), and who wanted it."""

    trial: Trial
    at: datetime
    actor: str


@dataclass(kw_only=True)
class Asking:
    """Asks with a channel of its own, which is closed afterwards, so that it never waits for publications; nothing is published.

    Each service is asked or tried by one person at a time; nobody waits for another service.
    `seen` is what each channel said last, `tried` how its last test post went.
    """

    settings: Settings
    now: Callable[[], datetime]
    trials: Trials
    limit: float = LIMIT_SECONDS
    trial_limit: float = TRIAL_SECONDS
    build: Callable[[Settings, Callable[[], datetime]], Opened] = build_channels
    seen: dict[str, Answer] = field(default_factory=dict)
    tried: dict[str, Tried] = field(default_factory=dict)
    _turns: Turns = field(default_factory=Turns)

    def __call__(self, name: str) -> None:
        """Ask the channel of that name, unless somebody just did."""
        with self._turns.of(name):
            last = self.seen.get(name)
            if last is None or self.now() - last.at >= REST:
                health = asyncio.run(self._ask(name))
                self.seen[name] = Answer(health=health, at=self.now())

    def try_out(self, name: str, *, actor: str) -> Trial:
        """Send a test post to the channel's safe place, unless somebody just did; the log says who wanted it and how it ended."""
        with self._turns.of(name):
            last = self.tried.get(name)
            if last is None or self.now() - last.at >= REST:
                self.trials.begin(name, actor=actor, now=self.now())
                trial = asyncio.run(self._try(name))
                self.trials.end(name, trial, actor=actor, now=self.now())
                last = self.tried[name] = Tried(trial=trial, at=self.now(), actor=actor)
            return last.trial

    async def _ask(self, name: str) -> ChannelHealth:
        channel = self._opened(name)
        if isinstance(channel, Text):
            return ChannelHealth(ok=False, summary=channel)
        try:
            return await asyncio.wait_for(channel.check(), self.limit)
        except TimeoutError:
            late = Text("The service did not answer within {seconds} s.", seconds=int(self.limit))
            return ChannelHealth(ok=False, summary=late)
        except NotPublished as refused:
            return ChannelHealth(ok=False, summary=refused.reason)
        except Exception:  # whatever an adapter does, its reader gets an answer
            failed = Text("Channel {channel}: its check failed.", channel=name)
            log.exception(failed)
            return ChannelHealth(ok=False, summary=failed)
        finally:
            await channel.aclose()

    async def _try(self, name: str) -> Trial:
        channel = self._opened(name)
        if isinstance(channel, Text):
            return Trial(ok=False, said=channel)
        try:
            return await self._tried(channel)
        finally:
            await channel.aclose()

    async def _tried(self, channel: Channel) -> Trial:
        tried = trying(channel)
        if tried is None:
            return Trial(ok=False, said=NO_SAFE_PLACE)
        text = self._test_post()
        perhaps = Text("Perhaps the test post “{text}”: look for it at the service.", text=text)
        try:
            return await asyncio.wait_for(tried.try_out(text), self.trial_limit)
        except TimeoutError:
            late = Text(
                "The test post did not end within {seconds} s.", seconds=int(self.trial_limit)
            )
            return Trial(ok=False, said=late, left=perhaps)
        except UnknownOutcome as doubt:
            return Trial(ok=False, said=doubt.reason, left=perhaps)
        except NotPublished as refused:
            return Trial(ok=False, said=refused.reason)
        except Exception:  # whatever an adapter does, its reader gets an answer
            failed = Text("Channel {channel}: its test post failed.", channel=channel.name)
            log.exception(failed)
            return Trial(ok=False, said=failed, left=perhaps)

    def _test_post(self) -> str:
        local = self.now().astimezone(ZoneInfo(viet_nam.ZONE))
        text = Text("Test post of outreach, {at}.", at=f"{local:%d/%m/%Y %H:%M:%S}")
        return translate(text, self.settings.language)

    def _opened(self, name: str) -> Channel | Text:
        """A channel of our own, or why there is none."""
        alone = replace(self.settings, channels={name: self.settings.channels[name]})
        opened = self.build(alone, self.now)
        return opened.channels.get(name) or opened.problems[0].what
