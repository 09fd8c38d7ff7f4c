"""`python -m tests.fuzz RUNS`: the fuzzer asks every target so often, and tells how each stood it."""

from __future__ import annotations

import sys

from tests.fuzz.fuzzing import hunt
from tests.fuzz.seeds import SEEDS


def main(runs: int) -> int:
    """0 when every promise holds."""
    hunts = {name: hunt(name, runs) for name in SEEDS}
    for name, found in hunts.items():
        sys.stdout.write(f"{name}: {found.runs} inputs\n" + (found.said if found.broken else ""))
    return int(any(found.broken for found in hunts.values()))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
