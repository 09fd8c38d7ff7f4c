"""Fails when too few branches of a room are covered: `branch_gate.py PERCENT ROOM…` after a run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def measured_files() -> dict[str, Any]:
    """Coverage's own summary of every measured file, by path."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "coverage.json")
        command = [sys.executable, "-m", "coverage", "json", "--quiet", "-o", str(report)]
        subprocess.run(command, check=True)  # noqa: S603 - our own interpreter, fixed arguments
        return dict(json.loads(report.read_text())["files"])


def missed_branches(files: dict[str, Any], room: str) -> tuple[int, list[str]]:
    """The number of branches of a room, and `file:from->to` of each one that no test took."""
    total, missed = 0, []
    for path, report in files.items():
        if path.startswith(room.rstrip("/") + "/"):
            total += report["summary"]["num_branches"]
            missed += [f"{path}:{start}->{end}" for start, end in report["missing_branches"]]
    return total, missed


def main(least: float, rooms: list[str]) -> int:
    """Print one line per room and return 1 when a room has less than `least` per cent."""
    files, failed = measured_files(), False
    for room in rooms:
        total, missed = missed_branches(files, room)
        percent = 100 * (total - len(missed)) / total if total else 0.0
        print(f"branches of {room}: {percent:.1f} % of {total} (at least {least:g} %)")
        if percent < least:
            failed = True
            print("  never taken: " + " ".join(missed))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
