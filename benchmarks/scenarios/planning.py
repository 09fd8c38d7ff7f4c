"""Reading, planning, rendering and comparing a campaign of very many message files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.office import make_office
from benchmarks.process import output_of
from benchmarks.sink import Sink
from benchmarks.table import Row


def measure(messages: int, rounds: int, progress: Callable[[str], None]) -> list[Row]:
    """Several plans, each in a fresh process, of message files that go to two channels each."""
    seconds = []
    with Sink() as sink, tempfile.TemporaryDirectory() as folder:
        office = make_office(Path(folder) / "office", sink.url, messages=messages, channels="few")
        for _ in range(rounds):
            took, changes, problems = output_of("benchmarks.contestants.planning", office.folder)
            progress(f"planning: {took} s, {changes} deliveries, {problems} problems")
            if int(changes) != 2 * messages:
                raise RuntimeError(f"{changes} deliveries were planned, not {2 * messages}")
            seconds.append(float(took))
    return [
        Row(
            scenario=f"plan of {messages} message files",
            ours=f"{median(seconds):.2f} s",
            target="at most 5 s",
            met=median(seconds) <= 5,
        )
    ]
