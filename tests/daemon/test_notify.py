"""What the supervisor hears, and that it never holds the service up."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.daemon.notify import ALIVE, notify, watchdog_interval


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    address = str(tmp_path / "s")
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(address)
        listening.setblocking(False)
        yield listening


def test_it_hears_each_word(supervisor: socket.socket) -> None:
    notify("READY=1")
    notify(ALIVE)
    assert [supervisor.recv(99), supervisor.recv(99)] == [b"READY=1", b"WATCHDOG=1"]


@pytest.mark.usefixtures("supervisor")
def test_a_supervisor_that_does_not_listen_holds_nothing_up() -> None:
    begun = time.monotonic()
    for _ in range(2000):
        notify(ALIVE)
    assert time.monotonic() - begun < 2


def test_nobody_has_to_listen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("READY=1")


@pytest.mark.parametrize(
    ("told", "pid", "interval"),
    [("60000000", None, 30.0), ("", None, None), ("0", None, None), ("x", None, None),
     ("60000000", "1", None), ("60000000", "own", 30.0)],
)  # fmt: skip
def test_signs_of_life_come_twice_as_often_as_asked(
    monkeypatch: pytest.MonkeyPatch, told: str, pid: str | None, interval: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", told)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    if pid:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)
    assert watchdog_interval() == interval
