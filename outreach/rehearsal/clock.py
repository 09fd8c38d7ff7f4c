"""A clock that stands still until it is told to go on."""

from __future__ import annotations

from datetime import UTC, datetime

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a rehearsal's clock stands before its campaign is known."""


class VirtualClock:
    """Gives the rehearsed instant (aware UTC)."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def __call__(self) -> datetime:
        """The present instant of the rehearsal."""
        return self._now

    def go_to(self, instant: datetime) -> None:
        """Move on to `instant`; never back."""
        self._now = max(self._now, instant)
