from __future__ import annotations

from datetime import timedelta

from outreach.channel import Capabilities
from outreach.dispatch.lane import Lane
from outreach.testing import FakeChannel
from tests.dispatch.claims import NOON


def test_a_lane_starts_no_more_than_its_slots() -> None:
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=2)))
    lane.begin(1, NOON)
    assert lane.free(NOON) == 1
    lane.begin(2, NOON)
    assert lane.free(NOON) == 0
    lane.end(1)
    assert lane.free(NOON) == 1


def test_a_lane_with_a_gap_starts_one_at_a_time() -> None:
    gap = timedelta(seconds=10)
    lane = Lane(FakeChannel(capabilities=Capabilities(slots=4, gap=gap)))
    assert lane.free(NOON) == 1
    lane.begin(1, NOON)
    lane.end(1)
    assert (lane.free(NOON), lane.opens_at(NOON)) == (0, NOON + gap)
    assert (lane.free(NOON + gap), lane.opens_at(NOON + gap)) == (1, None)
