"""Every measurement runs, on a handful of deliveries; what it measures is not looked at here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.scenarios import artwork, burst, idle, pages, planning, spread, start, tail
from benchmarks.sink import Sink
from benchmarks.table import Row, as_table


def quiet(line: str) -> None:
    """Nobody watches."""


@pytest.mark.slow
@pytest.mark.parametrize("name", burst.CONTESTANTS)
def test_every_contestant_delivers_each_of_a_burst_once(name: str) -> None:
    with Sink() as sink:
        run = burst.run(sink, burst.CONTESTANTS[name], 5)
    assert (run.missing, run.doubled) == (0, 0)
    assert run.rate > 0


@pytest.mark.slow
def test_a_stream_is_timed_delivery_by_delivery() -> None:
    with Sink() as sink:
        late = spread.lateness(sink, 5)
    assert len(late) == 5
    assert min(late) > 0


@pytest.mark.slow
def test_the_idle_service_is_weighed() -> None:
    processor, memory = idle.measure(1, quiet, window=0.5, settle=1)
    assert processor.scenario.startswith("40 queued")
    assert memory.ours.endswith(" MB")


@pytest.mark.slow
def test_a_start_is_timed_to_the_first_post() -> None:
    (row,) = start.measure(1, 1, quiet)
    assert row.ours != "inf s"


@pytest.mark.slow
def test_a_plan_is_timed() -> None:
    (row,) = planning.measure(5, 1, quiet)
    assert row.ours.endswith(" s")


@pytest.mark.slow
def test_artwork_is_timed_alone_and_beside_a_stream() -> None:
    cards, beside = artwork.measure(5, 1, quiet)
    assert cards.scenario == "155 cards drawn"
    assert beside.ours.startswith("p99 ")


@pytest.mark.slow
def test_every_page_is_timed_on_every_database() -> None:
    small, large = (pages.Shape(name=f"{n}", campaigns=n, messages=4) for n in (1, 2))
    rows = pages.measure(1, quiet, small=small, large=[large])
    assert {row.scenario for row in rows} >= {"2: today", "2: proof", "2: API statistics"}


@pytest.mark.slow
def test_the_live_log_is_timed_and_readers_are_weighed() -> None:
    complete, beside = tail.measure(40, 1, quiet, watchers=2)
    assert complete.met
    assert beside.ours.endswith("/s")


def test_what_is_not_met_is_said_plainly() -> None:
    row = Row(scenario="s", ours="1/s", other="2/s", ratio="0.5", target="at least 8", met=False)
    assert "NOT MET" in as_table([row])


@pytest.mark.slow
def test_an_unknown_scenario_is_refused_before_anything_is_measured() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks", "nothing"], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert "no such scenario: nothing" in asked.stderr
