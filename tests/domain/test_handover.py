"""What must be done about a publication that a service holds, at each moment and in each state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.domain.delivery import State
from outreach.domain.handover import Handover, Task, Window, task
from tests.dispatch.claims import NOON, a_delivery

WINDOW = Window(earliest=timedelta(hours=3), latest=timedelta(minutes=20))
WAITS = a_delivery(state=State.SCHEDULED)
HELD = Handover(digest="d", due=NOON, again=NOON - timedelta(minutes=8))
HOUR = timedelta(hours=1)
NOW = NOON - HOUR


@pytest.mark.parametrize(
    ("minutes", "state", "stopped", "expected"),
    [
        (300, State.SCHEDULED, False, (Task.HAND_OVER, NOON - 3 * HOUR)),
        (60, State.SCHEDULED, False, (Task.HAND_OVER, NOON - HOUR)),
        (20, State.SCHEDULED, False, (Task.HAND_OVER, NOON - timedelta(minutes=20))),
        (19, State.SCHEDULED, False, None),
        (60, State.SCHEDULED, True, None),
        (60, State.HELD, False, None),
        (60, State.UNKNOWN, False, None),
    ],
)
def test_the_first_time(minutes: int, state: State, stopped: bool, expected: object) -> None:
    now = NOON - timedelta(minutes=minutes)
    delivery = replace(WAITS, state=state)
    assert task(delivery, None, window=WINDOW, stopped=stopped, now=now) == expected


@pytest.mark.parametrize("state", State)
def test_only_what_is_certainly_not_wanted_is_taken_back(state: State) -> None:
    what = task(replace(WAITS, state=state), HELD, window=WINDOW, stopped=False, now=NOW)
    out = {State.CANCELLED, State.HELD, State.MISSED, State.REJECTED}
    assert (what == (Task.TAKE_BACK, NOW)) is (state in out)
    assert (what == (Task.HAND_OVER, HELD.again)) is (state is State.SCHEDULED)


@pytest.mark.parametrize("change", [{"digest": "e"}, {"due": NOON + HOUR}])
def test_an_edit_or_another_date_takes_it_back(change: dict[str, object]) -> None:
    delivery = replace(WAITS, **change)  # type: ignore[arg-type]  # fields of a delivery, each with its own type
    assert task(delivery, HELD, window=WINDOW, stopped=False, now=NOW) == (Task.TAKE_BACK, NOW)


def test_a_stop_takes_it_back_after_a_failure_not_at_once() -> None:
    later = replace(HELD, after=NOW + timedelta(minutes=1))
    what = task(WAITS, later, window=WINDOW, stopped=True, now=NOW)
    assert what == (Task.TAKE_BACK, NOW + timedelta(minutes=1))


def test_nothing_is_seen_to_after_its_time_or_once_it_is_public() -> None:
    assert task(WAITS, HELD, window=WINDOW, stopped=False, now=NOON) is None
    assert task(WAITS, replace(HELD, again=None), window=WINDOW, stopped=False, now=NOW) is None
    public = replace(HELD, public=True, digest="e")
    assert task(WAITS, public, window=WINDOW, stopped=True, now=NOW) is None


def test_it_survives_as_json() -> None:
    assert Handover.from_json(HELD.to_json()) == HELD
