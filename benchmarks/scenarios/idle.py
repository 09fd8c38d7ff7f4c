"""What the service costs while it waits: thousands of deliveries queued, none due."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.deliveries import CHANNELS
from benchmarks.office import make_office
from benchmarks.process import running
from benchmarks.sink import Sink
from benchmarks.table import Row

WINDOW = 65.0
"""Seconds that are measured: long enough for one periodic re-read of the files."""

SETTLE = 15.0
"""Seconds that the service gets to start."""


def measure(
    messages: int,
    progress: Callable[[str], None],
    *,
    window: float = WINDOW,
    settle: float = SETTLE,
) -> list[Row]:
    """One window of the real service; every message file goes to all channels."""
    with Sink() as sink, tempfile.TemporaryDirectory() as folder:
        office = make_office(Path(folder) / "office", sink.url, messages=messages, channels="all")
        count = office.queue_up()
        with running(
            "outreach", "run", "--config", office.config, log=Path(folder) / "log"
        ) as service:
            time.sleep(settle)
            before = service.cpu_seconds()
            time.sleep(window)
            cpu = (service.cpu_seconds() - before) / window * 100
            memory = service.resident_megabytes()
    progress(f"idle: {count} queued, {cpu:.2f} %, {memory:.0f} MB")
    assert count == messages * len(CHANNELS)
    return [
        Row(
            scenario=f"{count} queued, none due: processor",
            ours=f"{cpu:.2f} % of a core",
            target="at most 0.5 %",
            met=cpu <= 0.5,
        ),
        Row(
            scenario=f"{count} queued, none due: memory",
            ours=f"{memory:.0f} MB",
            target="at most 100 MB",
            met=memory <= 100,
        ),
    ]
