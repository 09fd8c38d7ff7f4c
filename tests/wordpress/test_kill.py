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
EVERY = timedelta(minutes=5)
"""Between the beginnings of two lives, on their own clock; a post becomes due in every second life."""

SPAWN = multiprocessing.get_context("forkserver")
SPAWN.set_forkserver_preload(["tests.wordpress.worker"])


def start(office: Office, folder: Path, begin: datetime) -> tuple[BaseProcess, int]:
    """A new life, and how many attempts the former one left cut off."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    account = office.site.accounts["editor"]
    process = SPAWN.Process(target=work, args=(folder, office.site.url, account, begin, theirs))
    process.start()
    theirs.close()
    cut_off: int = ours.recv()
    ours.close()
    return process, cut_off


def test_two_hundred_kills_double_and_lose_nothing(
    office: Office, key: str, tmp_path: Path
) -> None:
    world = WordPressWorld(tmp_path, office, Doom("never", Moment.BEFORE_INTENT))
    wanted = [world.plan(f"m{n}-{key}", "site", NOON + n * EVERY) for n in range(0, KILLS, 2)]
    world.close()
    moments, hits = random.Random(91), 0
    for life in range(KILLS):
        process, cut_off = start(office, tmp_path, NOON + life * EVERY)
        hits += cut_off
        process.join(moments.uniform(0.0, 0.8))
        process.kill()
        process.join()
    last, cut_off = start(office, tmp_path, NOON + KILLS * EVERY)
    last.join(300)
    assert last.exitcode == 0
    world = WordPressWorld(tmp_path, office, Doom("never", Moment.BEFORE_INTENT))
    others = [
        (row.state, str(row.reason), row.attempts, office.site.posts(row.identity.key))
        for row in world.rows()
        if row.state is not State.PUBLISHED
    ]
    world.close()
    assert others == []
    assert {office.site.public(identity.key) for identity in wanted} == {1}
    assert hits + cut_off > KILLS / 10, "many kills cut an attempt off"
