"""The ordered stream of due deliveries of one channel: its free slots and its pace."""

from __future__ import annotations

from outreach.channel import Channel


class Lane:
    """Counts what is in flight on one channel and says how much more may start; times are seconds of a monotonic clock."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.in_flight: set[int] = set()
        self._opens = 0.0

    def free(self, monotonic: float) -> int:
        """How many deliveries may start now; a lane with a gap starts one at a time."""
        if monotonic < self._opens:
            return 0
        slots = 1 if self.channel.capabilities.gap else self.channel.capabilities.slots
        return max(0, slots - len(self.in_flight))

    def opens_in(self, monotonic: float) -> float:
        """Seconds until the pace allows the next start; 0 when it allows one now."""
        return max(0.0, self._opens - monotonic)

    def begin(self, delivery_id: int, monotonic: float) -> None:
        """A delivery starts."""
        self.in_flight.add(delivery_id)
        self._opens = monotonic + self.channel.capabilities.gap.total_seconds()

    def end(self, delivery_id: int) -> None:
        """A delivery ended, however it ended."""
        self.in_flight.discard(delivery_id)
