"""What a channel can and may do, known before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from outreach.domain.message import Kind
from outreach.domain.text import Text


class Per(StrEnum):
    """The span of local time over which a quota counts."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """At most `count` publications per local day or calendar month."""

    count: int
    per: Per


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """The pictures that a service takes: of these `mimes`, at most `size` bytes and `side` pixels long; others are prepared.

    `cover` is the width and height in pixels that the first picture gets, the whole of it on a plain ground. A PNG of more than
    `png` bytes becomes a JPEG (None: only `size` counts).
    """

    mimes: tuple[str, ...] = ("image/jpeg", "image/png")
    size: int
    side: int
    cover: tuple[int, int] | None = None
    png: int | None = None


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """Limits and abilities of one channel.

    `text_limit` counts graphemes; `media_limit` counts pictures; `pictures` is what they are prepared to (None: sent as they are);
    `video_limit` is the most bytes of a video that goes with a message (None: the message goes without);
    `quotas` hold all together; `hours` are the local times between which the service takes publications; `visibility_lag` is the
    longest time that a publication may stay unseen by `find`; `carried_out_by_people` marks work that someone does and
    confirms; `can_count` says that it gives back counts; `slots` is how many publications may be in flight; `gap` is the least
    time between two starts in seconds. `ahead` says how long before it is due, at the earliest and at the latest, the service
    takes a publication that it then releases by itself. `safe_place` says in a sentence where a test post goes that no reader sees
    (None: there is no such place). `card` and `banner` are width and height in pixels of the artwork that a
    message without a picture gets there.
    """

    kinds: frozenset[Kind] = frozenset(Kind)
    text_limit: int | None = None
    title_limit: int | None = None
    media_limit: int | None = None
    pictures: PictureLimits | None = None
    video_limit: int | None = None
    quotas: tuple[Quota, ...] = ()
    hours: tuple[time, time] | None = None
    can_find: bool = False
    can_withdraw: bool = False
    can_update: bool = False
    carried_out_by_people: bool = False
    can_count: bool = False
    visibility_lag: timedelta = timedelta(0)
    slots: int = 4
    gap: timedelta = timedelta(0)
    ahead: tuple[timedelta, timedelta] | None = None
    safe_place: Text | None = None
    card: tuple[int, int] = (1200, 630)
    banner: tuple[int, int] = (1920, 300)


@dataclass(frozen=True, kw_only=True)
class ChannelProfile:
    """A configured channel as planning sees it."""

    name: str
    tags: frozenset[str] = frozenset()
    capabilities: Capabilities = field(default_factory=Capabilities)

    def answers_to(self, word: str) -> bool:
        """Whether staff mean this channel when they write `word` (its name or one of its tags)."""
        return word == self.name or word in self.tags
