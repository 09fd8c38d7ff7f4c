from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.channel import Capabilities
from outreach.dispatch.lane import PROBE_GAP, TROUBLES, Lane
from outreach.testing import FakeChannel


def test_a_lane_starts_no_more_than_its_slots() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=2)))
    lane.begin(1, 0.0)
    assert lane.free(0.0) == 1
    lane.begin(2, 0.0)
    assert lane.free(0.0) == 0
    lane.end(1, 0.0)
    assert lane.free(0.0) == 1


def test_a_lane_with_a_gap_starts_one_at_a_time() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=4, gap=timedelta(seconds=10))))
    assert lane.free(0.0) == 1
    lane.begin(1, 0.0)
    lane.end(1, 1.0, answered=True)
    assert (lane.free(4.0), lane.opens_in(4.0)) == (0, 6.0)
    assert (lane.free(10.0), lane.opens_in(10.0)) == (1, 0.0)


def failing(lane: Lane, times: int, monotonic: float = 0.0) -> None:
    for number in range(times):
        lane.begin(number, monotonic)
        lane.end(number, monotonic, answered=False)


@pytest.mark.asvs("16.5.2", "A service that is down is only probed")
def test_a_platform_that_is_down_is_only_probed_until_it_answers() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=4)))
    gap = PROBE_GAP.total_seconds()
    failing(lane, TROUBLES - 1)
    assert lane.free(0.0) == 4
    failing(lane, 1)
    assert (lane.free(gap - 1), lane.opens_in(gap - 1)) == (0, 1.0)
    assert lane.free(gap) == 1
    failing(lane, 1, gap)
    assert lane.free(2 * gap - 1) == 0
    lane.begin(1, 2 * gap)
    assert lane.free(2 * gap) == 0
    lane.end(1, 2 * gap + 1, answered=True)
    assert lane.free(2 * gap + 1) == 4


def test_only_troubles_in_a_row_close_a_lane() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=4)))
    for answered in (True, None):
        failing(lane, TROUBLES - 1)
        lane.begin(1, 0.0)
        lane.end(1, 0.0, answered=answered)
        assert lane.free(0.0) == 4
    failing(lane, 1)
    assert lane.free(0.0) == 0
