"""kill -9 at two hundred random moments, and WordPress itself counts every post once."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach.domain.delivery import State
from outreach.store.delivery_log import verify
from tests.wordpress.conftest import Office
from tests.wordpress.killed import ELSEWHERE, Lives

pytestmark = pytest.mark.slow

KILLS = 200

Begin = Callable[[bool], Lives]


@pytest.fixture
def begin(office: Office, key: str, tmp_path: Path) -> Iterator[Begin]:
    """Makes the lives of an adapter, careless or not."""
    made: list[Lives] = []

    def lives(careless: bool) -> Lives:
        made.append(Lives(office, tmp_path, key, careless=careless))
        return made[-1]

    yield lives
    for one in made:
        one.close()


def kill(lives: Lives, times: int, seed: int) -> None:
    """Begin and kill so many times, then let the last one end; lives that ended before their kill do not count."""
    moments = random.Random(seed)
    lives.plan()
    lives.live_to_the_end()
    for _ in range(3 * times):
        if lives.met.total() < times:
            lives.live(moments.random())
    lives.live_to_the_end()
    assert lives.met.total() == times, f"most lives ended before their kill: {lives.met}"


@pytest.mark.fault(1, "200 kills around a real WordPress")
def test_two_hundred_kills_double_and_lose_nothing(begin: Begin) -> None:
    lives = begin(False)
    kill(lives, KILLS, seed=91)
    assert [row for row in lives.rows if row.state not in (State.PUBLISHED, State.WITHDRAWN)] == []
    assert lives.on_the_site() == lives.wanted
    assert verify(lives.engine).intact
    cut_off = lives.met.total() - lives.met[ELSEWHERE]
    assert cut_off >= KILLS / 10, f"kills fell in the middle of publications: {lives.met}"
    assert lives.met["making the draft"], lives.met
    assert lives.met["draft made"] + lives.met["publishing"] + lives.met["published"], lives.met


def test_it_would_count_the_doubles_of_a_careless_adapter(begin: Begin) -> None:
    lives = begin(True)
    kill(lives, 12, seed=92)
    assert {row.state for row in lives.rows} <= {State.PUBLISHED, State.WITHDRAWN}
    assert max(len(posts) for posts in lives.on_the_site().values()) > 1
