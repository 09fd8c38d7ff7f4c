"""What the pages work with, handed to them by whoever serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from outreach.channel import Capabilities, Preview
from outreach.domain.alert import Cause
from outreach.domain.campaign import Campaign
from outreach.domain.coverage import Coverage
from outreach.domain.delivery import Delivery
from outreach.domain.health import ChannelHealth, Trial
from outreach.domain.message import Kind
from outreach.domain.problem import Problem
from outreach.domain.rendition import Rendition
from outreach.reports.evidence import Evidence
from outreach.reports.source import Source
from outreach.review.pace import Pace
from outreach.review.passwords import Passwords
from outreach.review.receptions import Figures
from outreach.review.ways_in import WaysIn
from outreach.store.approvals import Approvals
from outreach.store.counts import CountSeries
from outreach.store.edits import Edits
from outreach.store.glances import Glances
from outreach.store.leafing import Leafing
from outreach.store.people import People
from outreach.store.queue import Queue
from outreach.store.seals import Seals
from outreach.store.tokens import Tokens


class Draft(Protocol):
    """What a file would be."""

    @property
    def message(self) -> str:
        """Its id; empty when it could not be understood."""
        ...

    @property
    def problems(self) -> Sequence[Problem]:
        """What is wrong in this file."""
        ...

    @property
    def renditions(self) -> Sequence[Rendition]:
        """Each occurrence's text."""
        ...


class Reading(Source, Protocol):
    """Where the pages read."""

    def problems(self, campaign: str) -> Sequence[Problem]:
        """What is wrong in the files of a campaign."""
        ...

    def source_text(self, campaign: str, message: str) -> str | None:
        """A message's file as it is now; None when there is none."""
        ...

    def file_name(self, campaign: str, message: str) -> str:
        """The name of a message's file; empty for what is no name of a campaign or of a message."""
        ...

    def source(self, campaign: str, message: str) -> bytes:
        """The bytes of a message's file. Raises `Refused` when there is none, or it is none that may be read."""
        ...

    def draft(self, campaign: str, name: str, content: bytes) -> Draft:
        """What the file `name` would be with that content; nothing is written."""
        ...

    def forget(self, campaign: str) -> None:
        """The files of a campaign were changed just now: whoever asks next gets what they say then."""
        ...

    def beginning(self, campaign: str, kind: Kind, title: str) -> str:
        """A first text for a new message; empty where the campaign cannot be read."""
        ...

    def campaigns(self) -> Sequence[Campaign]:
        """Every campaign whose campaign.toml can be read, the earliest first; no message is read."""
        ...

    def coverage(self, campaign: str) -> Sequence[Coverage]:
        """What the plan of a campaign covers; nothing while its campaign.toml cannot be used."""
        ...

    def evidence(self, delivery: Delivery) -> Evidence:
        """All that is known about one delivery."""
        ...


class Answer(Protocol):
    """What a channel said about itself, and when (aware UTC)."""

    @property
    def health(self) -> ChannelHealth:
        """Whether it would publish now."""
        ...

    @property
    def at(self) -> datetime:
        """When it said so."""
        ...


class Tried(Protocol):
    """How a test post went, when (aware UTC), and who wanted it."""

    @property
    def trial(self) -> Trial:
        """What was done, and what is left."""
        ...

    @property
    def at(self) -> datetime:
        """When it ended."""
        ...

    @property
    def actor(self) -> str:
        """Who wanted it."""
        ...


class Asking(Protocol):
    """Asks a channel's service now, or tries it with a test post that no reader sees; nothing is published."""

    @property
    def seen(self) -> Mapping[str, Answer]:
        """What each channel said last."""
        ...

    @property
    def tried(self) -> Mapping[str, Tried]:
        """How each channel's last test post went."""
        ...

    def __call__(self, name: str) -> None:
        """Ask the channel of that name."""
        ...

    def try_out(self, name: str, *, actor: str) -> Trial:
        """Send a test post to the safe place of the channel of that name; the log says who wanted it."""
        ...


@dataclass(frozen=True, kw_only=True)
class Office:
    """The people, the queue that decisions go to, and a fresh look at everything; `now` gives aware UTC.

    `preview` tells what followers see of a text, `adapters` the adapter of each channel; pictures lie in `media_folder`.
    `keep_photo` keeps a photo by its name and bytes (raises `NotAPhoto`) in `evidence_folder`.
    `messages` is the folder of the message files, None where the pages must not change them; `edits` logs their changes.
    `causes` are what people were told of and is not mended yet; `asking` is None where no service may be asked, as in a rehearsal.
    `pace` holds back whoever asks too often for what costs much. `checked_end` is the number of the log's last line;
    `seals` recomputes the seals of the delivery log, each line once a day and new ones at once.
    """

    people: People
    queue: Queue
    reading: Callable[[], Reading]
    now: Callable[[], datetime]
    tokens: Tokens
    approvals: Approvals
    edits: Edits
    messages: Path | None
    glances: Glances
    figures: Figures
    capabilities: Mapping[str, Capabilities]
    keep_photo: Callable[[str, bytes], dict[str, str]]
    evidence_folder: Path
    causes: Callable[[], Sequence[Cause]]
    asking: Asking | None
    counts: CountSeries
    preview: Callable[[Rendition], Preview]
    adapters: Mapping[str, str]
    media_folder: Path
    leafing: Leafing
    checked_end: Callable[[], int]
    seals: Seals
    passwords: Passwords
    ways: WaysIn
    language: str
    pace: Pace = field(default_factory=Pace)
    hide: Callable[[str], str] = str
