from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from outreach.channel import (
    Capabilities,
    Outcome,
    PauseChannel,
    Reject,
    RetryAt,
    Text,
    UnknownOutcome,
)
from outreach.dispatch.verdict import LONGEST_WAIT as LONGEST
from outreach.dispatch.verdict import (
    SHORTEST_PAUSE,
    WAIT_FOR_PUBLICATION,
    WAIT_FOR_UPDATE,
    gate,
    judge,
    next_opening,
)
from outreach.domain.delivery import MOVES, Action, State
from outreach.domain.lateness import ON_TIME
from outreach.domain.message import Lateness, LatePolicy
from tests.dispatch.claims import NOON, RECEIPT, a_claim, a_delivery

ANY = Capabilities()
WHY = Text("because")
SKIP = Lateness(policy=LatePolicy.SKIP)
ASK = Lateness(policy=LatePolicy.ASK)
MINUTE = timedelta(minutes=1)


def test_what_is_due_may_go_out() -> None:
    assert gate(a_claim(), NOON, ANY) is None


@pytest.mark.asvs("2.2.2", "Everything is checked again at the moment of sending")
@pytest.mark.fault(18, "a late claim under each rule")
def test_late_within_its_limit_may_go_out_and_past_it_is_missed() -> None:
    claim = a_claim()
    assert gate(claim, NOON + timedelta(hours=6) - MINUTE, ANY) is None
    finish = gate(claim, NOON + timedelta(hours=6), ANY)
    assert finish is not None
    assert (finish.state, finish.counts) == (State.MISSED, False)
    assert "360 minutes late" in str(finish.reason)


def test_skip_bears_only_a_moment() -> None:
    claim = a_claim(late=SKIP)
    assert gate(claim, NOON + ON_TIME - MINUTE, ANY) is None
    finish = gate(claim, NOON + ON_TIME, ANY)
    assert finish is not None
    assert finish.state is State.MISSED


def test_ask_asks_a_person_until_the_window_closes() -> None:
    claim = a_claim(late=ASK, expires=NOON + timedelta(hours=1))
    early = gate(claim, NOON + timedelta(minutes=30), ANY)
    closed = gate(claim, NOON + timedelta(hours=1), ANY)
    assert early is not None
    assert closed is not None
    assert (early.state, closed.state) == (State.NEEDS_PERSON, State.MISSED)
    assert "window had closed" in str(closed.reason)


def test_the_window_is_a_hard_end_whatever_the_limit_says() -> None:
    finish = gate(a_claim(expires=NOON + MINUTE), NOON + MINUTE, ANY)
    assert finish is not None
    assert finish.state is State.MISSED


@pytest.mark.asvs("2.3.2", "Hours and windows are kept at the moment of sending")
def test_outside_the_channels_hours_it_waits_for_the_opening() -> None:
    hours = Capabilities(hours=(time(6), time(21, 59)))
    night = datetime(2022, 11, 20, 16, 0, tzinfo=UTC)
    finish = gate(a_claim(due=night), night, hours)
    assert finish is not None
    assert (finish.state, finish.counts) == (State.SCHEDULED, False)
    assert finish.ready_at == datetime(2022, 11, 20, 23, 0, tzinfo=UTC)
    assert gate(a_claim(), NOON, hours) is None


def test_the_opening_is_today_before_the_hours_and_tomorrow_after_them() -> None:
    hours = (time(6), time(22))
    assert next_opening(datetime(2022, 11, 20, 5, tzinfo=UTC), hours) == datetime(
        2022, 11, 20, 6, tzinfo=UTC
    )
    assert next_opening(datetime(2022, 11, 20, 23, tzinfo=UTC), hours) == datetime(
        2022, 11, 21, 6, tzinfo=UTC
    )
    assert next_opening(datetime(2022, 11, 20, 7, tzinfo=UTC), hours) is None
    assert next_opening(datetime(2022, 11, 20, 7, tzinfo=UTC), None) is None


@pytest.mark.parametrize(("hour", "opens"), [(23, None), (3, None), (12, 21)])
def test_hours_over_midnight_open_in_the_evening(hour: int, opens: int | None) -> None:
    opening = next_opening(datetime(2022, 11, 20, hour, tzinfo=UTC), (time(21), time(6)))
    assert opening == (opens and datetime(2022, 11, 20, opens, tzinfo=UTC))


@pytest.mark.parametrize(
    "state", [State.SCHEDULED, State.PUBLISHING, State.UNKNOWN, State.NEEDS_PERSON, State.HELD]
)
def test_a_withdrawal_waits_until_its_publication_is_settled(state: State) -> None:
    finish = gate(a_claim(action=Action.WITHDRAW, published=a_delivery(state=state)), NOON, ANY)
    assert finish is not None
    assert (finish.state, finish.ready_at) == (State.SCHEDULED, NOON + WAIT_FOR_PUBLICATION)


def test_a_withdrawal_waits_longer_the_longer_it_has_waited() -> None:
    claim = a_claim(action=Action.WITHDRAW, published=a_delivery(state=State.NEEDS_PERSON))
    finish = gate(claim, NOON + timedelta(days=1), ANY)
    assert finish is not None
    assert finish.ready_at == NOON + timedelta(hours=30)


def test_a_publication_held_past_its_window_will_never_appear() -> None:
    published = a_delivery(state=State.HELD, expires=NOON)
    finish = gate(a_claim(action=Action.WITHDRAW, published=published), NOON, ANY)
    assert finish is not None
    assert finish.state is State.CANCELLED


@pytest.mark.parametrize("state", [None, State.REJECTED, State.MISSED, State.CANCELLED])
def test_nothing_published_means_nothing_to_take_down(state: State | None) -> None:
    published = a_delivery(state=state) if state else None
    finish = gate(a_claim(action=Action.WITHDRAW, published=published), NOON, ANY)
    assert finish is not None
    assert finish.state is State.CANCELLED


def test_a_withdrawal_is_never_too_late() -> None:
    published = a_delivery(state=State.PUBLISHED, receipt=RECEIPT)
    claim = a_claim(action=Action.WITHDRAW, published=published, late=SKIP)
    assert gate(claim, NOON + timedelta(days=20), ANY) is None


HELD_BACK = {
    "too late": (a_claim(), NOON + timedelta(hours=6), ANY),
    "window closed": (a_claim(expires=NOON), NOON, ANY),
    "hours": (a_claim(), NOON, Capabilities(hours=(time(6), time(7)))),
    "withdrawal": (
        a_claim(action=Action.WITHDRAW, published=a_delivery(state=State.UNKNOWN)),
        NOON,
        ANY,
    ),
    "nothing public": (a_claim(action=Action.WITHDRAW), NOON, ANY),
    "update under way": (
        a_claim(
            action=Action.WITHDRAW,
            published=a_delivery(state=State.PUBLISHED),
            beside=a_delivery(action=Action.UPDATE, state=State.UNKNOWN),
        ),
        NOON,
        ANY,
    ),
    "not approved": (replace(a_claim(), unapproved=2), NOON, ANY),
    "comes down": (
        a_claim(
            action=Action.UPDATE, beside=a_delivery(action=Action.WITHDRAW, state=State.WITHDRAWN)
        ),
        NOON,
        ANY,
    ),
}


@pytest.mark.parametrize("cause", HELD_BACK)
def test_what_is_held_back_is_explained_and_costs_no_try(cause: str) -> None:
    claim, now, capabilities = HELD_BACK[cause]
    finish = gate(claim, now, capabilities)
    assert finish is not None
    assert (finish.claim, finish.at, finish.counts) == (claim, now, False)
    assert str(finish.reason)
    assert isinstance(finish.reason, Text)


def test_the_hours_are_those_of_the_place_where_it_is_read() -> None:
    """NOON is 12:00 in Hanoi and 05:00 in Greenwich."""
    assert gate(a_claim(), NOON, Capabilities(hours=(time(11), time(13)))) is None
    assert gate(a_claim(), NOON, Capabilities(hours=(time(4), time(6)))) is not None


def test_a_withdrawal_waits_a_quarter_of_what_it_has_waited_between_its_bounds() -> None:
    claim = a_claim(action=Action.WITHDRAW, published=a_delivery(state=State.NEEDS_PERSON))
    for waited, wait in ((timedelta(hours=4), timedelta(hours=1)), (timedelta(days=9), LONGEST)):
        finish = gate(claim, NOON + waited, ANY)
        assert finish is not None
        assert finish.ready_at == NOON + waited + wait


def test_a_publication_held_within_its_window_may_still_appear() -> None:
    published = a_delivery(state=State.HELD, expires=NOON + MINUTE)
    finish = gate(a_claim(action=Action.WITHDRAW, published=published), NOON, ANY)
    assert finish is not None
    assert finish.state is State.SCHEDULED


def test_lateness_is_told_in_minutes_since_it_was_due() -> None:
    finish = gate(a_claim(), NOON + timedelta(hours=6, minutes=1, seconds=59), ANY)
    assert finish is not None
    assert "361 minutes late" in str(finish.reason)


EVIDENCE = {"code": 1}


@pytest.mark.parametrize(
    ("outcome", "counts"),
    [
        (RetryAt(WHY, evidence=EVIDENCE), True),
        (RetryAt(WHY, at=NOON + timedelta(days=99), evidence=EVIDENCE), True),
        (PauseChannel(WHY, evidence=EVIDENCE), False),
        (Reject(WHY, evidence=EVIDENCE), True),
        (UnknownOutcome(WHY, evidence=EVIDENCE), True),
        (UnknownOutcome(WHY, ask_person=True, evidence=EVIDENCE), True),
    ],
    ids=["retry", "too late", "pause", "reject", "unknown", "person"],
)
def test_an_outcome_keeps_its_claim_its_reason_and_its_evidence(
    outcome: Outcome, *, counts: bool
) -> None:
    claim = a_claim()
    finish = judge(claim, outcome, now=NOON, capabilities=ANY, jitter=0)
    assert (finish.claim, finish.at, finish.counts) == (claim, NOON, counts)
    assert finish.evidence == EVIDENCE
    assert "because" in str(finish.reason)
    assert finish.receipt is None


def test_a_success_keeps_its_proof_and_a_try_of_its_own() -> None:
    claim = a_claim()
    finish = judge(claim, RECEIPT, now=NOON, capabilities=ANY, jitter=0)
    assert (finish.claim, finish.at, finish.receipt) == (claim, NOON, RECEIPT)
    assert finish.counts


def test_a_pause_without_end_waits_for_a_person_and_says_why() -> None:
    finish = judge(a_claim(), PauseChannel(WHY), now=NOON, capabilities=ANY, jitter=0)
    assert finish.pause is not None
    assert (finish.pause.reason, finish.pause.until) == (WHY, None)
    assert finish.ready_at == NOON


def test_the_jitter_reaches_the_retry() -> None:
    finish = judge(a_claim(), RetryAt(WHY), now=NOON, capabilities=ANY, jitter=0.5)
    assert finish.ready_at == NOON + timedelta(seconds=22.5)


def test_a_receipt_is_a_success_of_either_action() -> None:
    assert judge(a_claim(), RECEIPT, now=NOON, capabilities=ANY, jitter=0).state is State.PUBLISHED
    taken_down = judge(
        a_claim(action=Action.WITHDRAW), RECEIPT, now=NOON, capabilities=ANY, jitter=0
    )
    assert taken_down.state is State.WITHDRAWN


def test_a_retry_waits_longer_each_time_and_obeys_the_platform() -> None:
    first = judge(a_claim(), RetryAt(WHY), now=NOON, capabilities=ANY, jitter=0)
    third = judge(a_claim(attempts=2), RetryAt(WHY), now=NOON, capabilities=ANY, jitter=0)
    asked = judge(
        a_claim(), RetryAt(WHY, at=NOON + timedelta(hours=2)), now=NOON, capabilities=ANY, jitter=0
    )
    assert first.ready_at == NOON + timedelta(seconds=15)
    assert third.ready_at == NOON + timedelta(seconds=60)
    assert asked.ready_at == NOON + timedelta(hours=2)
    assert {first.state, third.state, asked.state} == {State.SCHEDULED}


def test_a_retry_never_goes_past_the_window() -> None:
    claim = a_claim(expires=NOON + timedelta(seconds=10))
    finish = judge(claim, RetryAt(WHY), now=NOON, capabilities=ANY, jitter=0)
    assert finish.state is State.MISSED
    assert "because" in str(finish.reason)


def test_a_pause_spends_no_try_and_carries_its_end() -> None:
    until = NOON + timedelta(hours=1)
    finish = judge(a_claim(), PauseChannel(WHY, until=until), now=NOON, capabilities=ANY, jitter=0)
    assert (finish.state, finish.counts) == (State.SCHEDULED, False)
    assert finish.pause is not None
    assert finish.pause.until == until


def test_a_pause_that_is_over_at_once_still_lets_the_channel_breathe() -> None:
    finish = judge(a_claim(), PauseChannel(WHY, until=NOON), now=NOON, capabilities=ANY, jitter=0)
    assert finish.pause is not None
    assert finish.pause.until == NOON + SHORTEST_PAUSE


def test_a_rejection_waits_for_an_edit() -> None:
    finish = judge(
        a_claim(), Reject(WHY, evidence={"code": 1}), now=NOON, capabilities=ANY, jitter=0
    )
    assert (finish.state, finish.evidence) == (State.REJECTED, {"code": 1})


def test_an_unknown_outcome_is_looked_at_after_the_visibility_lag() -> None:
    slow = Capabilities(visibility_lag=timedelta(minutes=3))
    finish = judge(a_claim(), UnknownOutcome(WHY), now=NOON, capabilities=slow, jitter=0)
    assert (finish.state, finish.ready_at, finish.looks) == (
        State.UNKNOWN,
        NOON + timedelta(minutes=3),
        0,
    )


def test_what_only_a_person_can_know_goes_to_a_person() -> None:
    finish = judge(
        a_claim(), UnknownOutcome(WHY, ask_person=True), now=NOON, capabilities=ANY, jitter=0
    )
    assert finish.state is State.NEEDS_PERSON


def test_every_verdict_is_a_legal_move_from_publishing() -> None:
    outcomes: list[Outcome] = [
        RECEIPT,
        RetryAt(WHY),
        PauseChannel(WHY),
        Reject(WHY),
        UnknownOutcome(WHY),
    ]
    for outcome in outcomes:
        state = judge(a_claim(), outcome, now=NOON, capabilities=ANY, jitter=0).state
        assert state in MOVES[State.PUBLISHING]


PUBLIC = a_delivery(state=State.PUBLISHED, receipt=RECEIPT)


def test_an_update_is_never_too_late_but_keeps_the_channels_hours() -> None:
    claim = a_claim(action=Action.UPDATE, published=PUBLIC, late=SKIP)
    assert gate(claim, NOON + timedelta(days=20), ANY) is None
    night = datetime(2022, 11, 20, 16, 0, tzinfo=UTC)
    finish = gate(claim, night, Capabilities(hours=(time(6), time(21, 59))))
    assert finish is not None
    assert finish.state is State.SCHEDULED


def test_an_update_of_what_comes_down_is_cancelled() -> None:
    down = a_delivery(action=Action.WITHDRAW, state=State.WITHDRAWN)
    finish = gate(a_claim(action=Action.UPDATE, published=PUBLIC, beside=down), NOON, ANY)
    assert finish is not None
    assert (finish.state, finish.counts) == (State.CANCELLED, False)
    later = replace(down, state=State.SCHEDULED, ready_at=NOON + MINUTE)
    assert gate(a_claim(action=Action.UPDATE, published=PUBLIC, beside=later), NOON, ANY) is None


@pytest.mark.parametrize("state", State)
def test_a_withdrawal_lets_an_update_on_its_way_arrive_first(state: State) -> None:
    update = a_delivery(action=Action.UPDATE, state=state)
    finish = gate(a_claim(action=Action.WITHDRAW, published=PUBLIC, beside=update), NOON, ANY)
    if state in (State.PUBLISHING, State.UNKNOWN):
        assert finish is not None
        assert (finish.state, finish.ready_at) == (State.SCHEDULED, NOON + WAIT_FOR_UPDATE)
    else:
        assert finish is None
