"""Many months, one after another: what was wrong in which, and what struck them."""

from __future__ import annotations

import gc
import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from outreach.domain.delivery import State
from outreach.store.delivery_log import head, read
from tests.simulation.judgement import Judgement
from tests.simulation.month import Month
from tests.simulation.reading import each_text_once

MEMORY = Path("/dev/shm")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One month: its `faults` (none in a good one), what `struck` it, how its deliveries ended, and all that happened."""

    seed: int
    faults: tuple[str, ...]
    struck: Counter[str]
    states: Counter[State]
    told: tuple[str, ...]
    log: str
    """The hash of the last line of the delivery log, which seals all of it."""

    @property
    def text(self) -> str:
        """What is wrong, and the command that replays it exactly."""
        lines = (f"  {fault}" for fault in self.faults)
        return "\n".join((f"Month {self.seed}: python -m tests.simulation {self.seed}", *lines))


@dataclass(kw_only=True)
class Season:
    """What many months have shown."""

    months: int = 0
    bad: list[Verdict] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    states: Counter[State] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """One more month."""
        self.months += 1
        self.struck += verdict.struck
        self.states += verdict.states
        if verdict.faults:
            self.bad.append(verdict)

    @property
    def text(self) -> str:
        """The months with faults; empty when there are none."""
        return "\n".join(verdict.text for verdict in self.bad)


@contextmanager
def in_memory() -> Iterator[Path]:
    """A folder for one month; a simulated disk needs no real one."""
    place = MEMORY if MEMORY.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="outreach-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def simulate(seed: int, tell: Callable[[Month], None] = lambda _: None) -> Verdict:
    """Let one month pass and judge it; `tell` sees it before it is gone."""
    with in_memory() as folder, nothing_said(), each_text_once(), seldom_tidied():
        month = Month(seed, folder)
        try:
            broken = _broken(month)
            tell(month)
            return _judged(seed, month, broken)
        finally:
            month.close()


def season(seeds: Iterable[int]) -> Season:
    """All these months."""
    found = Season()
    for seed in seeds:
        found.add(simulate(seed))
    return found


@contextmanager
def seldom_tidied() -> Iterator[None]:
    """A month is over before its litter is worth looking for."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def nothing_said() -> Iterator[None]:
    """A service on which everything goes wrong has much to say."""
    log = logging.getLogger("outreach")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _broken(month: Month) -> tuple[str, ...]:
    """What broke the month off."""
    try:
        month.run()
    except Exception as error:  # noqa: BLE001 - whatever it is, the seed must be told
        return (f"broke off: {error!r}",)
    return ()


def _judged(seed: int, month: Month, broken: tuple[str, ...]) -> Verdict:
    return Verdict(
        seed=seed,
        faults=broken or tuple(Judgement(month).faults()),
        struck=month.story.met,
        states=Counter(row.state for row in month.queue.list()),
        told=tuple(month.story.told),
        log=head(month.engine).hash,
    )


def history(month: Month) -> Iterator[str]:
    """The whole delivery log, a line an event."""
    rows = {row.id: row.identity for row in month.queue.list()}
    for line in read(month.engine):
        event = line.event
        whose = rows.get(event.delivery_id or 0)
        what = f"{whose.action} {whose.message} on {whose.channel}: " if whose else ""
        yield f"{event.at:%d %H:%M:%S} {what}{event.what} {event.data}"
