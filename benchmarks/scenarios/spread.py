"""A steady stream: how late each delivery is when a hundred are due every second."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles

from benchmarks.deliveries import queue_up, spread_out, utc_now
from benchmarks.process import running
from benchmarks.sink import Sink
from benchmarks.table import Row

STEP = timedelta(milliseconds=10)
LEAD = timedelta(seconds=6)


def measure(count: int, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Several streams; the medians of their median and of their 99th percentile."""
    with Sink() as sink:
        runs = []
        for _ in range(rounds):
            late = sorted(lateness(sink, count))
            runs.append((median(late), quantiles(late, n=100, method="inclusive")[98]))
            progress(f"spread: p50 {runs[-1][0] * 1000:.1f} ms, p99 {runs[-1][1] * 1000:.1f} ms")
    p50, p99 = (median(run[place] for run in runs) * 1000 for place in (0, 1))
    return [
        Row(
            scenario=f"{count} due one every 10 ms: lateness",
            ours=f"p50 {p50:.1f} ms, p99 {p99:.1f} ms",
            target="p99 at most 50 ms",
            met=p99 <= 50,
        )
    ]


def lateness(sink: Sink, count: int) -> list[float]:
    """Seconds between due time and arrival, of each delivery of one stream. Raises `RuntimeError` when one is missing."""
    sink.forget()
    first = utc_now() + LEAD
    planned = spread_out(count, first, STEP)
    with tempfile.TemporaryDirectory() as folder:
        queue_up(Path(folder), planned)
        with running("benchmarks.contestants.ours", folder, sink.url) as process:
            process.wait_ready()
            if utc_now() >= first:
                raise RuntimeError("this machine is too slow to set up a stream")
            time.sleep((first - utc_now() + count * STEP).total_seconds())
            arrived = {arrival.key: arrival.at for arrival in sink.wait(count, 10)}
    if len(arrived) != count:
        raise RuntimeError(f"{count - len(arrived)} of {count} deliveries did not arrive")
    return [arrived[p.identity.key] - p.due.timestamp() for p in planned]
