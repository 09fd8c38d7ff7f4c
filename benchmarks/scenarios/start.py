"""From the start of the process to the first post, with a long queue and one delivery that is due."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.deliveries import utc_now
from benchmarks.office import NOW, Office, make_office
from benchmarks.process import running
from benchmarks.sink import Sink
from benchmarks.table import Row

PATIENCE = 60.0


def measure(messages: int, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Several starts on one queue; every message file goes to all channels."""
    with Sink() as sink, tempfile.TemporaryDirectory() as folder:
        office = make_office(Path(folder) / "office", sink.url, messages=messages, channels="all")
        count = office.queue_up()
        progress(f"start: {count} queued")
        seconds = []
        for number in range(rounds):
            seconds.append(_start(office, sink, number))
            progress(f"start: first post after {seconds[-1]:.2f} s")
    return [
        Row(
            scenario=f"{count} queued: start to first post",
            ours=f"{median(seconds):.2f} s",
            target="at most 2 s",
            met=median(seconds) <= 2,
        )
    ]


def _start(office: Office, sink: Sink, number: int) -> float:
    sink.forget()
    office.add_message(f"start-{number}", "hook-01", utc_now(), campaign=NOW)
    office.queue_up(NOW)
    began = time.time()
    with running("outreach", "run", "--config", office.config, log=office.folder / "log"):
        arrivals = sink.wait(1, PATIENCE)
    return arrivals[0].at - began if arrivals else float("inf")
