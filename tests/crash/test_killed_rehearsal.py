"""kill -9 in the middle of a month, 200 times: nothing lost, nothing twice, every delivery explained."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from tests.crash.killed_months import Kill, Month, moments

pytestmark = pytest.mark.alone
KILLS = 200
MOST_STEPS = 10
"""A month has some 45 steps; so many at most pass between two kills."""
STREAMS = 2
MEMORY = Path("/dev/shm")
"""A kill needs no disk, and 200 starts would wait for one."""


@pytest.fixture
def folder() -> Iterator[Path]:
    place = MEMORY if MEMORY.is_dir() else None
    made = Path(tempfile.mkdtemp(prefix="outreach-", dir=place))
    yield made
    shutil.rmtree(made)


def killed_months(
    folder: Path, stream: int, kills: int, *, blind: bool = False, faults: bool = True
) -> list[Month]:
    """Months of all kinds, one after another, until so many kills have fallen."""
    months: list[Month] = []
    while (left := kills - sum(len(month.kills) for month in months)) > 0:
        number = len(months)
        website = number % 2 == 1 and not blind
        seed = 100 * stream + number if faults and number % 4 < 2 else None
        month = Month(folder / f"{stream}-{number}", website, seed, blind)
        month.run(islice(moments(1000 * stream + number, most_steps=MOST_STEPS), left))
        months.append(month)
    return months


def assert_all_is_well(month: Month) -> None:
    outcome = month.outcome
    assert outcome["lost"] == ()
    assert outcome["twice"] == ()
    assert outcome["intact"], "the log's chain is broken"
    assert sum(outcome["states"].values()) == outcome["planned"] == 80
    assert set(outcome["states"]) <= {"published", "withdrawn", "missed"}
    twice = [key for key, count in Counter(outcome["pages"]).items() if count > 1]
    assert not twice, "a publication has two pages"
    if month.website:
        assert set(outcome["pages"]) <= set(outcome["on the site"])


@pytest.mark.fault(1, "200 kills over 18 rehearsed months")
@pytest.mark.fault(50, "rehearsed months with faults and kills")
def test_200_kills_lose_nothing_and_repeat_nothing(folder: Path) -> None:
    with ThreadPoolExecutor(STREAMS) as pool:
        streams = pool.map(lambda n: killed_months(folder, n, KILLS // STREAMS), range(STREAMS))
        months = [month for stream in streams for month in stream]
    for month in months:
        assert_all_is_well(month)
    kills = [kill for month in months for kill in month.kills]
    sys.stdout.write(f"\n{len(kills)} kills in {len(months)} months\n{histogram(kills)}\n")
    assert len(kills) >= KILLS
    assert any(month.faults is not None and month.kills for month in months)
    assert any(month.website and month.kills for month in months)
    days = {kill.day for kill in kills if kill.day}
    assert len(days) >= 15, "the kills do not fall all over the month"
    assert min(days) <= date(2022, 11, 18)
    assert max(days) >= date(2022, 12, 10)
    assert sum(kill.publishing > 0 for kill in kills) >= 10, "too few kills fell on a publication"


def test_the_check_finds_blind_repetition(folder: Path) -> None:
    months = killed_months(folder, 7, 60, blind=True, faults=False)
    twice = [key for month in months for key in month.outcome["twice"]]
    assert twice, "60 kills without read-back, and nothing came twice: the check sees nothing"


def histogram(kills: list[Kill]) -> str:
    """One line a virtual day: the kills that fell on it, and those of them that met a publication."""
    by_day: dict[str, list[Kill]] = {}
    for kill in kills:
        by_day.setdefault(str(kill.day or "before"), []).append(kill)
    return "\n".join(
        f"{day:>10} {'#' * len(found)} ({sum(k.publishing > 0 for k in found)} publishing)"
        for day, found in sorted(by_day.items())
    )
