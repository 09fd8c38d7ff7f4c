"""What was worked out from files, told again until one of them is changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from outreach.domain.turns import Turns

if TYPE_CHECKING:
    from outreach.cli.file_watch import FileWatch

T = TypeVar("T")
Key = tuple[str, str]
Stamp = tuple[str, int, int, int]
"""A file and what tells whether it was changed: time of change in nanoseconds, size in bytes, inode."""

YOUNG_SECONDS = 2.0
"""A file changed so lately may change again without another stamp, so nothing is kept of it yet unless changes are heard."""

TRUSTED_SECONDS = 10.0
"""While changes are heard, files are looked at only so often: another machine may change them on a share."""


class Kept:
    """By campaign and kind of finding. Safe to share between threads: of several who want the same, one works it out for all."""

    def __init__(self, watch: FileWatch | None = None) -> None:
        self._watch, self._turns, self._guard = watch, Turns(), Lock()
        self._hears = False
        self._known: dict[Key, tuple[frozenset[Stamp], Any]] = {}
        self._trusted: dict[Key, float] = {}
        self._looking: set[Key] = set()

    def hear(self) -> None:
        """Forget what was touched meanwhile, also of what is being worked out; findings of no campaign are of all of them."""
        if self._watch is None:
            return
        with self._guard:
            touched = self._watch.touched()
            self._hears = touched is not None
            if touched is None:
                self._trusted.clear()
            if touched:
                self._forget_of(touched)

    def forget(self, campaign: str) -> None:
        """Forget what is known of a campaign: whoever has just changed it need not wait until that is heard."""
        with self._guard:
            self._forget_of({campaign})

    def alone(self, campaign: str, kind: str, work: Callable[[], T]) -> T:
        """Do something while this finding is not worked out."""
        with self._turns.of((campaign, kind)):
            return work()

    def get(
        self, campaign: str, kind: str, look: Callable[[], Iterable[Stamp]], fresh: Callable[[], T]
    ) -> T:
        """What `fresh` works out from the files that `look` stamps."""
        key = (campaign, kind)
        with self._turns.of(key):
            with self._guard:
                if time.monotonic() < self._trusted.get(key, 0.0):
                    trusted: T = self._known[key][1]
                    return trusted
                self._looking.add(key)
            stamps = frozenset(look())
            with self._guard:
                known = self._known.get(key)
            found: T = known[1] if known and known[0] == stamps else fresh()
            self._keep(key, stamps, found)
            return found

    def _keep(self, key: Key, stamps: frozenset[Stamp], found: object) -> None:
        """Keep it for the next who asks, unless a file was touched while it was worked out."""
        with self._guard:
            untouched = key in self._looking
            self._forget(key)
            if untouched and (self._hears or _is_old(stamps)):
                self._known[key] = (stamps, found)
                if self._hears:
                    self._trusted[key] = time.monotonic() + TRUSTED_SECONDS

    def _forget_of(self, campaigns: Collection[str]) -> None:
        for key in [*self._known, *self._looking]:
            if key[0] in {"", *campaigns}:
                self._forget(key)

    def _forget(self, key: Key) -> None:
        self._known.pop(key, None)
        self._trusted.pop(key, None)
        self._looking.discard(key)


def _is_old(stamps: Iterable[Stamp]) -> bool:
    youngest = max((changed for _, changed, _, _ in stamps), default=0)
    return time.time_ns() - youngest > YOUNG_SECONDS * 1e9
