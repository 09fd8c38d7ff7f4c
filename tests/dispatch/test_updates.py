"""An edit of what is public reaches the channel: the newest text in the end, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Text
from outreach.dispatch import reconcile
from outreach.domain.campaign import Edits
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.store.delivery_log import read, verify
from outreach.testing import Fault, crash, lost_reply, lost_request, reject, retry_at
from tests.dispatch.claims import NOON
from tests.dispatch.world import LAG, World

CHANNELS = ["seeing", "careful", "blind"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def published(world: World, channel: str = "seeing") -> Identity:
    identity = world.plan("m", channel, world.now())
    world.work()
    return identity


def update_of(world: World, identity: Identity) -> Delivery:
    found = world.queue.get(identity.of(Action.UPDATE).key)
    assert found
    return found


def publication_of(world: World, identity: Identity) -> Delivery:
    found = world.queue.get(identity.key)
    assert found
    return found


@pytest.mark.parametrize("channel", CHANNELS)
def test_an_edit_reaches_the_channel_once_and_is_no_drift_any_more(
    world: World, channel: str
) -> None:
    identity = published(world, channel)
    before = publication_of(world, identity)
    world.rewrite(identity, "new")
    world.work()
    after = publication_of(world, identity)
    assert world.shown(identity) == "new"
    assert update_of(world, identity).state is State.UPDATED
    assert after.digest == update_of(world, identity).digest != before.digest
    assert (after.state, after.receipt) == (before.state, before.receipt)
    world.read_files()
    world.settle()
    assert world.channels[channel].calls["update"] == 1


def test_the_log_names_the_text_before_and_after(world: World) -> None:
    identity = published(world)
    before = publication_of(world, identity)
    world.rewrite(identity, "new")
    world.work()
    (line,) = [one for one in read(world.engine) if one.event.what == "rewritten"]
    assert line.event.delivery_id == before.id
    assert line.event.data["from"] == before.digest
    assert line.event.data["digest"] == publication_of(world, identity).digest
    assert line.event.data["update"] == update_of(world, identity).id
    assert verify(world.engine).damage is None


def test_one_edit_after_another_and_back_again(world: World) -> None:
    identity = published(world)
    for text in ("one", "two", "one", "text", "one"):
        world.rewrite(identity, text)
        world.work()
        assert world.shown(identity) == text
    assert update_of(world, identity).attempts == 1


def test_a_newer_edit_takes_the_place_of_one_that_waits(world: World) -> None:
    identity = published(world)
    world.rewrite(identity, "one")
    world.rewrite(identity, "two")
    world.work()
    assert world.shown(identity) == "two"
    assert world.channels["seeing"].calls["update"] == 1


def test_an_edit_back_to_what_is_public_cancels_the_update(world: World) -> None:
    identity = published(world)
    world.rewrite(identity, "one")
    world.rewrite(identity, "text")
    assert update_of(world, identity).state is State.CANCELLED
    world.settle()
    assert world.channels["seeing"].calls["update"] == 0
    world.rewrite(identity, "one")
    world.work()
    assert world.shown(identity) == "one"


@pytest.mark.slow
@pytest.mark.parametrize("fault", [lost_request(), lost_reply(), retry_at()])
@pytest.mark.parametrize("then", ["text", "two"])
def test_an_edit_back_after_doubt_is_sent_because_nobody_knows_what_is_public(
    world: World, fault: Fault, then: str
) -> None:
    identity = published(world)
    world.channels["seeing"].script.append(fault)
    world.rewrite(identity, "one")
    world.work()
    while update_of(world, identity).state is State.UNKNOWN:
        world.pass_time(timedelta(seconds=1))
        world.work()
    assert update_of(world, identity).state is State.SCHEDULED
    world.rewrite(identity, then)
    world.settle()
    assert world.shown(identity) == then
    assert update_of(world, identity).state is State.UPDATED
    assert list(world.contradictions()) == []


def test_a_deleted_message_drops_the_update_that_waits(world: World) -> None:
    identity = published(world)
    world.rewrite(identity, "one")
    world.forget(identity)
    world.settle()
    assert update_of(world, identity).state is State.CANCELLED
    assert world.shown(identity) == "text"


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["careful", "blind"])
@pytest.mark.parametrize(
    "fault", [lost_request(), lost_reply(), crash(), crash(accepted=True), retry_at()]
)
def test_an_update_in_doubt_is_repeated_until_it_is_certain(
    world: World, channel: str, fault: Fault
) -> None:
    identity = published(world, channel)
    world.channels[channel].script.append(fault)
    world.rewrite(identity, "new")
    world.settle()
    assert world.shown(identity) == "new"
    assert update_of(world, identity).state is State.UPDATED
    assert world.doubles() == []


@pytest.mark.slow
def test_an_update_that_stays_in_doubt_is_handed_to_a_person(world: World) -> None:
    identity = published(world)
    world.channels["seeing"].script.extend([lost_request()] * reconcile.TRIES_IN_DOUBT)
    world.rewrite(identity, "new")
    world.settle()
    assert update_of(world, identity).state is State.NEEDS_PERSON
    world.rewrite(identity, "newer")
    assert update_of(world, identity).state is State.NEEDS_PERSON
    _let(world, update_of(world, identity))
    world.settle()
    assert world.shown(identity) == "newer"


def _late_then_newer(world: World) -> Identity:
    identity = published(world)
    world.channels["seeing"].script.append(lost_reply(late=LAG / 2))
    world.rewrite(identity, "older")
    world.work()
    for _ in range(10):
        world.rewrite(identity, "newer")
        world.pass_time(timedelta(seconds=1))
        world.work()
    for _ in range(3):
        world.settle()
        world.rewrite(identity, "newer")
    world.pass_time(LAG)
    return identity


def test_an_older_text_that_arrives_late_does_not_overtake_a_newer_one(world: World) -> None:
    assert world.shown(_late_then_newer(world)) == "newer"


def test_the_world_notices_an_update_that_does_not_wait_for_the_former(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def at_once(claim: Claim, *, now: Any, wait: timedelta, quiet_for: timedelta) -> Finish:
        return Finish(claim=claim, state=State.SCHEDULED, at=now, reason=Text("!"), ready_at=now)

    monkeypatch.setattr(reconcile, "_repeat_update", at_once)
    monkeypatch.setattr("outreach.dispatch.verdict._unknown", _at_once_unknown)
    assert world.shown(_late_then_newer(world)) == "older"


def _at_once_unknown(claim: Claim, outcome: Any, *, now: Any, capabilities: Any) -> Finish:
    return Finish(
        claim=claim, state=State.UNKNOWN, at=now, reason=outcome.reason, ready_at=now, looks=0
    )


def test_a_refused_update_waits_until_the_text_is_changed_again(world: World) -> None:
    identity = published(world)
    world.channels["seeing"].script.append(reject())
    world.rewrite(identity, "bad")
    world.work()
    world.read_files()
    assert update_of(world, identity).state is State.REJECTED
    world.rewrite(identity, "good")
    world.work()
    assert world.shown(identity) == "good"


# --- a person's word


def _let(world: World, update: Delivery) -> None:
    world.queue.move(update.id, State.SCHEDULED, reason=Text("Go."), actor="Lan", now=world.now())


def test_nothing_public_is_changed_before_a_person_lets_it(world: World) -> None:
    identity = published(world)
    world.rewrite(identity, "new", Edits.ASK)
    world.settle()
    update = update_of(world, identity)
    assert (update.state, world.shown(identity)) == (State.HELD, "text")
    assert "outreach retry" in str(update.reason)
    _let(world, update)
    world.read_files(Edits.ASK)
    world.work()
    assert world.shown(identity) == "new"


def test_a_persons_word_holds_for_the_text_it_was_given_for(world: World) -> None:
    identity = published(world)
    world.rewrite(identity, "seen", Edits.ASK)
    _let(world, update_of(world, identity))
    world.rewrite(identity, "unseen", Edits.ASK)
    world.settle()
    assert (update_of(world, identity).state, world.shown(identity)) == (State.HELD, "text")
    _let(world, update_of(world, identity))
    world.settle()
    world.rewrite(identity, "unseen either", Edits.ASK)
    world.settle()
    assert (update_of(world, identity).state, world.shown(identity)) == (State.HELD, "unseen")


def test_what_a_person_leaves_stays_until_the_next_edit(world: World) -> None:
    identity = published(world)
    world.rewrite(identity, "new", Edits.ASK)
    update = update_of(world, identity)
    world.queue.move(update.id, State.CANCELLED, reason=Text("No."), actor="Lan", now=world.now())
    world.read_files(Edits.ASK)
    assert update_of(world, identity).state is State.CANCELLED
    world.rewrite(identity, "newer", Edits.ASK)
    assert update_of(world, identity).state is State.HELD
    world.settle()
    assert world.shown(identity) == "text"


# --- a withdrawal wins


@pytest.mark.slow
@pytest.mark.parametrize("fault", [None, lost_reply(), lost_request(), crash(accepted=True)])
def test_a_withdrawal_due_together_with_an_update_wins(world: World, fault: Fault | None) -> None:
    identity = published(world)
    world.plan("m", "seeing", world.now(), action=Action.WITHDRAW)
    world.channels["seeing"].script.append(fault)
    world.rewrite(identity, "new")
    world.settle()
    world.read_files()
    world.settle()
    assert world.shown(identity) is None
    assert list(world.contradictions()) == []


def test_what_is_down_is_not_updated(world: World) -> None:
    identity = published(world)
    world.plan("m", "seeing", world.now(), action=Action.WITHDRAW)
    world.settle()
    world.rewrite(identity, "new")
    world.settle()
    assert world.channels["seeing"].calls["update"] == 0
    assert world.queue.get(identity.of(Action.UPDATE).key) is None


def test_an_update_that_waited_while_the_withdrawal_went_out_is_dropped(world: World) -> None:
    identity = published(world)
    world.channels["seeing"].script.append(retry_at(NOON + timedelta(hours=2)))
    world.rewrite(identity, "new")
    world.work()
    world.plan("m", "seeing", world.now(), action=Action.WITHDRAW)
    world.settle()
    assert update_of(world, identity).state is State.CANCELLED
    assert world.shown(identity) is None


def test_a_withdrawal_waits_until_an_update_in_doubt_can_no_longer_arrive(world: World) -> None:
    identity = published(world)
    world.channels["seeing"].script.append(lost_reply(late=LAG / 2))
    world.rewrite(identity, "new")
    world.work()
    world.plan("m", "seeing", world.now(), action=Action.WITHDRAW)
    world.work()
    assert world.channels["seeing"].calls["withdraw"] == 0
    world.settle()
    assert world.shown(identity) is None
    assert update_of(world, identity).state is State.CANCELLED


# --- the process dies


class Death:
    """Ends the process before or after one of its writes to the store, counted from 0."""

    def __init__(self, world: World, boundary: int) -> None:
        self._world, self._left, self.struck = world, boundary, False

    def over(self, write: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def mortal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            await self._perhaps()
            done = await write(call, *args, **kwargs)
            await self._perhaps()
            return done

        return mortal

    async def _perhaps(self) -> None:
        self._left -= 1
        if self._left == -1:
            self.struck = True
            self._world.channels["seeing"].died.set()
            await asyncio.Event().wait()


BOUNDARIES = range(9)
"""An update has 4 writes (claim, step begun, step done, outcome), each with a before and an after; the ninth finds none."""


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["seeing", "careful"])
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_it_dies_at_any_boundary_of_an_update(world: World, channel: str, boundary: int) -> None:
    identity = published(world, channel)
    world.rewrite(identity, "new")
    death = Death(world, boundary)
    world.dispatcher._write = death.over(world.write)  # type: ignore[assignment]  # the same calls, in a process that may die
    world.work()
    assert death.struck is (boundary < 8)
    world.settle()
    assert world.shown(identity) == "new"
    assert update_of(world, identity).state is State.UPDATED
    assert publication_of(world, identity).digest == update_of(world, identity).digest
    assert world.doubles() == []
    assert list(world.contradictions()) == []
    assert verify(world.engine).damage is None
