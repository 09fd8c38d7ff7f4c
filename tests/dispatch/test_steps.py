"""Durable steps: done once, whatever happens in between; cut off, they are repeated only where that is harmless."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import PauseChannel, Reject, RetryAt, Text, UnknownOutcome
from outreach.dispatch.steps import DurableSteps
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import State
from tests.dispatch.claims import NOON
from tests.dispatch.world import World

WHY = Text("because")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    world.plan("m", "seeing", NOON)
    yield world
    world.close()


def claim(world: World) -> Claim:
    (one,) = world.queue.exchange((), {"seeing": 1}, world.now()).claims
    return one


def next_claim(world: World, before: Claim) -> Claim:
    """The same delivery's next attempt."""
    again = Finish(claim=before, state=State.SCHEDULED, at=NOON, reason=WHY, ready_at=NOON)
    world.queue.exchange([again], {}, NOON)
    return claim(world)


def once(world: World, claimed: Claim, call: Callable[[], Awaitable[Any]], **how: bool) -> Any:
    """Take the step “create” as an adapter would."""
    steps = DurableSteps(claimed, queue=world.queue, write=world.write, now=world.now)
    return world.runner.run(_once(steps, call, how))


async def _once(
    steps: DurableSteps, call: Callable[[], Awaitable[Any]], how: dict[str, bool]
) -> Any:
    return await steps.once("create", call, **how)


class Call:
    """A call of a platform that counts how often it was made."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.made = 0

    async def __call__(self) -> Any:
        self.made += 1
        if self.error:
            raise self.error
        return {"token": self.made}


def test_the_value_is_kept_for_the_next_attempt(world: World) -> None:
    call = Call()
    first = claim(world)
    assert once(world, first, call) == {"token": 1}
    assert once(world, next_claim(world, first), call) == {"token": 1}
    assert call.made == 1


def test_the_intent_is_durable_before_the_call(world: World) -> None:
    first = claim(world)
    seen: list[bool] = []

    async def look() -> None:
        seen.append(world.queue.steps(first.delivery.id)["create"].done)

    once(world, first, look)
    assert seen == [False]
    assert world.queue.steps(first.delivery.id)["create"].done


@pytest.mark.asvs("2.3.1", "A step that was cut off is neither repeated nor passed over")
@pytest.mark.parametrize("error", [OSError("line"), asyncio.CancelledError(), UnknownOutcome(WHY)])
def test_a_step_that_was_cut_off_is_not_repeated(world: World, error: BaseException) -> None:
    first = claim(world)
    with pytest.raises(type(error)):
        once(world, first, Call(error))
    call = Call()
    with pytest.raises(UnknownOutcome, match="create"):
        once(world, next_claim(world, first), call)
    assert call.made == 0


def test_a_repeatable_step_that_was_cut_off_is_done_again(world: World) -> None:
    first = claim(world)
    with pytest.raises(OSError, match="line"):
        once(world, first, Call(OSError("line")), repeatable=True)
    assert once(world, next_claim(world, first), Call(), repeatable=True) == {"token": 1}


@pytest.mark.parametrize("error", [RetryAt(WHY), PauseChannel(WHY), Reject(WHY)])
def test_a_step_that_certainly_had_no_effect_leaves_no_trace(
    world: World, error: Exception
) -> None:
    first = claim(world)
    with pytest.raises(type(error)):
        once(world, first, Call(error))
    assert world.queue.steps(first.delivery.id) == {}
    assert once(world, next_claim(world, first), Call()) == {"token": 1}


def test_steps_are_read_once_in_an_attempt(world: World) -> None:
    first = claim(world)
    once(world, first, Call())
    steps = DurableSteps(
        next_claim(world, first), queue=world.queue, write=world.write, now=world.now
    )
    world.runner.run(_once(steps, Call(), {}))
    world.queue.forget_step(first, "create")
    assert world.runner.run(_once(steps, Call(), {})) == {"token": 1}


def test_a_step_names_the_attempt_that_took_it(world: World) -> None:
    first = claim(world)
    second = next_claim(world, first)
    once(world, second, Call())
    assert world.queue.steps(first.delivery.id)["create"].attempt == second.attempt
