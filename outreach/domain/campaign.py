"""One action month: its window, posting slots, quiet hours and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from outreach.domain.approval import Approval
from outreach.domain.artwork import Artwork
from outreach.domain.message import Lateness
from outreach.domain.paperwork import Paperwork


class Holidays(StrEnum):
    """Whether public holidays count as blackout days."""

    SKIP = "skip"
    POST = "post"


class Edits(StrEnum):
    """What an edit of a published message leads to: a person is asked first, the channel is updated, or nothing."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """A telephone number that messages may name, with where and when it was checked."""

    number: str
    name: str
    source: str
    checked: date


@dataclass(frozen=True, kw_only=True)
class Window:
    """First and last day of the campaign, both inclusive, local dates."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, kw_only=True)
class OfficePlan:
    """The office's plan document that orders the campaign."""

    number: str
    date: date


@dataclass(frozen=True, kw_only=True)
class Posting:
    """When posts may go out; all times are local."""

    slots: tuple[time, ...]
    weekend_slots: tuple[time, ...]
    quiet: tuple[time, time] | None = None
    blackout: frozenset[date] = frozenset()
    holidays: Holidays = Holidays.SKIP
    minimum_gap: timedelta = timedelta(0)
    late: Lateness
    banner_up: time = time(7, 0)
    banner_down: time = time(17, 0)

    def is_quiet(self, at: time) -> bool:
        """Whether the local time `at` lies in the quiet hours (the end is free again)."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        return begin <= at < end if begin <= end else at >= begin or at < end


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """Everything that holds for a whole action month."""

    id: str
    name: str
    short_name: str
    theme: str
    office: str
    zone: ZoneInfo
    language: str
    hashtags: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    plan: OfficePlan | None = None
    window: Window
    posting: Posting
    hotlines: tuple[Hotline, ...] = ()
    updates: Edits = Edits.ASK
    approval: Approval = Approval.OPTIONAL
    paperwork: Paperwork = field(default_factory=Paperwork)
    art: Artwork = field(default_factory=Artwork)

    def utc(self, day: date, at: time) -> datetime:
        """The instant of a local wall time, aware UTC; in a DST gap the time after it, in a fold the first."""
        return datetime.combine(day, at, tzinfo=self.zone).astimezone(UTC)

    def local(self, instant: datetime) -> datetime:
        """The wall time of an instant in the campaign's zone."""
        return instant.astimezone(self.zone)

    @property
    def opens(self) -> datetime:
        """First instant of the window, aware UTC."""
        return self.utc(self.window.start, time.min)

    @property
    def closes(self) -> datetime:
        """First instant after the window, aware UTC."""
        return self.utc(self.window.end + timedelta(days=1), time.min)
