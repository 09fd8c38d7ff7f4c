"""The ordered stream of due deliveries of one channel: its free slots and its pace."""

from __future__ import annotations

from datetime import datetime

from outreach.channel import Channel


class Lane:
    """Counts what is in flight on one channel and says how much more may start now."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.in_flight: set[int] = set()
        self._opens_at: datetime | None = None

    def free(self, now: datetime) -> int:
        """How many deliveries may start at `now`; a lane with a gap starts one at a time."""
        if self._opens_at and now < self._opens_at:
            return 0
        slots = 1 if self.channel.capabilities.gap else self.channel.capabilities.slots
        return max(0, slots - len(self.in_flight))

    def opens_at(self, now: datetime) -> datetime | None:
        """When the pace allows the next start, if it does not allow one now."""
        return self._opens_at if self._opens_at and self._opens_at > now else None

    def begin(self, delivery_id: int, now: datetime) -> None:
        """A delivery starts."""
        self.in_flight.add(delivery_id)
        if self.channel.capabilities.gap:
            self._opens_at = now + self.channel.capabilities.gap

    def end(self, delivery_id: int) -> None:
        """A delivery ended, however it ended."""
        self.in_flight.discard(delivery_id)
