"""What goes wrong on the machine of a simulated service: it dies, or its disk refuses, at points that are drawn from the seed."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from outreach.dispatch.writer import SameThread

P = ParamSpec("P")
T = TypeVar("T")

REFUSALS = ("database is locked", "database or disk is full", "disk I/O error")

DEATHS = (0.0, 0.002, 0.005, 0.012)
"""How likely the process is to die at any one point; each month draws one."""

BAD_DISKS = (0.0, 0.0, 0.005, 0.02)
"""How likely the database is to begin refusing at any one point; each month draws one."""


class Death(BaseException):
    """The process ends here without a word."""


class Fate:
    """Draws at every point whether something strikes there. `met` counts what did, as `death at commit`."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._deadly, self._disk = dice.choice(DEATHS), dice.choice(BAD_DISKS)
        self._refuses, self._still = "", 0
        self._spared = False
        self.met: Counter[str] = Counter()

    @contextmanager
    def spared(self) -> Iterator[None]:
        """Nothing strikes in here."""
        before, self._spared = self._spared, True
        try:
            yield
        finally:
            self._spared = before

    def have_mercy(self) -> None:
        """From now on nothing strikes any more."""
        self._spared = True

    def dies(self, point: str) -> bool:
        """Whether the process dies at this point."""
        if self._spared or self._dice.random() >= self._deadly:
            return False
        self.met[f"death at {point}"] += 1
        return True

    def strike(self, point: str) -> None:
        """Let the process die or the disk refuse at this point. Raises `Death`, `OperationalError`."""
        if self.dies(point):
            raise Death(point)
        if not self._spared and (refusal := self._refusal()):
            self.met[f"{refusal} at {point}"] += 1
            raise OperationalError(point, None, sqlite3.OperationalError(refusal))

    def watch(self, engine: Engine) -> None:
        """Strike at the begin of every transaction of this engine, before each commit, and after it, when nobody has heard of it."""
        event.listen(engine, "begin", lambda _: self.strike("begin"))
        event.listen(engine, "commit", self._commit)

    def _commit(self, connection: Connection) -> None:
        self.strike("commit")
        connection.connection.commit()
        self.strike("commit's answer")

    def _refusal(self) -> str:
        """What a disk refuses it refuses for a while."""
        if not self._still and self._dice.random() < self._disk:
            self._refuses, self._still = self._dice.choice(REFUSALS), self._dice.randint(1, 12)
        if not self._still:
            return ""
        self._still -= 1
        return self._refuses


class Store(SameThread):
    """The store's thread of a mortal process: `die` never returns."""

    def __init__(self, die: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._die = die

    async def __call__(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await super().__call__(call, *args, **kwargs)
        except Death:
            await self._die()
            raise
