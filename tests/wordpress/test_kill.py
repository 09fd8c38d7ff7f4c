"""kill -9 at two hundred random moments, and WordPress itself counts every post once."""

from __future__ import annotations

import multiprocessing
import random
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from outreach.domain.delivery import State
from tests.dispatch.claims import NOON
from tests.wordpress.conftest import Office
from tests.wordpress.doomed import Doom, Moment, WordPressWorld
from tests.wordpress.worker import work

pytestmark = pytest.mark.slow

KILLS = 200
POSTS = 40
SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.wordpress.worker"])


def start(office: Office, folder: Path, begin: datetime) -> BaseProcess:
    ours, theirs = SPAWN.Pipe(duplex=False)
    account = office.site.accounts["editor"]
    process = SPAWN.Process(target=work, args=(folder, office.site.url, account, begin, theirs))
    process.start()
    theirs.close()
    assert ours.recv() == "working"
    ours.close()
    return process


def test_two_hundred_kills_double_and_lose_nothing(
    office: Office, key: str, tmp_path: Path
) -> None:
    world = WordPressWorld(tmp_path, office, Doom("never", Moment.BEFORE_INTENT))
    wanted = [world.plan(f"m{n}-{key}", "site", NOON) for n in range(POSTS)]
    world.close()
    moments, hits = random.Random(91), 0
    for life in range(KILLS):
        process = start(office, tmp_path, NOON + timedelta(minutes=5 * life))
        process.join(moments.uniform(0.0, 0.8))
        hits += process.is_alive()
        process.kill()
        process.join()
    last = start(office, tmp_path, NOON + timedelta(minutes=5 * KILLS))
    last.join(300)
    assert last.exitcode == 0
    world = WordPressWorld(tmp_path, office, Doom("never", Moment.BEFORE_INTENT))
    states = {row.identity: row.state for row in world.rows()}
    world.close()
    assert {states[identity] for identity in wanted} == {State.PUBLISHED}
    assert {office.site.public(identity.key) for identity in wanted} == {1}
    assert hits > KILLS / 2, "most kills hit a process at work"
