"""What was worked out from files, told again until one of them is changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from outreach.cli.file_watch import FileWatch

T = TypeVar("T")
Stamp = tuple[str, int, int, int]
"""A file and what tells whether it was changed: time of change in nanoseconds, size in bytes, inode."""

YOUNG_SECONDS = 2.0
"""A file changed so lately may change again without another stamp, so nothing is kept of it yet unless changes are heard."""

TRUSTED_SECONDS = 10.0
"""While changes are heard, files are looked at only so often: another machine may change them on a share."""


class Kept:
    """By campaign and kind of finding. Safe to share between threads; only one of them works something out at a time."""

    def __init__(self, watch: FileWatch | None = None) -> None:
        self._watch, self._lock = watch, Lock()
        self._hears = False
        self._known: dict[tuple[str, str], tuple[frozenset[Stamp], Any]] = {}
        self._trusted: dict[tuple[str, str], float] = {}

    def hear(self) -> None:
        """Forget what was touched meanwhile; findings of no campaign are of all of them."""
        if self._watch is None:
            return
        with self._lock:
            touched = self._watch.touched()
            self._hears = touched is not None
            if touched is None:
                self._trusted.clear()
            for key in [key for key in self._known if touched and key[0] in {"", *touched}]:
                del self._known[key]
                self._trusted.pop(key, None)

    def alone(self, work: Callable[[], T]) -> T:
        """Do something while nothing is worked out."""
        with self._lock:
            return work()

    def get(
        self, campaign: str, kind: str, look: Callable[[], Iterable[Stamp]], fresh: Callable[[], T]
    ) -> T:
        """What `fresh` works out from the files that `look` stamps."""
        key = (campaign, kind)
        with self._lock:
            if time.monotonic() < self._trusted.get(key, 0.0):
                trusted: T = self._known[key][1]
                return trusted
            stamps = frozenset(look())
            if key not in self._known or self._known[key][0] != stamps:
                self._known.pop(key, None)
                found = fresh()
                if not (self._hears or _is_old(stamps)):
                    return found
                self._known[key] = (stamps, found)
            if self._hears:
                self._trusted[key] = time.monotonic() + TRUSTED_SECONDS
            kept: T = self._known[key][1]
            return kept


def _is_old(stamps: Iterable[Stamp]) -> bool:
    youngest = max((changed for _, changed, _, _ in stamps), default=0)
    return time.time_ns() - youngest > YOUNG_SECONDS * 1e9
