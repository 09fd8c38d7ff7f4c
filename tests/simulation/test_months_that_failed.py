"""Months in which the program once broke a promise; each was mended where its line says."""

from __future__ import annotations

import pytest

from tests.simulation.season import simulate

FAILED = {
    2007: "a person named the post of one occurrence as the proof of another",
    3541: "a look found what a person had named as another's proof",
    4482: "a handover in doubt was not found again: our clock was a day ahead of Facebook's",
    7476: "what had appeared and was taken down again left no line in the log",
    11238: "a scheduled post was made once more, as the last look began too late",
    12296: "two occurrences of the same words had one proof",
    17282: "what a person had named as another's proof was taken down with the delivery that had made it",
    40309: "what had appeared with its former text was on record with the new one",
}
"""What had gone wrong, by the number of the month."""


@pytest.mark.parametrize("seed", FAILED)
def test_a_month_that_failed_once_keeps_every_promise(seed: int) -> None:
    verdict = simulate(seed)
    assert not verdict.faults, verdict.text
