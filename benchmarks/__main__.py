"""`python -m benchmarks [scenario …]`: measure, and print one table. It always ends with exit code 0."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from benchmarks.scenarios import artwork, burst, idle, pages, planning, spread, start, tail
from benchmarks.table import Row, as_table

Scenario = Callable[[int], list[Row]]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


SCENARIOS: Mapping[str, Scenario] = {
    "burst": lambda rounds: burst.measure(2_000, rounds, _say),
    "spread": lambda rounds: spread.measure(2_000, rounds, _say),
    "idle": lambda rounds: idle.measure(250, _say),
    "start": lambda rounds: start.measure(2_500, rounds, _say),
    "artwork": lambda rounds: artwork.measure(2_000, rounds, _say),
    "pages": lambda rounds: pages.measure(rounds, _say),
    "tail": lambda rounds: tail.measure(2_000, rounds, _say),
    "planning": lambda rounds: planning.measure(2_000, rounds, _say),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the named scenarios, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (3)")
    options = parser.parse_args(arguments)
    if unknown := set(options.scenarios) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in options.scenarios or SCENARIOS:
        rows += SCENARIOS[name](options.rounds)
    print(as_table(rows))


if __name__ == "__main__":
    main()
