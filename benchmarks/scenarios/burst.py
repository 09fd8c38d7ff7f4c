"""Many deliveries due at one instant: ours against the usual design, and against bare httpx."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.deliveries import queue_up, spread_out, utc_now
from benchmarks.process import Measured, running
from benchmarks.sink import Sink
from benchmarks.table import Row

LEADS = (4, 8, 16, 32, 64)
"""Seconds from the beginning of the set-up to the due time; the next one is tried when the set-up took longer."""

PATIENCE = 30.0
"""Seconds without any arrival after which the rest counts as lost."""

Start = Callable[[Sink, Path, int, datetime], AbstractContextManager[Measured]]


@dataclass(frozen=True, kw_only=True)
class Burst:
    """One run: deliveries a second, seconds to the first arrival, processor milliseconds a delivery, and what went wrong."""

    rate: float
    first: float
    cpu: float
    lost: int
    doubled: int


@contextmanager
def ours(sink: Sink, folder: Path, count: int, due: datetime) -> Iterator[Measured]:
    """Our dispatcher, engine, store and webhooks."""
    queue_up(folder, spread_out(count, due))
    with running("benchmarks.contestants.ours", folder, sink.url) as process:
        yield process


def jobs(sink: Sink, folder: Path, count: int, due: datetime) -> AbstractContextManager[Measured]:
    """One APScheduler job per delivery."""
    return running("benchmarks.contestants.jobs", folder, sink.url, count, due.isoformat())


def bare(
    sink: Sink,
    folder: Path,  # noqa: ARG001 - all three are started alike
    count: int,
    due: datetime,
) -> AbstractContextManager[Measured]:
    """Bare httpx, nothing stored."""
    return running("benchmarks.contestants.bare", sink.url, count, due.isoformat())


def measure(count: int, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Rounds of bare, ours and jobs in turn; each ratio is the median of the ratios within the rounds."""
    runs: dict[str, list[Burst]] = {"bare": [], "ours": [], "jobs": []}
    with Sink() as sink:
        for _ in range(rounds):
            for name, start in (("bare", bare), ("ours", ours), ("jobs", jobs)):
                runs[name].append(run(sink, start, count))
                progress(f"burst {name}: {runs[name][-1]}")
    sound = all(not run.lost and not run.doubled for run in runs["ours"])
    return [
        _row(f"{count} due at once, against one APScheduler job each", runs, "jobs", 8.0, sound),
        _row(f"{count} due at once, against bare httpx", runs, "bare", 0.75, sound),
    ]


def _row(
    scenario: str, runs: dict[str, list[Burst]], other: str, target: float, sound: bool
) -> Row:
    ratio = median(a.rate / b.rate for a, b in zip(runs["ours"], runs[other], strict=True))
    return Row(
        scenario=scenario,
        ours=_rate(runs["ours"]),
        other=_rate(runs[other]),
        ratio=f"{ratio:.2f}",
        target=f"at least {target:g}",
        met=ratio >= target and sound,
    )


def _rate(runs: list[Burst]) -> str:
    lost = sum(run.lost for run in runs)
    doubled = sum(run.doubled for run in runs)
    faults = f", {lost} lost" * bool(lost) + f", {doubled} twice" * bool(doubled)
    return f"{median(run.rate for run in runs):.0f}/s{faults}"


def run(sink: Sink, start: Start, count: int) -> Burst:
    """One burst. Raises `RuntimeError` when even the longest set-up time was too short."""
    for lead in LEADS:
        sink.forget()
        due = utc_now() + timedelta(seconds=lead)
        with (
            tempfile.TemporaryDirectory() as folder,
            start(sink, Path(folder), count, due) as process,
        ):
            process.wait_ready()
            if utc_now() < due:
                return _watch(sink, process, count, due)
    raise RuntimeError("this machine is too slow to set up a burst")


def _watch(sink: Sink, process: Measured, count: int, due: datetime) -> Burst:
    before = process.cpu_seconds()
    time.sleep((due - utc_now()).total_seconds())
    arrivals = sink.wait(count, PATIENCE)
    keys = {arrival.key for arrival in arrivals}
    ends = [arrival.at - due.timestamp() for arrival in arrivals] or [float("inf")]
    return Burst(
        rate=len(keys) / max(ends),
        first=min(ends),
        cpu=(process.cpu_seconds() - before) * 1000 / count,
        lost=count - len(keys),
        doubled=len(arrivals) - len(keys),
    )
