"""The seals of the delivery log, recomputed little by little, so that nobody who looks waits for a million hashes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock, Thread

from sqlalchemy import Engine, select

from outreach.domain.text import Text
from outreach.store import restoration
from outreach.store.columns import canonical, to_microseconds
from outreach.store.delivery_log import START, Head, Line, Verdict, head, seal, verify
from outreach.store.engine import reading
from outreach.store.restoration import Restoration
from outreach.store.tables import EVENT

AT_ONCE = 2_000
"""So many lines are recomputed while somebody waits."""

STRIDE = 500
"""So many lines are recomputed at a time after that, so that pages which are asked for meanwhile hardly wait."""

PASS = timedelta(days=1)
"""So long is it known of a line that it was sound; then all are recomputed."""

PAUSE_SECONDS = 0.02
"""Between two strides."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How far the log is known to be sound: up to `upto`, of which the lines up to `before` were recomputed earlier, since `began`."""

    verdict: Verdict
    upto: Head
    before: int
    began: datetime
    end: int

    @property
    def text(self) -> Text:
        """What is known, and of when."""
        if self.verdict.intact and self.upto.seq < self.end:
            return Text(
                "{count} of {end} lines of the delivery log are checked and intact; the others are being checked.",
                count=self.upto.seq,
                end=self.end,
            )
        return self.verdict.text

    @property
    def whole(self) -> bool:
        """Whether every line is known to be sound."""
        return self.verdict.intact and self.upto.seq >= self.end


class Seals:
    """The log of one database; `now` gives aware UTC. Safe to share between threads."""

    def __init__(self, engine: Engine, *, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._sound, self._began = START, now()
        self._known = Checked(verdict=Verdict(count=0), upto=START, before=0, began=now(), end=0)
        self._restored: Restoration | None = None
        self._turn = Lock()

    def check(self) -> Checked:
        """Recompute the newest lines, and let a thread go on when there are many; while it goes on, tell how far it is."""
        if not self._turn.acquire(blocking=False):
            return replace(self._known, end=head(self._engine).seq)
        walks = False
        try:
            goes_on, checked = self._stride(AT_ONCE), self._known
            if goes_on:
                Thread(target=self._walk, name="seals", daemon=True).start()
                walks = True
            return checked
        finally:
            if not walks:
                self._turn.release()

    def _walk(self) -> None:
        try:
            while self._stride(STRIDE):
                time.sleep(PAUSE_SECONDS)
        finally:
            self._turn.release()

    def _stride(self, width: int) -> bool:
        """Recompute at most so many lines; whether there are more, and none of these was damaged.

        All are recomputed once a backup was put back: what was known is of another log.
        """
        with reading(self._engine) as connection:
            restored = restoration.last(connection)
        if self._now() - self._began > PASS or restored != self._restored:
            self._sound, self._restored = START, restored
        if self._sound == START:
            self._began = self._now()
        before, end = self._sound, head(self._engine)
        upto = end
        if end.seq - before.seq > width:
            upto = _line_at(self._engine, before.seq + width) or end
        verdict = verify(self._engine, begin=before, end=upto)
        self._sound = upto if verdict.intact else before
        self._known = Checked(
            verdict=verdict, upto=self._sound, before=before.seq, began=self._began, end=end.seq
        )
        return verdict.intact and not self._known.whole


def _line_at(engine: Engine, seq: int) -> Head | None:
    with reading(engine) as connection:
        found = connection.execute(select(EVENT.c.hash).where(EVENT.c.seq == seq)).scalar()
    return None if found is None else Head(seq=seq, hash=found)


def is_sealed(line: Line) -> bool:
    """Whether a line carries the seal of what it says."""
    event = line.event
    own = seal(
        line.previous,
        at=to_microseconds(event.at),
        actor=event.actor,
        what=event.what,
        delivery_id=event.delivery_id,
        data=canonical(event.data),
    )
    return own == line.hash
