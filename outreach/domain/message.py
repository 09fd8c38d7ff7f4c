"""One Markdown file of the staff, understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.problem import Place
from outreach.domain.schedule import Schedule


class Kind(StrEnum):
    """What a message is."""

    POST = "post"
    BANNER = "banner"
    EVENT = "event"
    CONTEST = "contest"
    COMMENDATION = "commendation"


class LatePolicy(StrEnum):
    """What to do with a delivery whose time has passed: publish within a limit, skip it, or ask a person."""

    WITHIN = "within"
    SKIP = "skip"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True)
class Lateness:
    """A late policy and, for `within`, how late is still useful."""

    policy: LatePolicy
    limit: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture of a message: `file` is relative to the campaign's folder, with forward slashes."""

    file: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Honour:
    """A collective or an individual that a commendation names, and why."""

    name: str
    reason: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class BannerDetails:
    """Where a banner hangs and what it is made of; empty for web banners."""

    size: str = ""
    places: tuple[str, ...] = ()
    maker: str = ""


@dataclass(frozen=True, kw_only=True)
class EventDetails:
    """When (aware UTC) and where an event takes place."""

    start: datetime
    end: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class ContestDetails:
    """The deadline (aware UTC) and how many days before it readers are reminded."""

    deadline: datetime
    reminders: tuple[int, ...] = (7, 3, 1)


@dataclass(frozen=True, kw_only=True)
class CommendationDetails:
    """Who is commended."""

    collectives: tuple[Honour, ...] = ()
    individuals: tuple[Honour, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """A figure that staff counted themselves, such as 500 (`count`) `measure`s of what `name` says."""

    name: str
    count: int
    measure: str = ""


Details = BannerDetails | EventDetails | ContestDetails | CommendationDetails


@dataclass(frozen=True, kw_only=True)
class Message:
    """What one file asks for. `body` is Markdown with template marks; `variants` replace it per channel name, tag or `reminder`.

    `video` is relative to the campaign's folder, with forward slashes.
    `slogan` is what its artwork says, with marks for its lines; the title where it is empty.
    """

    id: str
    campaign: str
    kind: Kind
    title: str
    channels: tuple[str, ...]
    schedule: Schedule
    late: Lateness
    body: str
    variants: Mapping[str, str] = field(default_factory=dict)
    topic: str = ""
    unit: str = ""
    summary: str = ""
    slogan: str = ""
    link: str = ""
    hashtags: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    video: str = ""
    details: Details | None = None
    results: tuple[Result, ...] = ()
    file: str
    places: Mapping[str, Place] = field(default_factory=dict)

    def place(self, key: str) -> Place:
        """Where the front-matter key (or `body`) stands in the file; the file's first line when it is absent."""
        return self.places.get(key, Place(file=self.file))
