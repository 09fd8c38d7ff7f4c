"""Sync in a process of its own: what reading and planning take is given back whole when that process ends."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach.domain.capabilities import ChannelProfile
from outreach.domain.problem import Problem

END_SECONDS = 3.0
"""How long a process may finish what it was asked before it is stopped; what it has not committed then never was."""


@dataclass(frozen=True, kw_only=True)
class SyncPlan:
    """What a `Sync` is made of. `database` is the whole address, password included."""

    database: str = field(repr=False)
    messages: Path
    media_folder: Path
    profiles: Sequence[ChannelProfile]
    share: float


@dataclass(frozen=True, kw_only=True)
class Campaigns:
    """Asks for the names of all campaigns."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Asks what applying a campaign's files would do."""

    campaign: str
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Apply:
    """Asks to write what the last look at the campaign found."""

    campaign: str
    now: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class Gist:
    """What the service says about a proposal: its problems, how many changes it would write, and whether that must wait."""

    campaign: str
    problems: tuple[Problem, ...]
    guarded: bool
    changes: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The traceback of what went wrong there."""

    traceback: str


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What the database said instead of doing its work there."""

    said: str


class SyncFailed(Exception):
    """The process ended early, or what it was asked failed there: the message is its traceback."""


class DatabaseRefused(Exception):
    """The database is full, busy, read-only or away, as the message says; nothing was written, and asking again is safe."""


class SyncProcess:
    """Stands for a `Sync`; its process starts with the first question and ends with `close`. May be used from any thread."""

    def __init__(self, plan: SyncPlan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def campaigns(self) -> tuple[str, ...]:
        """As `Sync.campaigns`. Raises `SyncFailed` or `DatabaseRefused`, as the others do."""
        return tuple(self._ask(Campaigns()))

    def look(self, campaign: str, now: datetime) -> Gist:
        """As `Sync.look`; the proposal itself stays there."""
        gist = self._ask(Look(campaign=campaign, now=now))
        assert isinstance(gist, Gist)
        return gist

    def apply_guarded(self, campaign: str, *, now: datetime, actor: str) -> None:
        """As `Sync.apply_guarded`, with what the last look since the start of the process found."""
        self._ask(Apply(campaign=campaign, now=now, actor=actor))

    def close(self) -> None:
        """End the process, if it runs; harmless when repeated."""
        running, self._running = self._running, None
        if running is not None:
            _end(running)

    def _ask(self, question: Campaigns | Look | Apply) -> Any:
        with self._lock:
            try:
                running = self._running = self._running or _start(self._plan)
                send(running.stdin, question)
                answer = pickle.load(running.stdout)  # type: ignore[arg-type] # noqa: S301 - it is a pipe, and our own process writes it
            except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
                self.close()
                raise SyncFailed(f"it ended early ({error!r})") from error
        if isinstance(answer, Failure):
            raise SyncFailed(answer.traceback)
        if isinstance(answer, Refusal):
            raise DatabaseRefused(answer.said)
        return answer


def send(pipe: Any, value: object) -> None:
    """Write one value to the other side."""
    pipe.write(pickle.dumps(value))
    pipe.flush()


def _start(plan: SyncPlan) -> subprocess.Popen[bytes]:
    running = subprocess.Popen(
        [sys.executable, "-P", "-m", "outreach.dispatch.sync_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        start_new_session=True,
    )
    send(running.stdin, plan)
    return running


def _end(running: subprocess.Popen[bytes]) -> None:
    assert running.stdin
    assert running.stdout
    try:
        running.stdin.close()
    except (OSError, ValueError):
        running.kill()
    try:
        running.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
    running.stdout.close()
