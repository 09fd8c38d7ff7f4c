from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from outreach.channel import Text
from outreach.dispatch.lane import PROBE_GAP, TROUBLES
from outreach.domain.delivery import Action, State
from outreach.domain.difference import ChangeKind
from outreach.testing import crash, lost_reply, lost_request, pause, reject, retry_at
from tests.dispatch.claims import NOON
from tests.dispatch.world import LAG, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def state_of(world: World, number: int = 0) -> State:
    return world.rows()[number].state


def test_what_is_due_is_published_once(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.work()
    assert state_of(world) is State.PUBLISHED
    assert world.accepted(world.rows()[0]) == 1


def test_what_is_not_due_waits_for_its_time(world: World) -> None:
    world.plan("m", "seeing", NOON + timedelta(hours=1))
    assert world.work() == NOON + timedelta(hours=1)
    assert state_of(world) is State.SCHEDULED
    world.pass_time(timedelta(hours=1))
    world.work()
    assert state_of(world) is State.PUBLISHED


@pytest.mark.parametrize("channel", ["seeing", "careful"])
@pytest.mark.parametrize("fault", [lost_reply(), crash(accepted=True)])
def test_a_publication_in_doubt_is_found_and_not_repeated(
    world: World, channel: str, fault: object
) -> None:
    world.plan("m", channel, NOON)
    world.channels[channel].script.append(fault)  # type: ignore[arg-type]  # a scripted fault
    world.work()
    assert state_of(world) is State.UNKNOWN
    world.settle()
    assert state_of(world) is State.PUBLISHED
    assert world.accepted(world.rows()[0]) == 1


@pytest.mark.parametrize("channel", ["seeing", "careful"])
@pytest.mark.parametrize("fault", [lost_request(), crash()])
def test_a_request_that_never_arrived_is_sent_after_two_empty_looks(
    world: World, channel: str, fault: object
) -> None:
    world.plan("m", channel, NOON)
    world.channels[channel].script.append(fault)  # type: ignore[arg-type]  # a scripted fault
    world.settle()
    assert state_of(world) is State.PUBLISHED
    assert world.channels[channel].calls["find"] >= 2
    assert world.accepted(world.rows()[0]) == 1


@pytest.mark.fault(4, "a lost answer on a channel without read-back")
def test_a_channel_that_cannot_look_asks_a_person(world: World) -> None:
    world.plan("m", "blind", NOON)
    world.channels["blind"].script.append(lost_reply())
    world.settle()
    assert state_of(world) is State.NEEDS_PERSON


@pytest.mark.fault(5, "a platform with a visibility lag")
def test_a_publication_that_appears_late_is_still_found(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.channels["seeing"].script.append(lost_reply(late=LAG / 2))
    world.settle()
    assert state_of(world) is State.PUBLISHED
    assert world.doubles() == []


@pytest.mark.fault(16, "a clock that jumps")
def test_two_jumps_of_the_wall_clock_do_not_make_two_looks_valid(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.channels["seeing"].script.append(lost_reply())
    for _ in range(3):
        world.work()
        world.offset += timedelta(hours=1)
    world.settle()
    assert state_of(world) is State.PUBLISHED
    assert world.doubles() == []


@pytest.mark.fault(17, "a clock set back by an hour, and to 1970, with a restart after it")
@pytest.mark.parametrize("back", [timedelta(hours=1), NOON - datetime(1970, 1, 1, tzinfo=UTC)])
def test_a_clock_set_back_repeats_nothing_and_keeps_the_rest_waiting(
    world: World, back: timedelta
) -> None:
    world.plan("public", "seeing", NOON)
    world.plan("lost", "seeing", NOON)
    world.channels["seeing"].script.append(lost_reply())
    world.work()
    world.plan("later", "seeing", NOON + timedelta(hours=2))
    world.offset -= back
    world.restart()
    world.work()
    assert len(world.channels["seeing"].publications) == 2
    world.offset += back
    world.settle()
    assert {row.state for row in world.rows()} == {State.PUBLISHED}
    assert world.doubles() == []


def test_a_refusal_is_tried_again_later(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.channels["seeing"].script.extend([retry_at(), retry_at(NOON + timedelta(minutes=10))])
    world.settle()
    assert state_of(world) is State.PUBLISHED
    assert world.rows()[0].attempts == 3


@pytest.mark.fault(25, "thirty failures in a row")
def test_a_platform_that_is_down_is_not_stormed(world: World) -> None:
    names = [f"m{number:02}" for number in range(12)]
    for minute, name in enumerate(names):
        world.plan(name, "seeing", NOON + timedelta(minutes=minute))
    world.pass_time(timedelta(hours=1))
    down = 30
    world.channels["seeing"].script.extend([retry_at()] * down)
    world.settle()
    rows = world.rows()
    assert {row.state for row in rows} == {State.PUBLISHED}
    starts = sorted(a.started for row in rows for a in world.queue.attempts(row.id))
    assert len(starts) == down + len(names)
    probes = starts[TROUBLES + 2 : down]
    assert all(after - before >= PROBE_GAP for before, after in pairwise(probes))


def test_a_rejection_waits_until_the_text_is_mended(world: World) -> None:
    identity = world.plan("m", "seeing", NOON)
    world.channels["seeing"].script.append(reject())
    world.settle()
    assert state_of(world) is State.REJECTED
    world.edit(identity, ChangeKind.CHANGED, due=NOON, text="mended")
    world.settle()
    assert state_of(world) is State.PUBLISHED
    assert world.channels["seeing"].publications[0].rendition.text == "mended"


def test_a_pause_of_the_platform_holds_the_whole_lane_and_nothing_else(world: World) -> None:
    for message in ("a", "b", "c", "d"):
        world.plan(message, "seeing", NOON)
    world.plan("e", "blind", NOON)
    world.channels["seeing"].script.extend([pause(NOON + timedelta(hours=1))] * 2)
    world.work()
    states = {d.identity.message: d.state for d in world.rows()}
    assert states == dict.fromkeys("abcd", State.SCHEDULED) | {"e": State.PUBLISHED}
    assert world.queue.channel_states()["seeing"].paused
    world.pass_time(timedelta(hours=1))
    world.settle()
    assert {d.state for d in world.rows()} == {State.PUBLISHED}


def test_a_person_pauses_and_resumes(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.queue.pause("seeing", Text("storm"), None, actor="Lan", now=NOON)
    world.work()
    assert state_of(world) is State.SCHEDULED
    world.queue.resume("seeing", actor="Lan", now=NOON)
    world.work()
    assert state_of(world) is State.PUBLISHED


def test_a_withdrawal_takes_down_what_was_published(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.plan("m", "seeing", NOON + timedelta(days=1), action=Action.WITHDRAW)
    world.settle()
    assert [d.state for d in world.rows()] == [State.PUBLISHED, State.WITHDRAWN]
    assert world.channels["seeing"].public == []


def test_a_withdrawal_in_doubt_is_repeated(world: World) -> None:
    world.plan("m", "careful", NOON)
    world.plan("m", "careful", NOON + timedelta(days=1), action=Action.WITHDRAW)
    world.work()
    world.pass_time(timedelta(days=1))
    world.channels["careful"].script.append(crash(accepted=True))
    world.settle()
    assert [d.state for d in world.rows()] == [State.PUBLISHED, State.WITHDRAWN]


def test_a_withdrawal_without_publication_is_dropped(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.plan("m", "seeing", NOON + timedelta(hours=1), action=Action.WITHDRAW)
    world.channels["seeing"].script.append(reject())
    world.settle()
    assert [d.state for d in world.rows()] == [State.REJECTED, State.CANCELLED]


def test_no_more_is_in_flight_than_slots_when_the_process_dies(world: World) -> None:
    for number in range(20):
        world.plan(f"m{number}", "seeing", NOON)
    world.channels["seeing"].script.append(crash())
    world.work()
    assert (
        sum(d.state is State.UNKNOWN for d in world.rows())
        <= world.channels["seeing"].capabilities.slots
    )
    world.settle()
    assert {d.state for d in world.rows()} == {State.PUBLISHED}
    assert world.doubles() == []


def test_what_was_missed_goes_out_when_a_person_asks_for_it(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.pass_time(timedelta(days=2))
    world.settle()
    missed = world.rows()[0]
    world.queue.move(
        missed.id, State.SCHEDULED, reason=Text("still useful"), actor="Lan", now=world.now()
    )
    world.work()
    assert state_of(world) is State.PUBLISHED


@pytest.mark.fault(18, "time passes while nothing runs")
def test_what_the_machine_slept_through_is_missed_and_says_so(world: World) -> None:
    world.plan("m", "seeing", NOON)
    world.pass_time(timedelta(days=2))
    world.settle()
    assert state_of(world) is State.MISSED
    assert "late" in str(world.rows()[0].reason)
