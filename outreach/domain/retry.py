"""When to try again: exponential backoff with full jitter, never past the end."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)


def backoff(attempts: int, *, jitter: float) -> timedelta:
    """The pause after `attempts` tries (from 1); `jitter` in [0, 1) picks a point in its upper half."""
    ceiling = min(LONGEST, FIRST * (1 << min(attempts - 1, 20)))
    return ceiling / 2 + ceiling / 2 * jitter


def next_try(
    *, now: datetime, asked: datetime | None, attempts: int, end: datetime, jitter: float
) -> datetime | None:
    """The next instant to try: the platform's wish or our backoff, whichever is later; None when that lies at or past `end`."""
    mine = now + backoff(attempts, jitter=jitter)
    when = max(mine, asked) if asked else mine
    return when if when < end else None
