"""After publication: when what is public is looked at again, and how it stood."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

AGES = (timedelta(minutes=10), timedelta(days=1))
"""So long after publication it is looked at again."""

OVER = timedelta(days=3)
"""What is older is not looked at any more, also when nobody could look in time."""


class Standing(StrEnum):
    """What a later look saw; each is an event of the delivery log."""

    UP = "still_public"
    GONE = "gone"
    MOVED = "moved_elsewhere"
    BROKEN = "link_broken"
    UNSURE = "not_seen"


DRIFT = frozenset({Standing.GONE, Standing.MOVED, Standing.BROKEN})
"""What people are told."""


def next_recheck(published: datetime, last: datetime | None) -> datetime | None:
    """When to look next: after each of `AGES`; None when it is over."""
    times = (published + age for age in AGES)
    return next((at for at in times if last is None or at > last), None)
