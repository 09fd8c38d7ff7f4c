from __future__ import annotations

from datetime import timedelta

from outreach.channel import Capabilities
from outreach.dispatch.lane import Lane
from outreach.testing import FakeChannel


def test_a_lane_starts_no_more_than_its_slots() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=2)))
    lane.begin(1, 0.0)
    assert lane.free(0.0) == 1
    lane.begin(2, 0.0)
    assert lane.free(0.0) == 0
    lane.end(1)
    assert lane.free(0.0) == 1


def test_a_lane_with_a_gap_starts_one_at_a_time() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=4, gap=timedelta(seconds=10))))
    assert lane.free(0.0) == 1
    lane.begin(1, 0.0)
    lane.end(1)
    assert (lane.free(4.0), lane.opens_in(4.0)) == (0, 6.0)
    assert (lane.free(10.0), lane.opens_in(10.0)) == (1, 0.0)
