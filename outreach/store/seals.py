"""The seals of the delivery log, recomputed little by little, so that nobody who looks waits for a million hashes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock, Thread

from sqlalchemy import Engine, select

from outreach.domain.text import Text
from outreach.store.columns import canonical, to_microseconds
from outreach.store.delivery_log import START, Head, Line, Verdict, head, seal, verify
from outreach.store.engine import reading
from outreach.store.tables import EVENT

STRIDE = 5_000
"""So many lines are recomputed at a time."""

PASS = timedelta(days=1)
"""So long is it known of a line that it was sound; then all are recomputed."""

PAUSE_SECONDS = 0.05
"""Between two strides of a long way."""


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
        self._turn, self._walking = Lock(), Lock()

    def check(self) -> Checked:
        """Recompute the newest lines, and let a thread go on when there are more than a stride of them."""
        checked = self._stride()
        if checked.verdict.intact and not checked.whole and self._walking.acquire(blocking=False):
            Thread(target=self._walk, name="seals", daemon=True).start()
        return checked

    def _walk(self) -> None:
        try:
            while (checked := self._stride()).verdict.intact and not checked.whole:
                time.sleep(PAUSE_SECONDS)
        finally:
            self._walking.release()

    def _stride(self) -> Checked:
        with self._turn:
            if self._now() - self._began > PASS:
                self._sound = START
            if self._sound == START:
                self._began = self._now()
            before, end = self._sound, head(self._engine)
            upto = end
            if end.seq - before.seq > STRIDE:
                upto = _line_at(self._engine, before.seq + STRIDE) or end
            verdict = verify(self._engine, begin=before, end=upto)
            if verdict.intact:
                self._sound = upto
            return Checked(
                verdict=verdict,
                upto=upto if verdict.intact else before,
                before=before.seq,
                began=self._began,
                end=end.seq,
            )


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
