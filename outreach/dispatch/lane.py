"""The ordered stream of due deliveries of one channel: its free slots and its pace."""

from __future__ import annotations

from datetime import timedelta

from outreach.channel import Channel

TROUBLES = 5
"""After so many attempts in a row without a proper answer the lane only probes."""

PROBE_GAP = timedelta(minutes=1)
"""While it probes, one attempt starts in this time, the longest due first, so that a platform that is down is not stormed."""


class Lane:
    """Counts what is in flight on one channel and says how much more may start; times are seconds of a monotonic clock."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.in_flight: set[int] = set()
        self._opens = 0.0
        self._troubles = 0

    def free(self, monotonic: float) -> int:
        """How many deliveries may start now; a lane with a gap starts one at a time."""
        if monotonic < self._opens:
            return 0
        slots = 1 if self._gap else self.channel.capabilities.slots
        return max(0, slots - len(self.in_flight))

    def opens_in(self, monotonic: float) -> float:
        """Seconds until the pace allows the next start; 0 when it allows one now."""
        return max(0.0, self._opens - monotonic)

    def begin(self, delivery_id: int, monotonic: float) -> None:
        """A delivery starts."""
        self.in_flight.add(delivery_id)
        self._opens = monotonic + self._gap.total_seconds()

    def end(self, delivery_id: int, monotonic: float, *, answered: bool | None = None) -> None:
        """A delivery ended; `answered`: whether the platform answered its attempt properly, None if it was not asked."""
        self.in_flight.discard(delivery_id)
        if answered is None:
            return
        self._troubles = 0 if answered else self._troubles + 1
        if answered:
            self._opens = min(self._opens, monotonic + self._gap.total_seconds())
        else:
            self._opens = max(self._opens, monotonic + self._probe_gap.total_seconds())

    def rest(self, monotonic: float, span: timedelta) -> None:
        """Nothing starts for so long."""
        self._opens = max(self._opens, monotonic + span.total_seconds())

    @property
    def _gap(self) -> timedelta:
        return max(self.channel.capabilities.gap, self._probe_gap)

    @property
    def _probe_gap(self) -> timedelta:
        return PROBE_GAP if self._troubles >= TROUBLES else timedelta(0)
