"""Lets the fuzzer ask one target, in a process of its own; `python -m tests.fuzz RUNS` asks all of them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.seeds import SEEDS
from tests.house.source import ROOT

MEMORY = 2 * 1024**3
"""Bytes of addresses for a target. The fuzzer's own limit also counts what the process that starts it once held."""


@dataclass(frozen=True, kw_only=True)
class Hunt:
    """How often the target was asked, and what the fuzzer said; `broken` when a promise did not hold."""

    runs: int
    broken: bool
    said: str


def hunt(name: str, runs: int, seed: int = 1) -> Hunt:
    """Ask the target so often, the same things for the same seed."""
    with tempfile.TemporaryDirectory() as folder:
        for number, content in enumerate(SEEDS.get(name, ())):
            Path(folder, f"seed-{number}").write_bytes(content)
        command = [sys.executable, "-m", "tests.fuzz.targets", name, str(runs), str(seed), folder]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = f"{ended.stdout}{ended.stderr}\nIt ended with {ended.returncode}.\n"
    done = re.search(r"Done (\d+) in", said)
    return Hunt(runs=int(done[1]) if done else 0, broken=ended.returncode != 0, said=said[-6_000:])
