"""1,000 times kill -9 over 500 posts: nothing twice, nothing lost, all of it explained, the database whole."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from outreach.domain.delivery import State
from tests.crash.killed_service import SECRET, Platform, Service
from tests.crash.test_killed_rehearsal import MEMORY

pytestmark = pytest.mark.alone
KILLS, POSTS, STREAMS = 1_000, 500, 2


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("KILLED_SERVICE_SECRET", SECRET)
    made = Path(tempfile.mkdtemp(prefix="outreach-", dir=MEMORY if MEMORY.is_dir() else None))
    yield made
    shutil.rmtree(made)


@contextmanager
def offices(home: Path, *seeds: int, posts: int, blind: bool = False) -> Iterator[list[Service]]:
    """Offices whose posts are all due, each with a platform of its own."""
    with ExitStack() as stack:
        services = []
        for seed in seeds:
            platform = stack.enter_context(Platform(seed=seed))
            services.append(Service(home / str(seed), platform, posts, blind))
            services[-1].set_up()
        yield services


def killed(service: Service, kills: int) -> Service:
    """The office whose service was killed so often and has then come to rest."""
    service.live_and_die(kills)
    service.live_on()
    return service


@pytest.mark.fault(
    1, "SIGKILL of the real service 1,000 times over 500 posts, no keys, posts seen late"
)
def test_1000_kills_over_500_posts(home: Path) -> None:
    with (
        offices(home, *range(STREAMS), posts=POSTS // STREAMS) as services,
        ThreadPoolExecutor(STREAMS) as pool,
    ):
        list(pool.map(lambda service: killed(service, KILLS // STREAMS), services))
    for service in services:
        rows = service.deliveries()
        assert {row.state for row in rows} == {State.PUBLISHED}, Counter(r.state for r in rows)
        assert Counter(service.platform.calls) == Counter(row.identity.key for row in rows)
        assert all(row.receipt for row in rows)
        assert service.unexplained() == []
        assert service.integrity() == "ok"
        assert service.log().intact
        assert "failed inside the program itself" not in service.said
    met = sum((service.met for service in services), Counter[int]())
    sys.stdout.write(f"\n{sum(s.kills for s in services)} kills; met in publication: {dict(met)}\n")
    assert sum(service.kills for service in services) == KILLS
    assert sum(len(service.platform.calls) for service in services) == POSTS
    assert sum(count for number, count in met.items() if number) >= 100, "too few met a publication"


def test_the_check_finds_blind_repetition(home: Path) -> None:
    with offices(home, 7, posts=25, blind=True) as (service,):
        killed(service, 60)
    assert max(Counter(service.platform.calls).values()) > 1
