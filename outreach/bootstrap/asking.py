"""Asking one channel's service now, on a person's wish, whether it would take a publication."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from outreach.bootstrap import build_channels
from outreach.channel import ChannelHealth, NotPublished
from outreach.channels.registry import Opened
from outreach.domain.text import Text
from outreach.settings import Settings

log = logging.getLogger("outreach.review")

LIMIT_SECONDS = 20.0
"""So long may a service take."""

REST = timedelta(seconds=10)
"""So soon nobody asks the same service again: the last answer still holds."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a channel said, and when (aware UTC)."""

    health: ChannelHealth
    at: datetime


@dataclass(kw_only=True)
class Asking:
    """Asks with a channel of its own, which is closed afterwards, so that it never waits for publications; nothing is published.

    `seen` is what each channel said last.
    """

    settings: Settings
    now: Callable[[], datetime]
    limit: float = LIMIT_SECONDS
    build: Callable[[Settings, Callable[[], datetime]], Opened] = build_channels
    seen: dict[str, Answer] = field(default_factory=dict)
    _one: Lock = field(default_factory=Lock)

    def __call__(self, name: str) -> None:
        """Ask the channel of that name, unless somebody just did."""
        with self._one:
            last = self.seen.get(name)
            if last is None or self.now() - last.at >= REST:
                health = asyncio.run(self._ask(name))
                self.seen[name] = Answer(health=health, at=self.now())

    async def _ask(self, name: str) -> ChannelHealth:
        alone = replace(self.settings, channels={name: self.settings.channels[name]})
        opened = self.build(alone, self.now)
        if name not in opened.channels:
            return ChannelHealth(ok=False, summary=opened.problems[0].what)
        channel = opened.channels[name]
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
