"""The contract between the dispatcher and every channel adapter. Import this file, and nothing else of ours, to write one.

    Outcome = Receipt | RetryAt | PauseChannel | Reject | UnknownOutcome

An adapter returns a `Receipt` or raises one of the four. Anything else that it raises counts as `UnknownOutcome`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from outreach.domain.capabilities import Capabilities, ChannelProfile, Per, PictureLimits, Quota
from outreach.domain.counts import Counts, Metric
from outreach.domain.delivery import Receipt
from outreach.domain.health import ChannelHealth, SetupPoint, Trial
from outreach.domain.look import Absent, CannotTell, Found, Look
from outreach.domain.message import Kind
from outreach.domain.preview import (
    Dropped,
    Fold,
    Gauge,
    Hashtag,
    LinkCard,
    Preview,
    PreviewProblem,
    ShownMedia,
)
from outreach.domain.problem import Severity
from outreach.domain.rendition import Media, Rendition
from outreach.domain.text import Text

__all__ = [
    "Absent",
    "AdapterPlace",
    "CannotTell",
    "Capabilities",
    "Channel",
    "ChannelHealth",
    "ChannelProfile",
    "Counting",
    "Counts",
    "Dropped",
    "Fold",
    "Found",
    "Gauge",
    "Hashtag",
    "Kind",
    "LinkCard",
    "Look",
    "Media",
    "Metric",
    "NeedsSetup",
    "Network",
    "NotPublished",
    "Outcome",
    "PauseChannel",
    "Per",
    "PictureLimits",
    "Preview",
    "PreviewProblem",
    "Quota",
    "Receipt",
    "Reject",
    "Rendition",
    "RetryAt",
    "Schedules",
    "SetupPoint",
    "Severity",
    "ShownMedia",
    "Steps",
    "Text",
    "Trial",
    "Tries",
    "UnknownOutcome",
    "Updates",
    "counting",
    "scheduling",
    "trying",
]


class NotPublished(Exception):
    """Common ground of the four; `reason` is for people, `evidence` (JSON, no secrets) for the log."""

    def __init__(self, reason: Text, *, evidence: dict[str, Any] | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.evidence = evidence or {}


class RetryAt(NotPublished):
    """Certainly not public; same key, later. `at` (aware UTC) is the platform's wish, None leaves it to the backoff."""

    def __init__(
        self, reason: Text, *, at: datetime | None = None, evidence: dict[str, Any] | None = None
    ) -> None:
        super().__init__(reason, evidence=evidence)
        self.at = at


class PauseChannel(NotPublished):
    """Certainly not public; hold this whole channel until `until` (aware UTC), or until a person resumes it (None)."""

    def __init__(
        self, reason: Text, *, until: datetime | None = None, evidence: dict[str, Any] | None = None
    ) -> None:
        super().__init__(reason, evidence=evidence)
        self.until = until


class Reject(NotPublished):
    """Certainly not public; a person must edit this message."""


class UnknownOutcome(NotPublished):
    """Perhaps public: look, never repeat blindly. `ask_person` says that only a person can know."""

    def __init__(
        self, reason: Text, *, ask_person: bool = False, evidence: dict[str, Any] | None = None
    ) -> None:
        super().__init__(reason, evidence=evidence)
        self.ask_person = ask_person


Outcome = Receipt | RetryAt | PauseChannel | Reject | UnknownOutcome


Network = Callable[[Any, Any, Any], Awaitable[None]]
"""An ASGI application that answers every call in place of the network; it raises OSError where no service is."""


@dataclass(frozen=True, kw_only=True)
class AdapterPlace:
    """What an adapter gets from its surroundings: a folder of its own, the clock (aware UTC) and the readers' language.

    `views` tells how often a path of our own website was read (it blocks); None where nobody counts.
    `restored`: until then (aware UTC) things were done of which `state` knows nothing, for it came out of an older backup.
    `sleep` waits for seconds of that clock; `network` is None except in rehearsals. `show` puts a picture at a public address if
    a website of ours holds it, and says whether (it blocks, and raises `RetryAt`).
    """

    state: Path
    clock: Callable[[], datetime]
    language: str = "vi"
    restored: datetime | None = None
    views: Callable[[str], int] | None = None
    sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep
    network: Network | None = None
    show: Callable[[Media, str], bool] = lambda medium, address: False


class Steps(Protocol):
    """Durable steps of one delivery: what was done survives a crash and is not done again."""

    async def once(
        self, name: str, call: Callable[[], Awaitable[Any]], *, repeatable: bool = False
    ) -> Any:
        """Commit the intent, call, commit the JSON value, and return it; return the stored value if the step was done before.

        A step that was cut off is called again only if `repeatable`; otherwise this raises `UnknownOutcome`. A step whose name
        begins with `ask:` puts a question: its call raises `UnknownOutcome` that asks a person, and their retry does the step.
        """
        ...


class Channel(Protocol):
    """One configured public place."""

    @property
    def name(self) -> str:
        """The name in config.toml."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can and may do."""
        ...

    def preview(self, rendition: Rendition) -> Preview:
        """What readers will see, and its problems. Pure."""
        ...

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        """Make it public, once, marked with `key`; or raise one of the four."""
        ...

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        """Look whether the publication marked `key`, tried at or after `since`, is public.

        Raises `PauseChannel` when looking is refused and would be refused again: the channel then waits, and people are told.
        """
        ...

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        """Take down what `receipt` proves; harmless when it is already gone. Raises like `publish`."""
        ...

    async def check(self) -> ChannelHealth:
        """Whether publishing would work now; never publishes."""
        ...

    async def aclose(self) -> None:
        """Give back connections and files."""
        ...


@runtime_checkable
class Counting(Protocol):
    """The optional part of the contract, for a channel whose capabilities say `can_count`."""

    async def counts(self, receipt: Receipt) -> Counts:
        """How the publication was received until now; changes nothing.

        Raises like `publish`; a `PauseChannel` without end pauses the channel only if `check` is not well either.
        """
        ...


def counting(channel: Channel) -> Counting | None:
    """The channel as one that gives back counts; None when it does not."""
    return channel if channel.capabilities.can_count and isinstance(channel, Counting) else None


@runtime_checkable
class NeedsSetup(Protocol):
    """What a channel may have besides: things that people arrange once at the service before it can publish."""

    async def setup(self) -> tuple[SetupPoint, ...]:
        """Every point, each looked at on the service; readers see no difference. Raises like `publish`."""
        ...


@runtime_checkable
class Updates(Protocol):
    """What a channel may have besides, and says by `can_update`: it changes what is public."""

    async def update(
        self, receipt: Receipt, rendition: Rendition, *, key: str, steps: Steps
    ) -> Receipt:
        """Give the publication that `receipt` proves, and that was made with `key`, this content; the same twice is harmless.

        Never brings back what is not public any more: that is a `Reject`. Raises like `publish`.
        """
        ...


@runtime_checkable
class Schedules(Channel, Protocol):
    """What a channel with one slot may have besides, and says by `ahead`: the service holds publications and releases them."""

    async def hand_over(self, rendition: Rendition, *, key: str, steps: Steps) -> datetime | None:
        """Give the service what it releases at `rendition.due`, or see that it has it once; called again until it is due.

        Gives when to see to it again, or None when the service does not take it, so that it is published when it is due.
        Raises like `publish`; nothing is public before it is due, and doubles are removed.
        """
        ...

    async def take_back(self, rendition: Rendition, *, key: str) -> Receipt | None:
        """Make sure that the service does not release it; the receipt if it is public already. Raises like `publish`."""
        ...


def scheduling(channel: Channel) -> Schedules | None:
    """The channel as one whose service holds publications; None when it does not."""
    return channel if channel.capabilities.ahead and isinstance(channel, Schedules) else None


@runtime_checkable
class Tries(Protocol):
    """What a channel may have besides, and says by `safe_place`: it posts to a place that no reader sees."""

    async def try_out(self, text: str) -> Trial:
        """Post the text there, read it back, remove it, and say how that went; nothing is public at any moment.

        Raises like `publish`; `UnknownOutcome` says that the text may still lie there.
        """
        ...


def trying(channel: Channel) -> Tries | None:
    """The channel as one that can be tried; None when it has no safe place."""
    return channel if channel.capabilities.safe_place and isinstance(channel, Tries) else None
