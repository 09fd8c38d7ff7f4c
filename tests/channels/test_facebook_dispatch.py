"""What the real dispatcher makes of every row of Facebook's table of errors, with the real queue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import PauseChannel, Reject, RetryAt, Text, UnknownOutcome
from outreach.channels.facebook_page.adapter import LAG
from outreach.channels.facebook_page.creation import MOST_DOUBTS
from outreach.channels.facebook_page.refusals import Meaning, row_of
from outreach.domain.delivery import Delivery, State
from outreach.sandbox.facebook import FAULTS, Fault
from tests.channels.page_world import PageWorld, world
from tests.channels.test_facebook_refusals import CASES, Case

DOUBTS = {
    str(case): Fault(code=case.code, subcode=case.subcode, transient=case.transient, status=500)
    for case in CASES
    if case.outcome is UnknownOutcome and not case.person
} | {name: FAULTS[name] for name in ("reset", "502-html", "200-with-error")}
"""Every failure after which nobody knows: the rows that say so, a broken connection, an outage page, a good status."""

_numbers = count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageWorld]:
    with world(tmp_path_factory.mktemp("page")) as lives:
        yield lives


@pytest.fixture
def lives(shared: PageWorld) -> PageWorld:
    """The same Page and queue for all, well again, with nothing left to do."""
    shared.stage.sandbox.heal()
    shared.pass_time(timedelta(hours=12))
    shared.settle()
    return shared


def tried(lives: PageWorld, fault: Fault, *, times: int = 1, **facts: Any) -> Delivery:
    """A delivery that was due now and met the fault."""
    number = next(_numbers)
    lives.stage.sandbox.faults.arm(fault, on="POST feed", times=times)
    identity = lives.ask(f"m{number}", text=f"Tin số {number}", **facts)
    lives.work()
    return lives.delivery(identity)


def posts_of(lives: PageWorld, delivery: Delivery) -> list[dict[str, Any]]:
    words = f"Tin số {delivery.identity.message[1:]}\n"
    return [post for post in lives.stage.sandbox.posts if post["message"].startswith(words)]


@pytest.mark.parametrize("lag", [0, 90], ids=["at-once", "late"])
@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_is_there_after_all_is_found(lives: PageWorld, doubt: str, lag: int) -> None:
    delivery = tried(lives, replace(DOUBTS[doubt], applied=True, lag=float(lag)))
    assert delivery.state is State.UNKNOWN
    lives.settle()
    found = lives.delivery(delivery.identity)
    (post,) = posts_of(lives, delivery)
    assert found.state is State.PUBLISHED
    assert found.receipt
    assert found.receipt.remote_id == post["id"]
    assert len(lives.queue.attempts(found.id)) == 1


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_is_not_there_is_repeated_after_two_looks(lives: PageWorld, doubt: str) -> None:
    delivery = tried(lives, DOUBTS[doubt])
    assert delivery.state is State.UNKNOWN
    asked = lives.now()
    lives.settle()
    assert lives.delivery(delivery.identity).state is State.PUBLISHED
    assert len(posts_of(lives, delivery)) == 1
    first, second = lives.queue.attempts(delivery.id)
    assert first.outcome == State.UNKNOWN
    assert second.started - asked >= 2 * LAG


@pytest.mark.parametrize("arrives", [True, False])
def test_a_reply_that_never_comes_is_looked_for(tmp_path: Path, arrives: bool) -> None:
    waits = ["feed"]

    async def line(scope: Any, receive: Any, send: Any) -> None:
        late = waits and scope["path"].endswith(waits[0])
        if arrives or not late:
            await month.stage.sandbox.app(scope, receive, send)
        if late:
            waits.clear()
            raise TimeoutError

    with world(tmp_path, network=line) as month:
        identity = month.ask("m", text="Tin")
        month.work()
        assert month.delivery(identity).state is State.UNKNOWN
        month.settle()
        assert month.delivery(identity).state is State.PUBLISHED
        assert len(month.stage.sandbox.posts) == 1
        attempts = month.queue.attempts(month.delivery(identity).id)
        assert len(attempts) == (1 if arrives else 2)


@pytest.mark.parametrize("code", [1, 2])
def test_a_message_that_fails_again_and_again_is_for_people(lives: PageWorld, code: int) -> None:
    delivery = tried(lives, Fault(code=code, status=500), times=MOST_DOUBTS + 1)
    lives.settle()
    rejected = lives.delivery(delivery.identity)
    assert rejected.state is State.REJECTED
    assert posts_of(lives, delivery) == []
    assert len(lives.queue.attempts(delivery.id)) == MOST_DOUBTS + 1


def test_a_token_that_dies_in_the_middle_of_a_doubt_pauses_and_nothing_is_lost(
    lives: PageWorld,
) -> None:
    delivery = tried(lives, FAULTS["created-then-reset"])
    lives.stage.sandbox.dead = True
    asked = len(lives.stage.sandbox.calls)
    for _ in range(4):
        lives.pass_time(timedelta(hours=3))
        lives.work()
    assert lives.delivery(delivery.identity).state is State.UNKNOWN
    paused = lives.queue.channel_states()["facebook-page"]
    assert (paused.paused, paused.until) == (True, None)
    assert len(lives.stage.sandbox.calls) == asked + 1, "nobody looks again and again"
    lives.stage.sandbox.heal()
    lives.settle()
    assert lives.delivery(delivery.identity).state is State.PUBLISHED
    assert len(posts_of(lives, delivery)) == 1


def test_a_video_that_is_refused_twice_is_rejected_and_a_person_gets_as_many_tries(
    lives: PageWorld,
) -> None:
    delivery = tried(lives, Fault(code=6001), times=3)
    assert delivery.state is State.SCHEDULED
    lives.settle()
    assert lives.delivery(delivery.identity).state is State.REJECTED
    assert len(lives.queue.attempts(delivery.id)) == 2
    again = Text("Once more, please.")
    lives.queue.move(delivery.id, State.SCHEDULED, reason=again, actor="lan", now=lives.now())
    lives.settle()
    assert lives.delivery(delivery.identity).state is State.PUBLISHED
    assert len(posts_of(lives, delivery)) == 1


OTHERS = [case for case in CASES if case.outcome is not UnknownOutcome]


@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_what_is_refused_waits_pauses_or_is_rejected(lives: PageWorld, case: Case) -> None:
    fault = Fault(
        code=case.code, subcode=case.subcode, message=case.message, transient=case.transient
    )
    asked = lives.now()
    delivery = tried(lives, fault, times=2 if _fetches_the_link(case) else 1)
    assert delivery.state is case.state
    assert posts_of(lives, delivery) == []
    paused = lives.queue.channel_states().get("facebook-page")
    assert (paused is not None and paused.paused) is (case.outcome is PauseChannel)
    if case.outcome is PauseChannel:
        assert paused
        assert paused.until == (asked + timedelta(hours=case.hours) if case.hours else None)
    if case.outcome is RetryAt:
        assert delivery.ready_at > asked
    lives.settle()
    ends = State.REJECTED if case.outcome is Reject else State.PUBLISHED
    assert lives.delivery(delivery.identity).state is ends
    assert len(posts_of(lives, delivery)) == (ends is State.PUBLISHED)


def _fetches_the_link(case: Case) -> bool:
    error = {"code": case.code, "error_subcode": case.subcode, "message": case.message}
    return row_of(error).meaning is Meaning.LINK


REPEATED = [case for case in CASES if case.person]


@pytest.mark.parametrize("case", REPEATED, ids=str)
def test_a_repetition_of_nothing_that_can_be_seen_is_for_people(
    lives: PageWorld, case: Case
) -> None:
    fault = Fault(code=case.code, subcode=case.subcode, message=case.message)
    delivery = tried(lives, fault)
    assert delivery.state is State.NEEDS_PERSON
    lives.settle()
    assert lives.delivery(delivery.identity).state is State.NEEDS_PERSON
    assert posts_of(lives, delivery) == []


@pytest.mark.parametrize("case", REPEATED, ids=str)
def test_a_repetition_of_ourselves_is_adopted(lives: PageWorld, case: Case) -> None:
    fault = Fault(code=case.code, subcode=case.subcode, message=case.message, applied=True)
    delivery = tried(lives, fault)
    assert delivery.state is State.PUBLISHED
    (post,) = posts_of(lives, delivery)
    assert delivery.receipt
    assert delivery.receipt.remote_id == post["id"]


@pytest.mark.parametrize("case", REPEATED, ids=str)
def test_a_repetition_of_another_delivery_is_rejected(lives: PageWorld, case: Case) -> None:
    first = tried(lives, Fault(how="none", applied=True))
    assert first.state is State.PUBLISHED
    same = f"Tin số {first.identity.message[1:]}"
    lives.stage.sandbox.faults.arm(
        Fault(code=case.code, subcode=case.subcode, message=case.message), on="POST feed"
    )
    second = lives.ask(f"again-{first.id}", text=same)
    lives.work()
    assert lives.delivery(second).state is State.REJECTED
    assert len(posts_of(lives, first)) == 1


def test_every_case_goes_through_the_dispatcher() -> None:
    """That every row has its case, test_facebook_refusals shows."""
    assert len(DOUBTS.keys() & {str(case) for case in CASES}) + len(OTHERS) + len(REPEATED) == len(
        CASES
    )
