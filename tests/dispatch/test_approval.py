"""What must be approved goes out only when this very text was approved: asked again at the moment of sending."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.domain.approval import Verdict, Word, waits_for_approval
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.difference import ChangeKind, Difference
from outreach.store.approvals import Approvals
from outreach.store.delivery_log import read, verify
from tests.dispatch.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def demand(world: World, needed: int) -> None:
    rule = Difference(campaign="c", changes=(), approvals=needed)
    world.queue.apply(rule, {}, now=world.now(), actor="files")


def row(world: World, identity: Identity) -> Delivery:
    found = world.queue.get(identity.key)
    assert found
    return found


def say(world: World, identity: Identity, person: str, verdict: Verdict = Verdict.APPROVED) -> int:
    word = Word(
        digest=row(world, identity).digest,
        person=person,
        verdict=verdict,
        note="đã xem",
        at=world.now(),
    )
    return Approvals(world.engine).give(word)


def test_it_waits_at_its_time_until_the_very_text_is_approved(world: World) -> None:
    demand(world, 1)
    identity = world.plan("m", "seeing", world.now())
    world.work()
    held = row(world, identity)
    assert held.state is State.HELD
    assert waits_for_approval(held)
    assert world.shown(identity) is None
    assert say(world, identity, "lan") == 1
    world.work()
    assert row(world, identity).state is State.PUBLISHED
    said = [line.event for line in read(world.engine, delivery_id=held.id)]
    assert [event.what for event in said][-4:] == [
        "approved",
        "scheduled",
        "publishing",
        "published",
    ]
    assert next(e for e in said if e.what == "approved").data["digest"] == held.digest
    assert verify(world.engine).intact


def test_what_was_approved_before_goes_out_on_time(world: World) -> None:
    demand(world, 1)
    identity = world.plan("m", "seeing", world.now() + timedelta(hours=1))
    say(world, identity, "lan")
    world.pass_time(timedelta(hours=1))
    world.work()
    assert row(world, identity).state is State.PUBLISHED


@pytest.mark.fault(35, "an approved text is edited while it waits")
def test_an_edit_needs_a_word_of_its_own(world: World) -> None:
    demand(world, 1)
    due = world.now() + timedelta(hours=1)
    identity = world.plan("m", "seeing", due)
    say(world, identity, "lan")
    world.edit(identity, ChangeKind.CHANGED, due=due, text="another")
    world.pass_time(timedelta(hours=1))
    world.work()
    assert row(world, identity).state is State.HELD
    world.edit(identity, ChangeKind.RELEASED, due=due, text="text")
    world.work()
    assert row(world, identity).state is State.PUBLISHED
    assert world.shown(identity) == "text"


def test_two_different_people_where_four_eyes_are_wanted(world: World) -> None:
    demand(world, 2)
    identity = world.plan("m", "seeing", world.now())
    for person in ("lan", "lan"):
        say(world, identity, person)
        world.work()
        assert row(world, identity).state is not State.PUBLISHED
    say(world, identity, "minh")
    world.work()
    assert row(world, identity).state is State.PUBLISHED


def test_what_was_sent_back_waits_for_the_same_person(world: World) -> None:
    demand(world, 1)
    identity = world.plan("m", "seeing", world.now())
    say(world, identity, "minh", Verdict.SENT_BACK)
    say(world, identity, "lan")
    world.work()
    assert row(world, identity).state is State.HELD
    say(world, identity, "minh")
    world.work()
    assert row(world, identity).state is State.PUBLISHED


def test_a_persons_retry_does_not_stand_in_for_an_approval(world: World) -> None:
    demand(world, 1)
    identity = world.plan("m", "seeing", world.now())
    world.work()
    held = row(world, identity)
    assert held.reason
    world.queue.move(held.id, State.SCHEDULED, reason=held.reason, actor="minh", now=world.now())
    world.work()
    assert row(world, identity).state is State.HELD
    assert world.shown(identity) is None


def test_an_update_needs_a_word_and_a_withdrawal_none(world: World) -> None:
    identity = world.plan("m", "seeing", world.now())
    world.work()
    demand(world, 1)
    world.rewrite(identity, "new")
    world.work()
    assert row(world, identity.of(Action.UPDATE)).state is State.HELD
    assert world.shown(identity) == "text"
    say(world, identity.of(Action.UPDATE), "lan")
    world.work()
    assert world.shown(identity) == "new"
    world.plan("m", "seeing", world.now(), action=Action.WITHDRAW)
    world.work()
    assert world.shown(identity) is None


def test_a_campaign_that_asks_nobody_waits_for_nobody(world: World) -> None:
    demand(world, 1)
    demand(world, 0)
    identity = world.plan("m", "seeing", world.now())
    world.work()
    assert row(world, identity).state is State.PUBLISHED


def test_what_waits_for_a_word_is_listed_by_its_time(world: World) -> None:
    demand(world, 1)
    now = world.now()
    soon = world.plan("soon", "seeing", now + timedelta(hours=1))
    done = world.plan("done", "seeing", now + timedelta(hours=2))
    world.plan("far", "seeing", now + timedelta(days=9))
    say(world, done, "lan")
    waiting = Approvals(world.engine).waiting(now + timedelta(days=2))
    assert [delivery.identity for delivery in waiting] == [soon]
