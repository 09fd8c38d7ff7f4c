"""What `make demo` runs, on a terminal of its own."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"(http://127\.0\.0\.1:\d+)/welcome, tên (\w+), mã dùng một lần (\S+)")


@dataclass(frozen=True)
class Invitation:
    """What the terminal says: where, who, and the one-time code."""

    address: str
    name: str
    code: str


@contextmanager
def demo(folder: Path) -> Iterator[Invitation]:
    """The demo, serving; Ctrl-C ends it."""
    ours, theirs = pty.openpty()
    words = ["--config", "config.example.toml", "--language", "vi", "rehearse"]
    words += ["2022-binh-dang-gioi", "--summary", "--faults", "7", "--serve"]
    words += ["--folder", str(folder / "demo")]
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach", *words],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
    )
    os.close(theirs)
    try:
        yield Invitation(*_said(ours).groups())
    finally:
        process.send_signal(signal.SIGINT)
        _rest(ours)
        process.wait(60)
        os.close(ours)


def _said(terminal: int) -> re.Match[str]:
    """Read until the invitation is there."""
    said = ""
    while (found := LINE.search(said)) is None:
        part = os.read(terminal, 65_536).decode("utf-8", "replace")
        assert part, said
        said += part
    return found


def _rest(terminal: int) -> None:
    """Read to the end, so that the process never waits for a reader; Linux ends a terminal with EIO."""
    try:
        while os.read(terminal, 65_536):
            pass
    except OSError:
        return
