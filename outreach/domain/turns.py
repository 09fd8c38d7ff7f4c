"""One at a time, where several would do the same: each key has a turn of its own, so that nobody waits for what they do not need."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """The turns of threads; nothing is remembered of a key that nobody wants."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._wanted: dict[Hashable, tuple[Lock, int]] = {}

    @contextmanager
    def of(self, key: Hashable) -> Iterator[None]:
        """Nobody else has the turn of this key while this lasts; whoever wants it meanwhile waits."""
        with self._guard:
            turn, wanted_by = self._wanted.get(key, (Lock(), 0))
            self._wanted[key] = turn, wanted_by + 1
        try:
            with turn:
                yield
        finally:
            with self._guard:
                turn, wanted_by = self._wanted.pop(key)
                if wanted_by > 1:
                    self._wanted[key] = turn, wanted_by - 1
