"""When a message asks to go out, as staff wrote it; `occurrences.py` turns it into instants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from outreach.domain.text import Text


class NotASchedule(Exception):
    """Raised for words that are no schedule: `what` is wrong, and how to `mend` it."""

    def __init__(self, what: Text, mend: Text) -> None:
        super().__init__(f"{what} {mend}")
        self.what = what
        self.mend = mend


@dataclass(frozen=True, kw_only=True)
class Once:
    """Fixed instants (aware UTC), in the order written."""

    at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class Weekly:
    """The given weekdays (Monday is 0; all seven = daily) at local times, within optional local dates."""

    weekdays: frozenset[int]
    times: tuple[time, ...]
    start: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An RFC 5545 recurrence rule in local wall time; `start` is its DTSTART (default: the window's first day)."""

    rule: str
    start: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Spread:
    """So many occurrences, spread evenly over the free posting slots of the window."""

    count: int


@dataclass(frozen=True, kw_only=True)
class Hang:
    """A banner's time on show (aware UTC): published at `start`, withdrawn at `end`."""

    start: datetime
    end: datetime


Schedule = Once | Weekly | Rule | Spread | Hang

Dated = Once | Weekly | Rule | Hang
"""Schedules whose instants follow from the campaign alone, without regard to other messages."""
