"""The live log beside a service at work: whether a reader gets every line, how late, and what fifty readers cost those who post."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from benchmarks import years
from benchmarks.deliveries import queue_up, spread_out, utc_now
from benchmarks.process import Measured, running
from benchmarks.scenarios import burst
from benchmarks.sink import Sink
from benchmarks.table import Row
from benchmarks.watchers import Watcher, watching
from outreach.store.delivery_log import head, read
from outreach.store.engine import Engine, open_engine

STEP = timedelta(milliseconds=5)
"""200 deliveries a second."""

LEADS = tuple(timedelta(seconds=seconds) for seconds in (6, 12, 24, 48))
"""From the set-up to the first due time; the next one is tried when the set-up took longer."""

SETTLE = 3.0
"""Seconds after the last arrival in which the last lines may come."""

Progress = Callable[[str], None]


def measure(count: int, rounds: int, progress: Progress, *, watchers: int = 50) -> list[Row]:
    """A stream with one reader; then bursts without and with many readers, in turn."""
    with Sink() as sink:
        delays = []
        for _ in range(rounds):
            delays.append(_stream(sink, count))
            progress(f"tail: p99 {delays[-1] * 1000:.0f} ms")
        ratios, rates = [], []
        for _ in range(rounds):
            pair = [_burst(sink, count, others) for others in (0, watchers)]
            rates.append(pair)
            ratios.append(pair[1] / pair[0])
            progress(f"tail: {pair[0]:.0f}/s alone, {pair[1]:.0f}/s beside {watchers} readers")
    complete = all(delay < float("inf") for delay in delays)
    return [
        Row(
            scenario=f"live log, {count} deliveries at {1 / STEP.total_seconds():.0f}/s",
            ours=f"every line once, p99 {median(delays) * 1000:.0f} ms"
            if complete
            else "lines lack",
            target="every line, in order, once",
            met=complete,
        ),
        Row(
            scenario=f"{count} due at once beside {watchers} readers of the live log",
            ours=f"{median(pair[1] for pair in rates):.0f}/s",
            other=f"{median(pair[0] for pair in rates):.0f}/s",
            ratio=f"{median(ratios):.2f}",
            target="at least 0.9",
            met=median(ratios) >= 0.9,
        ),
    ]


def _stream(sink: Sink, count: int) -> float:
    """The 99th percentile of seconds from an event to its arrival at the reader; endless when the lines are not complete."""
    for lead in LEADS:
        delay = _try(sink, count, lead)
        if delay is not None:
            return delay
    raise RuntimeError("this machine is too slow to set up a stream")


def _try(sink: Sink, count: int, lead: timedelta) -> float | None:
    sink.forget()
    first = utc_now() + lead
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "office" / "state"
        config = years.write_files(state.parent, ())
        queue_up(state, spread_out(count, first, STEP))
        with _watched(config, 0) as (engine, watcher):
            with running("benchmarks.contestants.ours", state, sink.url) as process:
                process.wait_ready()
                if utc_now() >= first:
                    return None
                time.sleep((first - utc_now() + count * STEP).total_seconds())
                sink.wait(count, 20)
                time.sleep(SETTLE)
            return _delay(engine, watcher)


def _delay(engine: Engine, watcher: Watcher) -> float:
    written = {line.seq: line.event.at.timestamp() for line in read(engine)}
    numbers = [number for number, _ in watcher.lines]
    begun = min(numbers, default=0)
    if numbers != [seq for seq in sorted(written) if seq >= begun] or not numbers:
        return float("inf")
    late = [at - written[number] for number, at in watcher.lines]
    return quantiles(late, n=100, method="inclusive")[98]


def _burst(sink: Sink, count: int, others: int) -> float:
    """Deliveries a second while so many readers watch; the pages run beside it in any case."""

    @contextmanager
    def ours(sink: Sink, folder: Path, count: int, due: datetime) -> Iterator[Measured]:
        state = folder / "office" / "state"
        config = years.write_files(state.parent, ())
        queue_up(state, spread_out(count, due))
        with (
            _watched(config, others - 1) if others else _shown(config),
            running("benchmarks.contestants.ours", state, sink.url) as process,
        ):
            yield process

    found = burst.run(sink, ours, count)
    if found.missing or found.doubled:
        raise RuntimeError(f"{found.missing} did not arrive, {found.doubled} arrived twice")
    return found.rate


@contextmanager
def _shown(config: Path) -> Iterator[tuple[int, str]]:
    told = config.with_name("told")
    with running("benchmarks.contestants.pages", config, told) as pages:
        pages.wait_ready()
        port, code = told.read_text().split()
        yield int(port), code


@contextmanager
def _watched(config: Path, others: int) -> Iterator[tuple[Engine, Watcher]]:
    engine = open_engine(f"sqlite:///{config.parent / 'state' / 'outreach.db'}")
    with (
        _shown(config) as (port, code),
        watching(port, code, head(engine).seq, others) as watcher,
    ):
        yield engine, watcher
    engine.dispose()
    told = [number for number, _ in watcher.lines]
    if told != sorted(set(told)):
        raise RuntimeError("the live log told a line twice or out of order")
