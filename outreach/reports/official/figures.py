"""What came of the plan: every publication with its outcome, and how many there are of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.delivery import State
from outreach.domain.lateness import ON_TIME
from outreach.domain.message import Kind
from outreach.domain.text import Text

FAILED = frozenset({State.MISSED, State.REJECTED})
"""Ends in which nothing was published."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One publication that was asked for and what came of it; instants are in the campaign's zone.

    `by_people` marks work that people carry out and confirm; `at` is when it was public or done, None until then.
    """

    number: int
    message: str
    channel: str
    title: str
    kind: Kind
    topic: str
    unit: str
    due: datetime
    at: datetime | None
    state: State
    reason: Text | None
    link: str
    by_people: bool

    @property
    def done(self) -> bool:
        """Whether it was published or carried out."""
        return self.state is State.PUBLISHED

    @property
    def delay(self) -> timedelta:
        """How long after its time it was published; nothing before that, and never less than nothing."""
        return max(self.at - self.due, timedelta(0)) if self.done and self.at else timedelta(0)

    @property
    def late(self) -> bool:
        """Whether it was published later than counts as on time."""
        return self.delay > ON_TIME


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many were planned, and how they ended: `done` = on time + `late`, `planned` = done + `failed` + `open`."""

    planned: int = 0
    done: int = 0
    late: int = 0
    failed: int = 0

    @property
    def on_time(self) -> int:
        """Published at their time."""
        return self.done - self.late

    @property
    def open(self) -> int:
        """Neither published nor given up yet."""
        return self.planned - self.done - self.failed


def tally(deeds: Iterable[Deed]) -> Tally:
    """The deeds counted."""
    found = tuple(deeds)
    return Tally(
        planned=len(found),
        done=sum(deed.done for deed in found),
        late=sum(deed.late for deed in found),
        failed=sum(deed.state in FAILED for deed in found),
    )
