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


class TooOften(Exception):
    """Not now; `seconds` (whole) until one more act is free."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Pace:
    """A bucket of acts for each; in memory, for a restart does no harm. `clock` gives seconds that never go back.

    A bucket is one number: when it will be full again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[Hashable, float] = {}
        self._one = Lock()

    def spend(self, who: Hashable, rate: Rate) -> None:
        """One more act of theirs. Raises `TooOften`; who is refused does not wait longer for having asked."""
        with self._one:
            now = self._clock()
            full_at = max(self._full_at.get(who, now), now)
            wait = full_at - now - (rate.at_once - 1) * rate.rest
            if wait > 0:
                raise TooOften(math.ceil(wait))
            self._forget(now)
            self._full_at[who] = full_at + rate.rest

    def _forget(self, now: float) -> None:
        if len(self._full_at) < MOST:
            return
        self._full_at = {who: at for who, at in self._full_at.items() if at > now}
        while len(self._full_at) >= MOST:
            del self._full_at[min(self._full_at, key=self._full_at.__getitem__)]
