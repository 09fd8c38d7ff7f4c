"""Many deliveries due at one instant: ours against the usual design, and against bare httpx."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
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

PATIENCE = 60.0
"""Seconds after the due time when our run is cut off."""

HOPELESS = 10.0
"""Another contestant is cut off when it takes so many times as long as ours."""

IN_FLIGHT = 50
"""How many calls the mended jobs may have in flight: about what suits one httpx client best."""

Start = Callable[[Sink, Path, int, datetime], AbstractContextManager[Measured]]


@dataclass(frozen=True, kw_only=True)
class Burst:
    """One run: deliveries a second, seconds to the first arrival, processor milliseconds a delivery, and what went wrong.

    When some are `missing` at the cut-off, `rate` is what it would have been had they come at that moment.
    """

    rate: float
    first: float
    cpu: float
    missing: int
    doubled: int


@contextmanager
def ours(sink: Sink, folder: Path, count: int, due: datetime) -> Iterator[Measured]:
    """Our dispatcher, engine, store and webhooks."""
    queue_up(folder, spread_out(count, due))
    with running("benchmarks.contestants.ours", folder, sink.url) as process:
        yield process


def jobs(sink: Sink, folder: Path, count: int, due: datetime) -> AbstractContextManager[Measured]:
    """One APScheduler job per delivery, as it is usually written."""
    return running("benchmarks.contestants.jobs", folder, sink.url, count, due.isoformat(), 0)


def mended(sink: Sink, folder: Path, count: int, due: datetime) -> AbstractContextManager[Measured]:
    """The same with few calls in flight."""
    return running(
        "benchmarks.contestants.jobs", folder, sink.url, count, due.isoformat(), IN_FLIGHT
    )


def bare(
    sink: Sink,
    folder: Path,  # noqa: ARG001 - all three are started alike
    count: int,
    due: datetime,
) -> AbstractContextManager[Measured]:
    """Bare httpx, nothing stored."""
    return running("benchmarks.contestants.bare", sink.url, count, due.isoformat())


CONTESTANTS: Mapping[str, Start] = {"ours": ours, "bare": bare, "mended": mended, "jobs": jobs}


def measure(count: int, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Rounds of all contestants in turn, ours first; each ratio is the median of the ratios within the rounds."""
    runs: dict[str, list[Burst]] = {name: [] for name in CONTESTANTS}
    with Sink() as sink:
        for _ in range(rounds):
            patience = PATIENCE
            for name, start in CONTESTANTS.items():
                runs[name].append(run(sink, start, count, patience))
                progress(f"burst {name}: {runs[name][-1]}")
                patience = HOPELESS * count / runs["ours"][-1].rate
    return [
        _row(f"{count} due at once, against one APScheduler job each", runs, "jobs", 8.0),
        _row(f"the same, its calls bounded to {IN_FLIGHT} in flight", runs, "mended", None),
        _row(f"{count} due at once, against bare httpx", runs, "bare", 0.75),
    ]


def _row(scenario: str, runs: dict[str, list[Burst]], other: str, target: float | None) -> Row:
    ratio = median(a.rate / b.rate for a, b in zip(runs["ours"], runs[other], strict=True))
    sound = not any(run.missing or run.doubled for run in runs["ours"])
    at_least = "> " * any(run.missing for run in runs[other])
    return Row(
        scenario=scenario,
        ours=_rate(runs["ours"]),
        other=_rate(runs[other]),
        ratio=f"{at_least}{ratio:.2f}",
        target=f"at least {target:g}" if target else "",
        met=ratio >= target and sound if target else None,
    )


def _rate(runs: list[Burst]) -> str:
    missing = sum(run.missing for run in runs)
    doubled = sum(run.doubled for run in runs)
    rate = f"{'under ' * bool(missing)}{median(run.rate for run in runs):.0f}/s"
    return f"{rate}{f', {missing} missing' * bool(missing)}{f', {doubled} twice' * bool(doubled)}"


def run(sink: Sink, start: Start, count: int, patience: float = PATIENCE) -> Burst:
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
                return _watch(sink, process, count, due, patience)
    raise RuntimeError("this machine is too slow to set up a burst")


def _watch(sink: Sink, process: Measured, count: int, due: datetime, patience: float) -> Burst:
    before = process.cpu_seconds()
    time.sleep((due - utc_now()).total_seconds())
    arrivals = sink.wait(count, patience)
    keys = {arrival.key for arrival in arrivals}
    ends = [arrival.at - due.timestamp() for arrival in arrivals] or [patience]
    missing = count - len(keys)
    return Burst(
        rate=count / (patience if missing else max(ends)),
        first=min(ends),
        cpu=(process.cpu_seconds() - before) * 1000 / count,
        missing=missing,
        doubled=len(arrivals) - len(keys),
    )
