"""Reads, plans, renders and compares one campaign in a fresh process; prints the seconds and the number of changes."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.deliveries import CAMPAIGN, utc_now
from benchmarks.office import Office

if __name__ == "__main__":
    with Office(folder=Path(sys.argv[1])).desk() as desk:
        begin = time.perf_counter()
        proposal = desk.sync.look(CAMPAIGN, utc_now())
        print(time.perf_counter() - begin, len(proposal.changes), len(proposal.problems))
