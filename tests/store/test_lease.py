"""One dispatcher per database, also when processes die."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from outreach.store.engine import migrate, open_engine
from outreach.store.lease import Held, Lease
from tests.store.postgresql import Server

HOLDER = """
import sys, pathlib
from outreach.store.engine import open_engine
from outreach.store.lease import Lease
lease = Lease.take(open_engine(sys.argv[1]), pathlib.Path(sys.argv[2]))
print(lease.fence, flush=True)
sys.stdin.read()
"""


@contextmanager
def another_process(url: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-c", HOLDER, url, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def hands_over(url: str, folder: Path) -> None:
    engine = open_engine(url)
    with another_process(url, folder) as (process, fence):
        with pytest.raises(Held, match=f"process {process.pid}"):
            Lease.take(engine, folder)
        process.kill()
        process.wait()
        lease = _take_when_free(engine, folder)
        assert lease.fence == fence + 1
        assert lease.alive()
        lease.release()
        lease.release()
        assert not lease.alive()
    engine.dispose()


def _take_when_free(engine: Engine, folder: Path) -> Lease:
    """PostgreSQL notices a dead client a moment later."""
    for _ in range(10_000):
        try:
            return Lease.take(engine, folder)
        except Held:
            continue
    raise AssertionError("the lock of a dead process was never given back")


def test_a_dead_holder_is_followed_on_sqlite(sqlite_engine: Engine, tmp_path: Path) -> None:
    hands_over(str(sqlite_engine.url), tmp_path)


@pytest.mark.slow
def test_a_dead_holder_is_followed_on_postgresql(postgresql_server: Server, tmp_path: Path) -> None:
    url = postgresql_server.database()
    engine = open_engine(url)
    migrate(engine)
    hands_over(url, tmp_path)
    engine.dispose()


def test_the_fence_grows_with_every_holder(sqlite_engine: Engine, tmp_path: Path) -> None:
    fences = []
    for _ in range(3):
        lease = Lease.take(sqlite_engine, tmp_path)
        fences.append(lease.fence)
        lease.release()
    assert fences == [1, 2, 3]


def test_the_same_process_cannot_hold_it_twice(sqlite_engine: Engine, tmp_path: Path) -> None:
    lease = Lease.take(sqlite_engine, tmp_path)
    with pytest.raises(Held) as held:
        Lease.take(sqlite_engine, tmp_path)
    assert str(held.value.holder) in str(held.value.text)
    lease.release()
