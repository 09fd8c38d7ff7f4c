from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.channel import Absent, CannotTell, Found, Text
from outreach.dispatch.reconcile import (
    CLOCKS_DIFFER,
    EMPTY_READS,
    PATIENCE,
    SETTLE,
    TRIES_IN_DOUBT,
    conclude,
    look,
    tried_since,
)
from outreach.domain.delivery import Action, State
from outreach.testing import FakeChannel
from tests.dispatch.claims import NOON, RECEIPT, a_claim

LAG = timedelta(minutes=2)
WHY = Text("the list could not be read")


def test_found_is_published_with_its_proof() -> None:
    finish = conclude(a_claim(), Found(receipt=RECEIPT), now=NOON, wait=LAG, quiet_for=LAG)
    assert (finish.state, finish.receipt) == (State.PUBLISHED, RECEIPT)


def test_an_empty_read_before_the_lag_has_passed_proves_nothing() -> None:
    claim = a_claim(since=NOON, looks=0)
    finish = conclude(claim, Absent(), now=NOON + timedelta(seconds=1), wait=LAG, quiet_for=LAG)
    assert (finish.state, finish.ready_at, finish.looks) == (State.UNKNOWN, NOON + LAG, None)


def test_two_empty_reads_past_the_lag_free_it_for_another_try() -> None:
    now = NOON + LAG
    first = conclude(a_claim(since=NOON, looks=0), Absent(), now=now, wait=LAG, quiet_for=LAG)
    second = conclude(
        a_claim(since=NOON, looks=EMPTY_READS - 1), Absent(), now=now + LAG, wait=LAG, quiet_for=LAG
    )
    assert (first.state, first.looks, first.ready_at) == (State.UNKNOWN, 1, now + LAG)
    assert (second.state, second.looks) == (State.SCHEDULED, 0)


def test_a_channel_without_lag_is_still_given_a_moment() -> None:
    channel = FakeChannel(clock=lambda: NOON)
    finish = asyncio.run(look(channel, a_claim(since=NOON), now=NOON, quiet_for=SETTLE))
    assert (finish.state, finish.ready_at) == (State.UNKNOWN, NOON + SETTLE)


@pytest.mark.fault(16, "a clock that jumps")
def test_a_wall_clock_that_jumped_ahead_makes_no_read_valid() -> None:
    now, quiet_for = NOON + timedelta(days=1), timedelta(seconds=3)
    finish = conclude(
        a_claim(since=NOON, looks=1), Absent(), now=now, wait=LAG, quiet_for=quiet_for
    )
    assert (finish.state, finish.ready_at) == (State.UNKNOWN, now + LAG - quiet_for)


def test_passing_trouble_is_borne_with_growing_pauses_and_then_a_person_is_asked() -> None:
    trouble = CannotTell(why=WHY, passing=True)
    early = conclude(a_claim(since=NOON), trouble, now=NOON, wait=LAG, quiet_for=LAG)
    later = conclude(
        a_claim(since=NOON), trouble, now=NOON + timedelta(hours=1), wait=LAG, quiet_for=LAG
    )
    late = conclude(a_claim(since=NOON), trouble, now=NOON + PATIENCE, wait=LAG, quiet_for=LAG)
    assert early.state is later.state is State.UNKNOWN
    assert early.ready_at is not None
    assert later.ready_at is not None
    assert early.ready_at - NOON < later.ready_at - (NOON + timedelta(hours=1))
    assert late.state is State.NEEDS_PERSON
    put_back = replace(a_claim(since=NOON), restored=NOON + PATIENCE - timedelta(minutes=1))
    fresh = conclude(put_back, trouble, now=NOON + PATIENCE, wait=LAG, quiet_for=LAG)
    assert fresh.state is State.UNKNOWN


def test_a_channel_that_cannot_look_asks_a_person_at_once() -> None:
    finish = conclude(a_claim(since=NOON), CannotTell(why=WHY), now=NOON, wait=LAG, quiet_for=LAG)
    assert (finish.state, finish.reason) == (State.NEEDS_PERSON, WHY)


def test_a_withdrawal_in_doubt_is_repeated_after_a_growing_pause() -> None:
    channel = FakeChannel(clock=lambda: NOON)
    first = a_claim(action=Action.WITHDRAW)
    third = a_claim(action=Action.WITHDRAW, attempts=2)
    finish = asyncio.run(look(channel, first, now=NOON, quiet_for=LAG))
    later = asyncio.run(look(channel, third, now=NOON, quiet_for=LAG))
    assert (finish.state, later.state) == (State.SCHEDULED, State.SCHEDULED)
    assert finish.ready_at is not None
    assert later.ready_at is not None
    assert NOON < finish.ready_at < later.ready_at


def test_a_withdrawal_that_stays_in_doubt_is_handed_to_a_person() -> None:
    claim = a_claim(action=Action.WITHDRAW, attempts=TRIES_IN_DOUBT)
    finish = asyncio.run(look(FakeChannel(clock=lambda: NOON), claim, now=NOON, quiet_for=LAG))
    assert finish.state is State.NEEDS_PERSON
    assert "by hand" in str(finish.reason)


def test_a_look_goes_back_to_the_first_try_because_that_may_have_left_a_part() -> None:
    later = NOON + timedelta(days=2)
    claim = replace(a_claim(since=later), tried=NOON)
    assert tried_since(claim, later) <= NOON


@pytest.mark.fault(
    16, "a clock that was a day ahead while it published, and is right when it looks"
)
def test_a_look_finds_what_went_out_while_the_clock_was_ahead() -> None:
    true_time = NOON - timedelta(days=1)
    claim = replace(a_claim(since=NOON), tried=NOON)
    assert tried_since(claim, NOON) < true_time - timedelta(hours=1)
    assert tried_since(claim, true_time) == true_time - CLOCKS_DIFFER


def test_an_adapter_that_breaks_while_looking_proves_nothing() -> None:
    class Broken(FakeChannel):
        async def find(self, *args: object, **kwargs: object) -> Found:
            raise ValueError("no such page")

    finish = asyncio.run(
        look(Broken(clock=lambda: NOON), a_claim(since=NOON), now=NOON, quiet_for=LAG)
    )
    assert finish.state is State.UNKNOWN
    assert "ValueError: no such page" in str(finish.reason)


def test_a_look_that_hangs_is_ended() -> None:
    class Hanging(FakeChannel):
        async def find(self, *args: object, **kwargs: object) -> Found:
            await asyncio.Event().wait()
            raise AssertionError

    deadline = timedelta(milliseconds=10)
    finish = asyncio.run(
        look(
            Hanging(clock=lambda: NOON),
            a_claim(since=NOON),
            now=NOON,
            quiet_for=LAG,
            deadline=deadline,
        )
    )
    assert finish.state is State.UNKNOWN


def test_an_update_in_doubt_is_repeated_only_after_its_call_can_no_longer_arrive() -> None:
    channel = FakeChannel(clock=lambda: NOON)
    claim = a_claim(action=Action.UPDATE, since=NOON, attempts=1)
    later = NOON + SETTLE
    early = asyncio.run(look(channel, claim, now=NOON, quiet_for=timedelta(0)))
    jumped = asyncio.run(look(channel, claim, now=NOON + LAG, quiet_for=timedelta(0)))
    due = asyncio.run(look(channel, claim, now=later, quiet_for=SETTLE))
    assert (early.state, early.ready_at, early.looks) == (State.UNKNOWN, later, None)
    assert (jumped.state, jumped.ready_at) == (State.UNKNOWN, NOON + LAG + SETTLE)
    assert due.state is State.SCHEDULED
    assert due.ready_at is not None
    assert due.ready_at > later


def test_an_update_that_stays_in_doubt_is_handed_to_a_person() -> None:
    claim = a_claim(action=Action.UPDATE, since=NOON, attempts=TRIES_IN_DOUBT)
    finish = asyncio.run(look(FakeChannel(), claim, now=NOON + LAG, quiet_for=LAG))
    assert finish.state is State.NEEDS_PERSON
    assert "look at what is public" in str(finish.reason)
