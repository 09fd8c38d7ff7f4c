"""kill -9 at any moment: the file is sound, the log is sealed, and nothing is half done."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from outreach.domain.delivery import State
from outreach.store.delivery_log import verify
from outreach.store.engine import migrate, open_engine, reading
from outreach.store.queue import Queue
from outreach.store.tables import ATTEMPT
from tests.store.office import DUE, fill, planned, take_over

WORKER = """
import sys, pathlib
from outreach.store.engine import open_engine
from tests.store.office import DUE, published, take_over
queue = take_over(open_engine(sys.argv[1]), pathlib.Path(sys.argv[2]))
queue.interrupted(DUE)
print("ready", flush=True)
finished = []
while True:
    got = queue.exchange(finished, {"website": 3}, DUE)
    finished = [published(claim) for claim in got.claims]
"""

KILLS = 12
DELIVERIES = 3_000

pytestmark = pytest.mark.slow


@pytest.mark.asvs("2.3.3", "Killed amid transactions, all or nothing is there")
@pytest.mark.fault(3, "kills in the middle of transactions")
def test_killed_in_the_middle_of_transactions(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'outreach.db'}"
    engine = open_engine(url)
    migrate(engine)
    fill(
        Queue(engine, media_folder=tmp_path),
        [planned(f"m{n}", ordinal=n) for n in range(DELIVERIES)],
    )
    engine.dispose()
    moments = random.Random(91)
    for _ in range(KILLS):
        command = [sys.executable, "-c", WORKER, url, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0.01, 0.12))
            process.kill()
        _is_sound(url, tmp_path)


def _is_sound(url: str, folder: Path) -> None:
    engine = open_engine(url)
    assert verify(engine).damage is None
    queue = take_over(engine, folder)
    with reading(engine) as connection:
        unfinished = select(ATTEMPT.c.delivery_id).where(ATTEMPT.c.finished.is_(None))
        open_ones = set(connection.execute(unfinished).scalars())
    under_way = {row.id for row in queue.list(state=State.PUBLISHING)}
    assert open_ones == under_way
    assert len(under_way) <= 3
    assert queue.interrupted(DUE) == len(under_way)
    engine.dispose()
