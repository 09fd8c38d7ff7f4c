"""How often one person or one token may have what costs much: a file, a proof, statistics, an upload, a question to a service."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

MOST = 1_000
"""So many are remembered; whoever has rested longest is forgotten first."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many acts `at_once`, and one more after each `rest` (seconds)."""

    at_once: int
    rest: float


PERSON = Rate(at_once=60, rest=2.0)
"""Far more than anybody clicks."""

TOKEN = Rate(at_once=120, rest=0.5)
"""Programs ask more."""

LINE = Rate(at_once=20, rest=60.0)
"""So many lines of the log may one token's refusals make; the next line tells how many were left out."""

STRANGERS = Rate(at_once=1, rest=600.0)
"""The same for all that nobody has issued or that are over: anybody can send those."""


class TooOften(Exception):
    """Not now; `seconds` (whole) until one more act is free."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Pace:
    """A bucket of acts for each; in memory, for a restart does no harm. `clock` gives seconds that never go back.

    A bucket is when it will be full again, and how many acts were refused since the last one that was given.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[Hashable, tuple[float, int]] = {}
        self._one = Lock()

    def spend(self, who: Hashable, rate: Rate) -> int:
        """One more act of theirs, and how many were refused since the last. Raises `TooOften`, which makes nobody wait longer."""
        with self._one:
            now = self._clock()
            full_at, refused = self._buckets.get(who, (now, 0))
            wait = full_at - now - (rate.at_once - 1) * rate.rest
            if wait > 0:
                self._buckets[who] = full_at, refused + 1
                raise TooOften(math.ceil(wait))
            self._forget(now)
            self._buckets[who] = max(full_at, now) + rate.rest, 0
            return refused

    def _forget(self, now: float) -> None:
        if len(self._buckets) < MOST:
            return
        self._buckets = {who: known for who, known in self._buckets.items() if known[0] > now}
        while len(self._buckets) >= MOST:
            del self._buckets[min(self._buckets, key=self._buckets.__getitem__)]
