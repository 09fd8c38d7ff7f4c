"""How a publication was received: what is counted, and when it is read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum


class Metric(StrEnum):
    """What is counted of one publication; every number is a total since it was published, never a difference."""

    VIEWS = "views"
    REACH = "reach"
    """Different people who saw it; sums over several publications count a person more than once."""
    REACTIONS = "reactions"
    COMMENTS = "comments"
    SHARES = "shares"
    CLICKS = "clicks"


Counts = Mapping[Metric, int]
"""One reading; what the channel does not tell is left out, which is not the same as 0."""

AGES = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 72))
WEEK = timedelta(days=7)
AFTERWARDS = timedelta(days=30)
"""How long after it expired a publication is still counted."""


def next_reading(published: datetime, last: datetime | None, expires: datetime) -> datetime | None:
    """When to read next: 1 h, 6 h, 1 day, 3 days, then every week, a last time 30 days after `expires`; None when it is over."""
    return next((at for at in _readings(published, expires) if last is None or at > last), None)


def _readings(published: datetime, expires: datetime) -> Iterator[datetime]:
    end = max(published, expires) + AFTERWARDS
    yield from (published + age for age in AGES)
    at = published + WEEK
    while at < end:
        yield at
        at += WEEK
    yield end
