"""What this machine itself does to the service: its disk and its clock."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from outreach.domain.alert import Cause, of_disk, of_jump

REMEMBERED = timedelta(hours=1)
"""How long a jump of the clock is news."""


def free_bytes(folder: Path) -> int:
    """How much room is left on the disk of a folder."""
    return shutil.disk_usage(folder).free


class Machine:
    """Looks at the disk of `state` and compares the wall clock with one that nobody can set (`monotonic`, seconds)."""

    def __init__(
        self,
        state: Path,
        *,
        least: int,
        monotonic: Callable[[], float] = time.monotonic,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._state, self._least, self._free = state, least, free
        self._monotonic = monotonic
        self._last: tuple[datetime, float] | None = None
        self._jumps: list[tuple[float, Cause]] = []

    def look(
        self, now: datetime, known: frozenset[str], when: Callable[[datetime], str]
    ) -> list[Cause]:
        """What is wrong at `now` (aware UTC); `known` holds the keys of what was wrong before."""
        full = of_disk(
            str(self._state), self._free(self._state), self._least, known="disk" in known
        )
        return [*([full] if full else []), *self._clock(now, when)]

    def _clock(self, now: datetime, when: Callable[[datetime], str]) -> list[Cause]:
        monotonic = self._monotonic()
        if self._last:
            wall, steady = self._last
            passed = timedelta(seconds=monotonic - steady)
            if jump := of_jump(now, now - wall - passed, when(now)):
                self._jumps.append((monotonic, jump))
        self._last = now, monotonic
        oldest = monotonic - REMEMBERED.total_seconds()
        self._jumps = [(at, jump) for at, jump in self._jumps if at > oldest]
        return [jump for _, jump in self._jumps]
