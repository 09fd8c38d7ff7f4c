"""Views wait here for a moment, so that many readers cost few writes."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

log = logging.getLogger(__name__)

PAUSE = 2.0
"""The least time between two writes, in seconds; a crash loses at most the views of that time."""


class ViewCounter(Protocol):
    """Keeps how often pages were viewed; called from several threads, one at a time."""

    def bump(self, counts: Mapping[tuple[date, str], int]) -> None:
        """So many more views of (local day, path)."""
        ...

    def total(self, path: str) -> int:
        """All views of `path` so far."""
        ...


class Tally:
    """Counts in memory and hands the counts on, at most every `PAUSE` seconds and at the end.

    A counter that fails costs no reader the page: the counts wait for the next write.
    """

    def __init__(
        self, counter: ViewCounter, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._counter = counter
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[date, str]] = Counter()
        self._totals: dict[str, int] = {}
        self._written = clock()

    def add(self, day: date, path: str) -> None:
        """One more view of `path` on the local `day`."""
        with self._lock:
            total = self._total(path)
            self._waiting[day, path] += 1
            self._totals[path] = total + 1
            if self._clock() - self._written >= PAUSE:
                self._write()

    def total(self, path: str) -> int:
        """All views of `path`, those that wait included."""
        with self._lock:
            return self._total(path)

    def flush(self) -> None:
        """Hand on what waits."""
        with self._lock:
            self._write()

    def _total(self, path: str) -> int:
        if path in self._totals:
            return self._totals[path]
        waiting = sum(count for (_, page), count in self._waiting.items() if page == path)
        try:
            return self._counter.total(path) + waiting
        except Exception:
            log.exception("the views of a page cannot be read")
            return waiting

    def _write(self) -> None:
        self._written = self._clock()
        counts = dict(self._waiting)
        try:
            if counts:
                self._counter.bump(counts)
        except Exception:
            log.exception("views wait for the next write")
            return
        self._waiting.clear()
        self._totals.clear()
