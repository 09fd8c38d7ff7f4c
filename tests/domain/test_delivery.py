"""States, their moves and identities."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from outreach.domain.capabilities import ChannelProfile
from outreach.domain.delivery import MOVES, Action, Identity, State, may_move
from outreach.domain.lateness import ON_TIME, latest
from outreach.domain.message import Lateness, LatePolicy
from tests.domain.office import at, identity, row

FINAL = {State.PUBLISHED, State.WITHDRAWN}


def reachable(start: State) -> set[State]:
    seen: set[State] = set()
    to_do = [start]
    while to_do:
        state = to_do.pop()
        if state not in seen:
            seen.add(state)
            to_do.extend(MOVES[state])
    return seen


def test_every_state_has_its_moves_and_can_be_reached() -> None:
    assert set(MOVES) == set(State)
    assert reachable(State.SCHEDULED) == set(State)


@pytest.mark.parametrize("state", sorted(set(State) - FINAL))
def test_nothing_gets_stuck(state: State) -> None:
    assert State.PUBLISHED in reachable(state)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_was_carried_out_stays_so(state: State) -> None:
    assert not any(may_move(state, after) for after in State)


@pytest.mark.parametrize("state", sorted(set(State) - {State.SCHEDULED}))
def test_only_what_is_scheduled_begins(state: State) -> None:
    assert not may_move(state, State.PUBLISHING)


def test_an_unknown_outcome_is_never_repeated_blindly() -> None:
    assert not may_move(State.UNKNOWN, State.PUBLISHING)
    assert not may_move(State.UNKNOWN, State.CANCELLED)


def test_the_key_is_the_same_on_every_machine() -> None:
    assert identity("phat-dong").key == "cwacfo6zedc6snhm"
    assert identity("phat-dong").of(Action.WITHDRAW).key != identity("phat-dong").key
    assert identity("a").of(Action.WITHDRAW).of(Action.PUBLISH) == identity("a")


def test_keys_do_not_run_into_each_other() -> None:
    def key(message: str, channel: str) -> str:
        return Identity(
            campaign="c", message=message, channel=channel, ordinal=1, action=Action.PUBLISH
        ).key

    assert key("ab", "c") != key("a", "bc")


def test_a_withdrawal_is_never_too_late() -> None:
    late = Lateness(policy=LatePolicy.SKIP)
    up = row("a", "11-20 08:00", late=late)
    down = row("a", "11-20 08:00", late=late, identity=identity("a", 1, Action.WITHDRAW))
    assert latest(up) == up.due + ON_TIME
    assert latest(down) == down.expires


def test_a_persons_wish_for_another_try_counts_as_a_new_due_time() -> None:
    missed = row("a", "11-20 08:00", late=Lateness(policy=LatePolicy.SKIP))
    asked = replace(missed, asked=missed.due + timedelta(days=2))
    assert latest(asked) == missed.due + timedelta(days=2) + ON_TIME
    assert latest(replace(asked, asked=missed.expires)) == missed.expires


@pytest.mark.parametrize(
    ("late", "wait"),
    [
        (Lateness(policy=LatePolicy.SKIP), ON_TIME),
        (Lateness(policy=LatePolicy.ASK, limit=timedelta(hours=1)), ON_TIME),
        (Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6)), timedelta(hours=6)),
        (Lateness(policy=LatePolicy.WITHIN, limit=timedelta(minutes=1)), ON_TIME),
    ],
)
def test_how_late_a_publication_still_goes_out_by_itself(late: Lateness, wait: timedelta) -> None:
    assert latest(row("a", "11-20 08:00", late=late)) == at("11-20 08:00") + wait


def test_nothing_goes_out_at_or_after_its_end() -> None:
    delivery = row("a", "11-20 08:00", expires=at("11-20 09:00"))
    assert latest(delivery) == at("11-20 09:00")


def test_a_channel_answers_to_its_name_and_tags() -> None:
    profile = ChannelProfile(name="so-website", tags=frozenset({"website"}))
    assert profile.answers_to("website")
    assert profile.answers_to("so-website")
    assert not profile.answers_to("web")
