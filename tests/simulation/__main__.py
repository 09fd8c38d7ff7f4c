"""`python -m tests.simulation SEED` replays one month and tells all of it; `--soak N` lets months pass, the same for the same numbers."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time

from tests.simulation.month import Month
from tests.simulation.season import Season, history, simulate

EVERY = 200
"""So many months are told of at a time."""


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int, nargs="?", default=0, help="the month, or the first one")
    parser.add_argument("--soak", type=int, metavar="N", help="so many months, on all processors")
    asked = parser.parse_args(arguments)
    return soak(asked.seed, asked.soak) if asked.soak else replay(asked.seed)


def replay(seed: int) -> int:
    """Tell one month."""
    verdict = simulate(seed, _tell)
    struck = "".join(f"\n  {what}: {times}" for what, times in sorted(verdict.struck.items()))
    _say(f"Struck by:{struck}", f"Log ends with {verdict.log}", *verdict.faults)
    return 1 if verdict.faults else 0


def soak(first: int, months: int) -> int:
    """Tell how many months held, and every one that did not."""
    begun, found = time.monotonic(), Season()
    with multiprocessing.get_context("spawn").Pool(os.cpu_count(), maxtasksperchild=500) as pool:
        for verdict in pool.imap_unordered(simulate, range(first, first + months), chunksize=10):
            found.add(verdict)
            if verdict.faults:
                _say(verdict.text)
            if found.months % EVERY == 0:
                _say(f"{found.months} months, {len(found.bad)} bad, {_since(begun):.0f} s")
    deaths = sum(times for what, times in found.struck.items() if what.startswith("death"))
    _say(
        f"{found.months} months from {first}: {found.states.total()} deliveries, {deaths} deaths, "
        f"{found.struck.total()} faults in all; {len(found.bad)} months broke a promise; {_since(begun):.0f} s"
    )
    return 1 if found.bad else 0


def _tell(month: Month) -> None:
    _say(*month.story.told, *history(month))


def _since(begun: float) -> float:
    return time.monotonic() - begun


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
