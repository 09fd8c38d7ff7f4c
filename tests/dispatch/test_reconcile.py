from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from outreach.channel import Absent, CannotTell, Capabilities, Found, PauseChannel, Rendition, Text
from outreach.dispatch.reconcile import (
    CLOCKS_DIFFER,
    EMPTY_READS,
    FOUND,
    PATIENCE,
    SETTLE,
    TRIES_IN_DOUBT,
    conclude,
    look,
    tried_since,
)
from outreach.domain.claim import Pause
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


@pytest.mark.parametrize("until", [None, NOON + timedelta(hours=1)])
def test_a_refused_look_leaves_the_doubt_and_pauses_the_channel(until: datetime | None) -> None:
    channel = FakeChannel(clock=lambda: NOON)
    channel.looks.append(PauseChannel(WHY, until=until))
    claim = a_claim(since=NOON - timedelta(days=1), looks=1)
    finish = asyncio.run(look(channel, claim, now=NOON, quiet_for=LAG))
    assert (finish.state, finish.reason, finish.looks) == (State.UNKNOWN, WHY, None)
    assert finish.pause == Pause(reason=WHY, until=until)


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


PROOF: dict[str, object] = {"list": "empty"}


@pytest.mark.parametrize("looks", [0, EMPTY_READS - 1])
@pytest.mark.parametrize("quiet_for", [timedelta(0), LAG])
def test_an_empty_read_keeps_its_claim_and_its_proof_and_is_explained(
    looks: int, quiet_for: timedelta
) -> None:
    claim = a_claim(since=NOON, looks=looks)
    now = NOON + LAG
    finish = conclude(claim, Absent(proof=PROOF), now=now, wait=LAG, quiet_for=quiet_for)
    assert (finish.claim, finish.at, finish.evidence) == (claim, now, PROOF)
    assert isinstance(finish.reason, Text)


@pytest.mark.parametrize("passing", [True, False])
def test_what_cannot_be_told_keeps_its_claim_and_says_why(*, passing: bool) -> None:
    claim = a_claim(since=NOON)
    seen = CannotTell(why=WHY, passing=passing)
    finish = conclude(claim, seen, now=NOON, wait=LAG, quiet_for=LAG)
    assert (finish.claim, finish.at, finish.reason) == (claim, NOON, WHY)


def test_what_was_found_says_that_it_was_looked_for() -> None:
    claim = a_claim(since=NOON)
    finish = conclude(claim, Found(receipt=RECEIPT), now=NOON, wait=LAG, quiet_for=LAG)
    assert (finish.claim, finish.at, finish.reason) == (claim, NOON, FOUND)


def test_quiet_counts_from_the_due_time_where_no_try_is_known() -> None:
    claim = a_claim(since=None, looks=0, due=NOON)
    early = conclude(
        claim, Absent(), now=NOON + LAG - timedelta(seconds=1), wait=LAG, quiet_for=LAG
    )
    late = conclude(claim, Absent(), now=NOON + LAG, wait=LAG, quiet_for=LAG)
    assert (early.looks, late.looks) == (None, 1)


def test_what_is_freed_is_not_sent_before_it_is_due() -> None:
    now = NOON + LAG
    for due in (NOON, now + LAG):
        claim = a_claim(since=NOON, looks=EMPTY_READS - 1, due=due)
        finish = conclude(claim, Absent(), now=now, wait=LAG, quiet_for=LAG)
        assert finish.ready_at == max(now, due)


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(0, 15), (4, 15), (5, 30), (10, 60), (60, 1800), (359, 1800)]
)
def test_passing_trouble_pauses_longer_the_longer_it_lasts(minutes: int, seconds: int) -> None:
    now = NOON + timedelta(minutes=minutes)
    trouble = CannotTell(why=WHY, passing=True)
    for claim in (a_claim(since=NOON), a_claim(since=None, due=NOON)):
        finish = conclude(claim, trouble, now=now, wait=LAG, quiet_for=LAG)
        assert finish.ready_at == now + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("action", "attempts", "seconds"),
    [
        (Action.WITHDRAW, 0, 15),
        (Action.WITHDRAW, 2, 60),
        (Action.UPDATE, 1, 30),
        (Action.UPDATE, TRIES_IN_DOUBT - 1, 1800),
    ],
)
def test_what_is_harmless_to_repeat_is_repeated_after_its_pause(
    action: Action, attempts: int, seconds: int
) -> None:
    claim = a_claim(action=action, attempts=attempts, since=NOON - LAG)
    finish = asyncio.run(look(FakeChannel(), claim, now=NOON, quiet_for=LAG))
    assert (finish.claim, finish.at, finish.looks) == (claim, NOON, 0)
    assert finish.ready_at == NOON + timedelta(seconds=seconds)
    assert "harmless" in str(finish.reason)


@pytest.mark.parametrize("action", [Action.WITHDRAW, Action.UPDATE])
def test_giving_up_says_how_often_it_was_tried(action: Action) -> None:
    claim = a_claim(action=action, attempts=TRIES_IN_DOUBT + 1, since=NOON - LAG)
    finish = asyncio.run(look(FakeChannel(), claim, now=NOON, quiet_for=LAG))
    assert (finish.claim, finish.at, finish.state) == (claim, NOON, State.NEEDS_PERSON)
    assert f"{TRIES_IN_DOUBT + 1} times" in str(finish.reason)


def test_an_update_in_doubt_counts_its_quiet_from_the_due_time_where_no_try_is_known() -> None:
    claim = a_claim(action=Action.UPDATE, since=None, due=NOON)
    finish = asyncio.run(look(FakeChannel(), claim, now=NOON, quiet_for=LAG))
    assert (finish.claim, finish.at, finish.state) == (claim, NOON, State.UNKNOWN)
    assert (finish.ready_at, finish.evidence) == (NOON + SETTLE, {})
    assert "can no longer arrive" in str(finish.reason)


class Listening(FakeChannel):
    """Keeps what it was asked for."""

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Absent:
        self.asked = (rendition, key, since)
        return Absent(proof=PROOF)


def test_a_look_asks_for_this_delivery_since_its_first_try() -> None:
    for since, due in ((NOON - LAG, NOON), (None, NOON - LAG)):
        channel = Listening(clock=lambda: NOON)
        claim = a_claim(since=since, due=due)
        finish = asyncio.run(look(channel, claim, now=NOON, quiet_for=LAG))
        begin = NOON - LAG - CLOCKS_DIFFER
        assert channel.asked == (claim.rendition, claim.delivery.identity.key, begin)
        assert (finish.claim, finish.at, finish.evidence) == (claim, NOON, PROOF)


def test_a_channel_with_a_lag_is_given_that_long() -> None:
    slow = FakeChannel(
        clock=lambda: NOON, capabilities=Capabilities(can_find=True, visibility_lag=LAG)
    )
    for action in (Action.PUBLISH, Action.UPDATE):
        finish = asyncio.run(
            look(slow, a_claim(action=action, since=NOON), now=NOON, quiet_for=LAG)
        )
        assert (finish.state, finish.ready_at) == (State.UNKNOWN, NOON + LAG)


def test_a_long_failure_is_cut_in_the_reason() -> None:
    class Broken(FakeChannel):
        async def find(self, *args: object, **kwargs: object) -> Found:
            raise ValueError("x" * 1000)

    finish = asyncio.run(look(Broken(), a_claim(since=NOON), now=NOON, quiet_for=LAG))
    assert str(finish.reason).startswith("Looking failed: ValueError: xxx")
    assert len(str(finish.reason)) < 600


def test_a_channel_that_refuses_to_be_looked_at_waits_and_leaves_the_doubt() -> None:
    class Refusing(FakeChannel):
        async def find(self, *args: object, **kwargs: object) -> Found:
            raise PauseChannel(WHY, evidence={"code": 1})

    claim = a_claim(since=NOON)
    finish = asyncio.run(look(Refusing(), claim, now=NOON, quiet_for=LAG))
    assert (finish.claim, finish.at, finish.state) == (claim, NOON, State.UNKNOWN)
    assert (finish.reason, finish.ready_at, finish.evidence) == (WHY, NOON, {"code": 1})
    assert finish.looks is None
    assert finish.pause is not None
    assert finish.pause.reason == WHY


@pytest.mark.parametrize(
    ("tried", "since", "due", "now", "earliest"),
    [(None, None, 5, 9, 5), (None, 6, 5, 9, 6), (3, 6, 5, 9, 3), (8, 6, 5, 9, 6), (8, 7, 5, 4, 4)],
)
def test_what_was_tried_is_looked_for_since_the_earliest_instant_known(
    tried: int | None, since: int | None, due: int, now: int, earliest: int
) -> None:
    def at(minute: int | None) -> datetime | None:
        return None if minute is None else NOON + timedelta(minutes=minute)

    claim = replace(a_claim(since=at(since), due=at(due)), tried=at(tried))
    found = tried_since(claim, NOON + timedelta(minutes=now))
    assert found == NOON + timedelta(minutes=earliest) - CLOCKS_DIFFER
