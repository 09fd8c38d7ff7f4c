"""The far ends of a rehearsal: forgetful of keys, slow to show, and repeatable in what goes wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.channel import Absent, Found, NotPublished, PauseChannel, RetryAt, UnknownOutcome
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.far_end import LAG, Faulty, Platform, StandIn
from outreach.rehearsal.faults import Fault, Faults
from outreach.testing import FakeChannel, MemorySteps, sample_rendition
from tests.domain.office import NOW

KEY = "k"
MEANS = {
    Fault.NONE: None,
    Fault.REFUSED: RetryAt,
    Fault.LOST_REQUEST: UnknownOutcome,
    Fault.LOST_REPLY: UnknownOutcome,
    Fault.PAUSE: PauseChannel,
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path / "p.jsonl")


@pytest.fixture
def stand_in(platform: Platform, clock: VirtualClock) -> StandIn:
    return StandIn(FakeChannel("x", clock=clock), platform, clock)


def test_a_clock_never_goes_back(clock: VirtualClock) -> None:
    clock.go_to(NOW + timedelta(hours=1))
    clock.go_to(NOW)
    assert clock() == NOW + timedelta(hours=1)


def test_a_stand_in_takes_the_same_publication_again(stand_in: StandIn, platform: Platform) -> None:
    for _ in range(2):
        asyncio.run(stand_in.publish(sample_rendition(), key=KEY, steps=MemorySteps()))
    assert platform.counts() == Counter({KEY: 2})


def test_a_stand_in_shows_late(stand_in: StandIn, clock: VirtualClock) -> None:
    async def look() -> Absent | Found | object:
        return await stand_in.find(sample_rendition(), key=KEY, since=NOW)

    receipt = asyncio.run(stand_in.publish(sample_rendition(), key=KEY, steps=MemorySteps()))
    clock.go_to(NOW + LAG - timedelta(seconds=1))
    assert isinstance(asyncio.run(look()), Absent)
    clock.go_to(NOW + LAG)
    seen = asyncio.run(look())
    assert isinstance(seen, Found)
    assert seen.receipt.remote_id == receipt.remote_id


def test_taking_down_again_changes_nothing_for_readers(
    stand_in: StandIn, platform: Platform
) -> None:
    receipt = asyncio.run(stand_in.publish(sample_rendition(), key=KEY, steps=MemorySteps()))
    for _ in range(2):
        asyncio.run(stand_in.withdraw(receipt, key="w", steps=MemorySteps()))
    assert platform.counts() == Counter({KEY: 1, "w": 1})


def test_a_line_that_a_crash_cut_short_was_not_accepted(platform: Platform, tmp_path: Path) -> None:
    platform.accept("publish", "whole", NOW, {})
    with (tmp_path / "p.jsonl").open("a", encoding="utf-8") as file:
        file.write('\n{"action": "publish", "key": "cut')
    platform.accept("publish", "next", NOW, {})
    assert set(platform.counts()) == {"whole", "next"}


def test_without_a_seed_nothing_goes_wrong() -> None:
    assert {Faults(None).at(str(n), NOW) for n in range(50)} == {Fault.NONE}


def test_the_same_seed_draws_the_same_faults() -> None:
    first, again, other = ([Faults(s).at(str(n), NOW) for n in range(200)] for s in (1, 1, 2))
    assert first == again != other
    assert set(first) == set(Fault)


def outcome_at(channel: Faulty, key: str) -> type[NotPublished] | None:
    """What the dispatcher would see of one publication."""
    try:
        asyncio.run(channel.publish(sample_rendition(), key=key, steps=MemorySteps()))
    except NotPublished as outcome:
        return type(outcome)
    return None


def test_faults_happen_before_or_after_the_platform(
    stand_in: StandIn, platform: Platform, clock: VirtualClock
) -> None:
    faults = Faults(1)
    faulty = Faulty(stand_in, faults, clock)
    for number in range(200):
        key = str(number)
        met = faults.at(key, NOW)
        assert outcome_at(faulty, key) is MEANS[met]
        assert platform.counts()[key] == (met in (Fault.NONE, Fault.LOST_REPLY))


def test_an_update_is_no_second_publication(
    stand_in: StandIn, platform: Platform, clock: VirtualClock
) -> None:
    async def act() -> None:
        steps = MemorySteps()
        made = await stand_in.publish(sample_rendition(), key=KEY, steps=steps)
        calm = Faulty(stand_in, Faults(None), clock)
        done = await calm.update(made, sample_rendition(text="new"), key=KEY, steps=steps)
        assert done.remote_id == made.remote_id

    asyncio.run(act())
    assert platform.counts() == Counter({KEY: 1})
    assert [entry["action"] for entry in platform.entries()] == ["publish", "update"]
