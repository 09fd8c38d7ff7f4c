"""A measured process: started, awaited, its processor time and memory read from /proc, and ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Measured:
    """A running process and all that it started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait_ready(self) -> None:
        """Wait for the line `ready`. Raises `RuntimeError` when the process ends instead."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"{self._process.args!r} ended early")

    def cpu_seconds(self) -> float:
        """Processor time so far, user and system, children included."""
        return sum(_cpu_seconds(pid) for pid in self._tree())

    def resident_megabytes(self) -> float:
        """Resident memory now, children included."""
        return sum(_resident_megabytes(pid) for pid in self._tree())

    def _tree(self) -> list[int]:
        parents = {int(p.name): _parent(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
        tree = [self._process.pid]
        for pid in tree:
            tree += [child for child, parent in parents.items() if parent == pid]
        return tree


@contextmanager
def running(module: str, *arguments: object, log: Path | None = None) -> Iterator[Measured]:
    """Run `python -m module arguments…` while the block lasts; it is told to stop, and after 40 s made to. `log` takes its stderr."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    with (log or Path(os.devnull)).open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors if log else None, text=True
        )
        try:
            yield Measured(process)
        finally:
            process.terminate()
            try:
                process.communicate(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def output_of(module: str, *arguments: object) -> Sequence[str]:
    """The words that `python -m module arguments…` prints. Raises `subprocess.CalledProcessError`."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()


def _fields(stat: Path) -> list[str]:
    """The fields of /proc/…/stat that follow the program's name."""
    try:
        return stat.read_text().rsplit(") ", 1)[1].split()
    except (OSError, IndexError):
        return []


def _parent(process: Path) -> int:
    fields = _fields(process / "stat")
    return int(fields[1]) if fields else 0


def _cpu_seconds(pid: int) -> float:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return sum(map(int, fields[11:15])) / _TICKS if fields else 0.0


def _resident_megabytes(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000
