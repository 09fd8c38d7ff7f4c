"""What applying the files would do to each row, and why; what is public is never touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.approval import waits
from outreach.domain.delivery import Action, Delivery, State, may_move
from outreach.domain.difference import (
    NO_LONGER_ASKED,
    OPEN,
    PUBLICATION_CANCELLED,
    Change,
    ChangeKind,
    Difference,
    difference,
    guard,
)
from outreach.domain.message import Kind, Lateness, LatePolicy, Message
from outreach.domain.plan import NEVER, Plan
from outreach.domain.problem import Place, Problem
from outreach.domain.schedule import Hang, Spread
from outreach.domain.text import Text
from tests.domain.office import FACEBOOK, NOW, at, campaign, identity, message, once, plan_of, row

FILE = message("a", once("11-20 08:00"))
PLAN = plan_of(FILE)
FAULT = Problem(
    place=Place(file="a.md", line=3), code="broken", what=Text("It is broken."), mend=Text("Mend.")
)


def compare(plan: Plan, *queue: Delivery, text: str = "text", rendered: bool = True) -> Difference:
    publications = (p.identity for p in plan.planned if p.identity.action is Action.PUBLISH)
    found = difference(plan, dict.fromkeys(publications, text) if rendered else {}, queue, NOW)
    for change in found.changes:
        assert isinstance(change.why, Text), "every change is explained"
        assert change.digest, "every change names its content"
        assert change.planned or change.delivery
    return found


def one_change(plan: Plan, *queue: Delivery, text: str = "text", rendered: bool = True) -> Change:
    (change,) = compare(plan, *queue, text=text, rendered=rendered).changes
    return change


def test_what_has_no_row_is_new() -> None:
    change = one_change(PLAN)
    assert change.what is ChangeKind.NEW
    assert (change.planned, change.delivery, change.digest) == (PLAN.planned[0], None, "text")


def test_what_is_long_past_is_new_all_the_same() -> None:
    assert one_change(plan_of(message("a", once("11-15 08:00")))).what is ChangeKind.NEW


def test_what_cannot_be_rendered_is_not_queued() -> None:
    assert compare(PLAN, rendered=False).changes == ()


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (row("a", "11-20 08:00"), ChangeKind.KEPT),
        (row("a", "11-19 08:00"), ChangeKind.MOVED),
        (row("a", "11-20 08:00", digest="old"), ChangeKind.CHANGED),
        (row("a", "11-19 08:00", digest="old"), ChangeKind.CHANGED),
        (row("a", "11-20 08:00", late=Lateness(policy=LatePolicy.SKIP)), ChangeKind.MOVED),
        (row("a", "11-20 08:00", expires=at("11-21 08:00")), ChangeKind.MOVED),
        (row("a", "11-20 08:00", State.HELD), ChangeKind.RELEASED),
        (row("a", "11-20 08:00", State.REJECTED), ChangeKind.KEPT),
        (row("a", "11-19 08:00", State.REJECTED), ChangeKind.KEPT),
        (row("a", "11-20 08:00", State.REJECTED, digest="old"), ChangeKind.CHANGED),
        (row("a", "11-20 08:00", State.CANCELLED), ChangeKind.RESTORED),
        (row("a", "11-20 08:00", State.CANCELLED, reason=NO_LONGER_ASKED), ChangeKind.RESTORED),
        (row("a", "11-20 08:00", State.CANCELLED, reason=Text("By a person.")), ChangeKind.KEPT),
        (row("a", "11-20 08:00", State.MISSED), ChangeKind.KEPT),
        (row("a", "11-15 08:00", State.MISSED), ChangeKind.RESTORED),
        (row("a", "11-20 08:00", State.PUBLISHED), ChangeKind.KEPT),
        (row("a", "11-20 08:00", State.PUBLISHED, digest="old"), ChangeKind.DRIFT),
        (row("a", "11-19 08:00", State.PUBLISHED), ChangeKind.DRIFT),
        (row("a", "11-20 08:00", State.PUBLISHING), ChangeKind.KEPT),
        (row("a", "11-20 08:00", State.UNKNOWN, digest="old"), ChangeKind.DRIFT),
        (row("a", "11-20 08:00", State.NEEDS_PERSON, digest="old"), ChangeKind.DRIFT),
    ],
)
def test_what_the_files_ask_is_compared_with_its_row(before: Delivery, kind: ChangeKind) -> None:
    change = one_change(PLAN, before)
    assert change.what is kind
    assert (change.planned, change.delivery, change.digest) == (PLAN.planned[0], before, "text")


def test_a_missed_one_does_not_come_back_for_a_time_that_has_passed() -> None:
    plan = plan_of(message("a", once("11-15 11:30")))
    assert one_change(plan, row("a", "11-15 08:00", State.MISSED)).what is ChangeKind.KEPT


def test_a_move_says_from_when_to_when_on_the_offices_clock() -> None:
    why = one_change(PLAN, row("a", "11-19 08:00")).why
    assert str(why) == "Moved from 2022-11-19 08:00 to 2022-11-20 08:00."


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (State.SCHEDULED, ChangeKind.CANCELLED),
        (State.HELD, ChangeKind.CANCELLED),
        (State.REJECTED, ChangeKind.CANCELLED),
        (State.PUBLISHING, ChangeKind.DRIFT),
        (State.UNKNOWN, ChangeKind.DRIFT),
        (State.NEEDS_PERSON, ChangeKind.DRIFT),
        (State.PUBLISHED, ChangeKind.KEPT),
        (State.MISSED, ChangeKind.KEPT),
        (State.CANCELLED, ChangeKind.KEPT),
    ],
)
def test_what_the_files_no_longer_ask(state: State, kind: ChangeKind) -> None:
    change = one_change(plan_of(), row("a", "11-20 08:00", state))
    assert change.what is kind
    assert change.planned is None


UNTRUSTED = [
    replace(plan_of(), held={"a": FAULT}),
    replace(plan_of(), unsure={"a": FAULT}),
    replace(plan_of(), stopped={identity("a"): FAULT}),
    plan_of(channels=(FACEBOOK,)),
]


@pytest.mark.parametrize("plan", UNTRUSTED)
@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (State.SCHEDULED, ChangeKind.HELD),
        (State.HELD, ChangeKind.KEPT),
        (State.REJECTED, ChangeKind.KEPT),
        (State.PUBLISHED, ChangeKind.KEPT),
    ],
)
def test_what_cannot_be_trusted_now_is_held_not_cancelled(
    plan: Plan, state: State, kind: ChangeKind
) -> None:
    assert one_change(plan, row("a", "11-20 08:00", state)).what is kind


def test_holding_names_the_line_to_mend() -> None:
    why = one_change(UNTRUSTED[0], row("a", "11-20 08:00")).why
    assert str(why) == "Held because of a.md:3:1: It is broken."


@pytest.mark.parametrize(
    ("plan", "why"),
    [(PLAN, "It cannot be rendered now."), (replace(PLAN, held={"a": FAULT}), "Held because of")],
)
def test_what_cannot_be_rendered_any_more_is_held(plan: Plan, why: str) -> None:
    change = one_change(plan, row("a", "11-19 08:00"), rendered=False)
    assert change.what is ChangeKind.HELD
    assert change.planned is None
    assert str(change.why).startswith(why)
    public = row("a", "11-20 08:00", State.PUBLISHED)
    assert one_change(plan, public, rendered=False).what is ChangeKind.KEPT


def test_rows_of_another_campaign_are_none_of_our_business() -> None:
    other = row("z", "11-20 08:00", identity=replace(identity("z"), campaign="2021"))
    assert [change.what for change in compare(PLAN, other).changes] == [ChangeKind.NEW]


def test_a_time_that_the_plan_chose_does_not_slip_into_the_past() -> None:
    plan = plan_of(message("a", Spread(count=1)))
    past = replace(plan, planned=(replace(plan.planned[0], due=at("11-15 08:00")),))
    change = one_change(past, row("a", "11-20 08:00"))
    assert change.what is ChangeKind.KEPT
    assert change.planned
    assert change.planned.due == at("11-20 08:00")
    sent = row("a", "11-20 08:00", State.PUBLISHED)
    assert one_change(past, sent).what is ChangeKind.KEPT


# --- banners


def banner(until: str = "11-29 17:00") -> Message:
    schedule = Hang(start=at("11-15 07:00"), end=at(until))
    return message("a", schedule, kind=Kind.BANNER)


def pair(up: State, down: State, reason: Text | None = None) -> tuple[Delivery, Delivery]:
    published = row("a", "11-15 07:00", up, reason=reason, expires=at("11-29 17:00"))
    taken_down = row(
        "a", "11-29 17:00", down, identity=identity("a", 1, Action.WITHDRAW), expires=NEVER
    )
    return published, taken_down


def kinds(plan: Plan, queue: Sequence[Delivery], text: str = "text") -> list[ChangeKind]:
    return [change.what for change in compare(plan, *queue, text=text).changes]


PERSON = Text("By a person.")


@pytest.mark.parametrize(
    ("queue", "found"),
    [
        ((), [ChangeKind.NEW, ChangeKind.NEW]),
        (pair(State.SCHEDULED, State.SCHEDULED), [ChangeKind.KEPT, ChangeKind.KEPT]),
        (
            pair(State.CANCELLED, State.SCHEDULED, PERSON),
            [ChangeKind.KEPT, ChangeKind.CANCELLED],
        ),
        (pair(State.CANCELLED, State.CANCELLED, PERSON), [ChangeKind.KEPT, ChangeKind.KEPT]),
        (pair(State.CANCELLED, State.CANCELLED, PERSON)[:1], [ChangeKind.KEPT]),
        (pair(State.CANCELLED, State.CANCELLED), [ChangeKind.RESTORED, ChangeKind.RESTORED]),
        (pair(State.PUBLISHED, State.WITHDRAWN), [ChangeKind.KEPT, ChangeKind.KEPT]),
    ],
)
def test_a_withdrawal_follows_its_publication(
    queue: tuple[Delivery, ...], found: list[ChangeKind]
) -> None:
    assert kinds(plan_of(banner()), queue) == found


def test_a_changed_text_does_not_change_the_withdrawal() -> None:
    queue = pair(State.SCHEDULED, State.SCHEDULED)
    assert kinds(plan_of(banner()), queue, "new") == [ChangeKind.CHANGED, ChangeKind.KEPT]


def test_a_banner_that_cannot_be_rendered_is_queued_neither_up_nor_down() -> None:
    assert compare(plan_of(banner()), rendered=False).changes == ()


@pytest.mark.parametrize("down", [State.SCHEDULED, State.HELD])
@pytest.mark.parametrize("plan", [plan_of(), *UNTRUSTED])
def test_what_is_public_comes_down_even_when_its_file_is_gone(plan: Plan, down: State) -> None:
    change = compare(plan, *pair(State.PUBLISHED, down)).changes[1]
    assert change.what is (ChangeKind.KEPT if down is State.SCHEDULED else ChangeKind.RELEASED)


def test_what_never_went_up_is_cancelled_with_its_file() -> None:
    both = [ChangeKind.CANCELLED, ChangeKind.CANCELLED]
    assert kinds(plan_of(), pair(State.SCHEDULED, State.SCHEDULED)) == both
    alone = pair(State.SCHEDULED, State.SCHEDULED)[1:]
    assert kinds(plan_of(), alone) == [ChangeKind.CANCELLED]


def test_a_cancelled_withdrawal_of_something_public_returns_with_a_new_date() -> None:
    up, down = pair(State.PUBLISHED, State.CANCELLED)
    down = replace(down, reason=PERSON)
    assert kinds(plan_of(banner()), (up, down))[1] is ChangeKind.KEPT
    up = replace(up, expires=at("12-01 17:00"))
    assert kinds(plan_of(banner("12-01 17:00")), (up, down))[1] is ChangeKind.RESTORED


def test_our_own_reasons_are_known_again() -> None:
    up, down = pair(State.CANCELLED, State.CANCELLED, NO_LONGER_ASKED)
    down = replace(down, reason=PUBLICATION_CANCELLED)
    restored = [ChangeKind.RESTORED, ChangeKind.RESTORED]
    assert kinds(plan_of(banner()), (up, down)) == restored


# --- the guard


def many(count: int, state: State = State.SCHEDULED) -> list[Delivery]:
    return [row(f"m{n}", "11-20 08:00", state, identity=identity(f"m{n}")) for n in range(count)]


@pytest.mark.parametrize(
    ("open_rows", "left", "asks"),
    [(10, 10, False), (10, 8, False), (10, 6, False), (10, 5, True), (4, 0, False), (5, 0, True)],
)
def test_the_guard_asks_when_much_would_vanish(open_rows: int, left: int, asks: bool) -> None:
    hours = [at("11-20 08:00") + timedelta(hours=n) for n in range(left)]
    files = [message(f"m{n}", once(f"{due:%m-%d %H:%M}")) for n, due in enumerate(hours)]
    queue = many(open_rows)
    assert guard(compare(plan_of(*files), *queue), queue) is asks


def test_the_share_counts_open_deliveries_of_the_campaign_only() -> None:
    queue = many(6) + [
        row("x", "11-20 08:00", State.PUBLISHED, identity=identity(f"p{n}")) for n in range(90)
    ]
    found = compare(plan_of(), *queue)
    assert guard(found, queue)
    assert not guard(found, queue, least=7)
    assert not guard(found, queue, share=1)


# --- properties


@given(
    st.sampled_from(list(State)),
    st.sampled_from([PLAN, plan_of(), *UNTRUSTED]),
    st.sampled_from(["text", "other"]),
    st.booleans(),
    st.sampled_from(["11-15 08:00", "11-20 08:00"]),
)
def test_every_change_is_a_legal_move(
    state: State, plan: Plan, text: str, rendered: bool, due: str
) -> None:
    targets = {
        ChangeKind.CANCELLED: State.CANCELLED,
        ChangeKind.HELD: State.HELD,
        ChangeKind.RESTORED: State.SCHEDULED,
        ChangeKind.RELEASED: State.SCHEDULED,
    }
    for change in compare(plan, row("a", due, state), text=text, rendered=rendered).changes:
        if change.what in targets:
            assert may_move(state, targets[change.what])
        elif change.what in {ChangeKind.MOVED, ChangeKind.CHANGED}:
            assert state in OPEN | {State.REJECTED}
        assert change.what is not ChangeKind.NEW
        assert str(change.why)


@given(st.integers(0, 30))
def test_applying_twice_changes_nothing_more(days: int) -> None:
    plan = plan_of(message("a", once("11-15 08:00")), message("b", Spread(count=days % 4 + 1)))
    queue = [
        Delivery(
            id=number,
            identity=one.identity,
            state=State.SCHEDULED,
            due=one.due,
            ready_at=one.due,
            expires=one.expires,
            late=one.late,
            digest="text",
        )
        for number, one in enumerate(plan.planned)
    ]
    assert {change.what for change in compare(plan, *queue).changes} == {ChangeKind.KEPT}


def test_changes_come_in_the_order_of_time() -> None:
    plan = plan_of(message("a", once("11-20 08:00")), message("b", once("11-18 08:00")))
    queue = [row("c", "11-19 08:00", identity=identity("c"))]
    names = [change.identity.message for change in compare(plan, *queue).changes]
    assert names == ["b", "c", "a"]
    assert campaign().id == compare(plan).campaign


UNAPPROVED = row("a", "11-20 08:00", State.HELD, reason=waits(1))


@pytest.mark.parametrize(
    ("approvals", "before", "text", "kind"),
    [
        (1, UNAPPROVED, "text", ChangeKind.KEPT),
        (0, UNAPPROVED, "text", ChangeKind.RELEASED),
        (1, UNAPPROVED, "another", ChangeKind.RELEASED),
        (1, replace(UNAPPROVED, due=at("11-21 08:00")), "text", ChangeKind.RELEASED),
        (1, row("a", "11-20 08:00", State.HELD), "text", ChangeKind.RELEASED),
    ],
)
def test_what_only_lacks_an_approval_is_left_to_people(
    approvals: int, before: Delivery, text: str, kind: ChangeKind
) -> None:
    plan = replace(PLAN, approvals=approvals)
    assert one_change(plan, before, text=text).what is kind


@pytest.mark.parametrize("approvals", [None, 0, 2])
def test_how_many_must_approve_comes_from_the_plan(approvals: int | None) -> None:
    assert compare(replace(PLAN, approvals=approvals)).approvals == approvals


@pytest.mark.parametrize(
    ("floating", "asked", "queued", "kind"),
    [
        (True, "11-15 08:00", "11-16 10:00", ChangeKind.KEPT),
        (True, "11-15 08:00", "11-20 08:00", ChangeKind.KEPT),
        (True, "11-21 08:00", "11-20 08:00", ChangeKind.MOVED),
        (False, "11-15 08:00", "11-20 08:00", ChangeKind.MOVED),
    ],
)
def test_only_a_time_that_the_plan_chose_is_kept_from_slipping_into_the_past(
    floating: bool, asked: str, queued: str, kind: ChangeKind
) -> None:
    (planned,) = PLAN.planned
    plan = replace(PLAN, planned=(replace(planned, due=at(asked), floating=floating),))
    assert one_change(plan, row("a", queued)).what is kind
