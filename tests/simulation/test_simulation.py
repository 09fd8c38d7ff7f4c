"""2,000 months in which everything goes wrong that may: nothing lost, nothing twice, every delivery explained."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

import pytest
from sqlalchemy import update

from outreach.dispatch import dispatcher
from outreach.domain.delivery import State
from outreach.store.queue import Queue
from outreach.store.tables import ATTEMPT, DELIVERY
from tests.crash.killed_months import Forgotten, blind
from tests.house.source import ROOT
from tests.simulation.fate import REFUSALS
from tests.simulation.season import Season, season, simulate

pytestmark = pytest.mark.slow

MONTHS, BATCH, REPLAYED = 2_000, 50, 7
POINTS = ("begin", "commit", "commit's answer")
STRIKES = {
    *(f"death at {point}" for point in (*POINTS, "call", "reply")),
    *(f"{refusal} at begin" for refusal in REFUSALS),
    *("trang: failure", "zalo: failure", "zalo: lost request", "zalo: lost reply"),
}
"""What strikes in any fifty months; there is more."""


@pytest.mark.fault(
    50,
    "2,000 simulated months: clock, files, line, disk, deaths and staff all follow from one number",
)
@pytest.mark.fault(3, "a simulated process dies at drawn points, in looks, steps and starts too")
@pytest.mark.fault(16, "simulated months whose clock goes wrong by seconds, an hour or a day")
@pytest.mark.fault(17, "simulated months whose clock falls back by seconds, a day or a month")
@pytest.mark.fault(18, "simulated machines that sleep through due times")
@pytest.mark.fault(32, "a simulated process dies between Zalo's answer and its record")
@pytest.mark.fault(35, "staff of simulated months edit what waits, goes out or is out")
@pytest.mark.fault(
    36, "staff of simulated months delete files, and rename files that keep their id"
)
@pytest.mark.parametrize("first", range(0, MONTHS, BATCH))
def test_months_keep_every_promise(first: int) -> None:
    found = season(range(first, first + BATCH))
    assert not found.bad, found.text
    assert found.struck.keys() >= STRIKES
    assert found.states[State.PUBLISHED] > BATCH


def test_a_month_can_be_replayed() -> None:
    """The very same log, in another process too: whatever a number brings to light can be brought to light again."""
    verdict = simulate(REPLAYED)
    assert verdict.struck
    assert simulate(REPLAYED) == verdict
    command = [sys.executable, "-m", "tests.simulation", str(REPLAYED)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert verdict.log in told


def doubles(found: Season) -> list[str]:
    return [fault for month in found.bad for fault in month.faults if fault.startswith("twice")]


def test_the_check_finds_blind_repetition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "look", blind)
    monkeypatch.setattr(dispatcher, "DurableSteps", Forgotten)
    found = season(range(30))
    assert len(doubles(found)) > 10
    assert "python -m tests.simulation" in found.text


def test_the_check_finds_intents_that_do_not_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """As though what had begun were forgotten with the process that began it."""
    monkeypatch.setattr(Queue, "interrupted", forgets)
    assert doubles(season(range(60)))


def forgets(queue: Queue, now: datetime) -> int:
    with queue._fenced() as connection:
        under_way = DELIVERY.c.state == State.PUBLISHING.value
        scheduled = {"state": State.SCHEDULED.value}
        begun = connection.execute(update(DELIVERY).where(under_way).values(**scheduled))
        ends = {"finished": now, "outcome": State.SCHEDULED.value}
        connection.execute(update(ATTEMPT).where(ATTEMPT.c.finished.is_(None)).values(**ends))
    return begun.rowcount
