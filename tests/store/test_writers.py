"""Several processes write at once: no delivery is claimed twice, and the log stays one chain."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from outreach.domain.delivery import State
from outreach.store.delivery_log import read, verify
from outreach.store.engine import migrate, open_engine
from outreach.store.queue import Queue
from tests.store.office import DUE, fill, planned, take_over
from tests.store.postgresql import Server

pytestmark = pytest.mark.slow

DELIVERIES = 400

DRAIN = """
import sys, pathlib
from outreach.store.engine import open_engine
from outreach.store.queue import Queue
from tests.store.office import DUE, published
queue = Queue(open_engine(sys.argv[1]), media_folder=pathlib.Path("."), fence=int(sys.argv[2]))
print("ready", flush=True); sys.stdin.readline()
finished, idle = [], 0
while idle < 3:
    got = queue.exchange(finished, {"website": 7, "zalo": 5}, DUE)
    idle = 0 if got.claims else idle + 1
    finished = [published(claim) for claim in got.claims]
    for claim in got.claims:
        print(claim.delivery.id)
"""

PERSON = """
import sys, pathlib
from outreach.domain.delivery import State
from outreach.store.engine import open_engine
from outreach.store.queue import IllegalMove, Queue
from tests.store.office import DUE, WHY
queue = Queue(open_engine(sys.argv[1]), media_folder=pathlib.Path("."))
print("ready", flush=True); sys.stdin.readline()
for row in reversed(queue.list(channel="zalo")[-60:]):
    try:
        queue.move(row.id, State.CANCELLED, reason=WHY, actor="lan", now=DUE)
    except IllegalMove:
        continue
    print(row.id)
    queue.pause("nowhere", WHY, None, actor="lan", now=DUE)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'outreach.db'}"
    server: Server = request.getfixturevalue("postgresql_server")
    return server.database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


def test_nothing_is_claimed_twice_and_decisions_are_safe_beside_the_daemon(
    url: str, engine: Engine, tmp_path: Path
) -> None:
    queue = take_over(engine, tmp_path)
    channels = ("website", "zalo")
    fill(queue, [planned(f"m{n}", channels[n % 2]) for n in range(DELIVERIES)])
    fence = str(list_fence(queue))
    scripts = [(DRAIN, fence), (DRAIN, fence), (PERSON, "")]
    printed = race([(script, url, argument) for script, argument in scripts])
    first, second, cancelled = (set(some) for some in printed)
    assert not first & second
    assert not (first | second) & cancelled
    assert len(first) + len(second) == len(printed[0]) + len(printed[1])
    assert first | second | cancelled == {row.id for row in queue.list()}
    assert {row.id for row in queue.list(state=State.CANCELLED)} == cancelled
    assert verify(engine).damage is None
    begun = [line.event.delivery_id for line in read(engine) if line.event.what == "publishing"]
    assert sorted(i for i in begun if i) == sorted(first | second)


def list_fence(queue: Queue) -> int:
    return queue._claimant.fence


def race(commands: list[tuple[str, str, str]]) -> list[list[int]]:
    """Start all, let them go together, and give what each printed."""
    runners = [
        subprocess.Popen(
            [sys.executable, "-c", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    for runner in runners:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "ready\n"
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.write("\n")
        runner.stdin.flush()
    outputs = [runner.communicate(timeout=120)[0] for runner in runners]
    assert [runner.returncode for runner in runners] == [0] * len(runners)
    return [[int(line) for line in output.split()] for output in outputs]


def test_a_claim_whose_commit_was_not_confirmed_is_given_back(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = take_over(engine, tmp_path)
    fill(queue, [planned("a"), planned("b")])
    (known,) = queue.exchange((), {"website": 1}, DUE).claims
    with monkeypatch.context() as broken:
        broken.setattr("outreach.store.queue.Exchange", _connection_lost)
        with pytest.raises(ConnectionError):
            queue.exchange((), {"website": 1}, DUE)
    assert len(queue.list(state=State.PUBLISHING)) == 2
    (again,) = queue.exchange((), {"website": 1}, DUE).claims
    assert again.delivery.id != known.delivery.id
    assert again.number == 2


def _connection_lost(**fields: object) -> None:
    raise ConnectionError("the answer to COMMIT never came")
