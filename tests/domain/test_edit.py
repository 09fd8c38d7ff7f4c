"""What becomes of a published message whose text was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from outreach.domain.approval import Approval, waits
from outreach.domain.campaign import Edits
from outreach.domain.delivery import Action, Delivery, Identity, Receipt, State, may_move
from outreach.domain.difference import NO_LONGER_ASKED, Change, ChangeKind, difference, guard
from outreach.domain.edit import ASKS, COMES_DOWN, EDITED_BACK, comes_down, coming
from outreach.domain.plan import NEVER, Plan, Planned
from outreach.domain.problem import Place, Problem
from outreach.domain.text import Text
from tests.domain.office import NOW, WEBSITE, at, identity, message, once, plan_of, row

ABLE = replace(WEBSITE, capabilities=replace(WEBSITE.capabilities, can_update=True))
FILE = message("a", once("11-15 08:00"))
PERSON = Text("By a person.")
FAULT = Problem(
    place=Place(file="a.md", line=3), code="broken", what=Text("It is broken."), mend=Text("Mend.")
)


def asking(updates: Edits = Edits.YES, **changes: Any) -> Plan:
    return plan_of(FILE, channels=(ABLE,), updates=updates, **changes)


def public(text: str = "text") -> Delivery:
    receipt = Receipt(remote_id="1", at=NOW)
    return row("a", "11-15 08:00", State.PUBLISHED, digest=text, receipt=receipt)


def waiting(state: State, text: str = "new", **changes: Any) -> Delivery:
    update = identity("a", 1, Action.UPDATE)
    return row("a", "11-15 20:00", state, identity=update, digest=text, expires=NEVER, **changes)


def of(plan: Plan, *queue: Delivery, text: str = "new") -> dict[Identity, Change]:
    digests = {one.identity: text for one in plan.planned if text}
    changes = difference(plan, digests, queue, NOW).changes
    for change in changes:
        assert isinstance(change.why, Text), "every change is explained"
        assert change.digest, "every change names its content"
    return {change.identity: change for change in changes}


def update_in(plan: Plan, *queue: Delivery, text: str = "new") -> Change | None:
    return of(plan, *queue, text=text).get(identity("a", 1, Action.UPDATE))


def test_an_edit_of_what_is_public_is_a_new_update_due_now_that_never_expires() -> None:
    found = of(asking(), public())
    change = found[identity("a", 1, Action.UPDATE)]
    assert (change.what, change.digest, change.delivery) == (ChangeKind.NEW, "new", None)
    assert change.planned
    assert (change.planned.due, change.planned.expires) == (NOW, NEVER)
    assert found[identity("a")].what is ChangeKind.KEPT


def test_what_is_public_as_written_has_no_update() -> None:
    assert update_in(asking(), public("new")) is None


@pytest.mark.parametrize(
    ("before", "with_yes", "with_ask"),
    [
        (None, ChangeKind.NEW, ChangeKind.ASKED),
        (waiting(State.SCHEDULED), ChangeKind.KEPT, ChangeKind.ASKED),
        (waiting(State.SCHEDULED, "old"), ChangeKind.CHANGED, ChangeKind.ASKED),
        (waiting(State.SCHEDULED, asked=NOW), ChangeKind.KEPT, ChangeKind.KEPT),
        (waiting(State.SCHEDULED, "old", asked=NOW), ChangeKind.CHANGED, ChangeKind.ASKED),
        (waiting(State.HELD, reason=ASKS), ChangeKind.RELEASED, ChangeKind.KEPT),
        (waiting(State.HELD, "old", reason=ASKS), ChangeKind.RELEASED, ChangeKind.ASKED),
        (waiting(State.HELD, reason=ASKS, asked=NOW), ChangeKind.RELEASED, ChangeKind.RELEASED),
        (waiting(State.HELD, reason=waits(1), asked=NOW), ChangeKind.RELEASED, ChangeKind.RELEASED),
        (waiting(State.HELD, reason=PERSON), ChangeKind.RELEASED, ChangeKind.ASKED),
        (waiting(State.HELD, reason=PERSON, asked=NOW), ChangeKind.RELEASED, ChangeKind.RELEASED),
        (waiting(State.PUBLISHING, "old"), ChangeKind.KEPT, ChangeKind.KEPT),
        (waiting(State.UNKNOWN, "old"), ChangeKind.KEPT, ChangeKind.KEPT),
        (waiting(State.NEEDS_PERSON), ChangeKind.KEPT, ChangeKind.KEPT),
        (waiting(State.NEEDS_PERSON, "old"), ChangeKind.CHANGED, ChangeKind.CHANGED),
        (waiting(State.UPDATED, "text"), ChangeKind.CHANGED, ChangeKind.ASKED),
        (waiting(State.REJECTED), ChangeKind.KEPT, ChangeKind.KEPT),
        (waiting(State.REJECTED, "old"), ChangeKind.CHANGED, ChangeKind.ASKED),
        (waiting(State.CANCELLED, reason=PERSON), ChangeKind.KEPT, ChangeKind.KEPT),
        (waiting(State.CANCELLED, "old", reason=PERSON), ChangeKind.RESTORED, ChangeKind.ASKED),
        (waiting(State.CANCELLED, reason=EDITED_BACK), ChangeKind.RESTORED, ChangeKind.ASKED),
        (waiting(State.CANCELLED, reason=COMES_DOWN), ChangeKind.RESTORED, ChangeKind.ASKED),
        (waiting(State.CANCELLED, reason=NO_LONGER_ASKED), ChangeKind.RESTORED, ChangeKind.ASKED),
    ],
)
def test_the_newest_text_takes_the_place_of_what_waits(
    before: Delivery | None, with_yes: ChangeKind, with_ask: ChangeKind
) -> None:
    queue = [public(), *([before] if before else [])]
    for updates, kind in ((Edits.YES, with_yes), (Edits.ASK, with_ask)):
        change = update_in(asking(updates), *queue)
        assert change
        assert change.what is kind
        assert before is None or _is_legal(before.state, change.what)


def _is_legal(state: State, what: ChangeKind) -> bool:
    targets = {
        ChangeKind.ASKED: State.HELD,
        ChangeKind.RELEASED: State.SCHEDULED,
        ChangeKind.RESTORED: State.SCHEDULED,
    }
    target = targets.get(what, state)
    return target is state or may_move(state, target)


def test_the_time_of_an_update_moves_with_its_text_only() -> None:
    same, other = waiting(State.SCHEDULED), waiting(State.SCHEDULED, "old")
    for before, due in ((same, same.due), (other, NOW)):
        change = update_in(asking(), public(), before)
        assert change
        assert change.planned
        assert change.planned.due == due


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (waiting(State.SCHEDULED), ChangeKind.CANCELLED),
        (waiting(State.HELD), ChangeKind.CANCELLED),
        (waiting(State.REJECTED, attempts=1), ChangeKind.CANCELLED),
        (waiting(State.UPDATED, "text", attempts=3), ChangeKind.KEPT),
        (waiting(State.CANCELLED, attempts=3), ChangeKind.KEPT),
        (waiting(State.SCHEDULED, attempts=1), ChangeKind.CHANGED),
        (waiting(State.REJECTED, attempts=2), ChangeKind.CHANGED),
        (waiting(State.UNKNOWN, attempts=1), ChangeKind.KEPT),
    ],
)
def test_an_edit_back_cancels_the_update_unless_it_may_have_arrived(
    before: Delivery, kind: ChangeKind
) -> None:
    change = update_in(asking(), public(), before, text="text")
    assert change
    assert change.what is kind


@pytest.mark.parametrize(
    ("plan", "published"),
    [
        (plan_of(FILE), public()),
        (asking(Edits.NO), public()),
        (asking(), replace(public(), receipt=Receipt(remote_id="person:Lan", at=NOW))),
    ],
    ids=["cannot", "not wished", "no proof"],
)
def test_where_nothing_can_be_changed_the_drift_says_so(plan: Plan, published: Delivery) -> None:
    found = of(plan, published)
    assert list(found) == [identity("a")]
    assert found[identity("a")].what is ChangeKind.DRIFT
    dropped = update_in(plan, published, waiting(State.SCHEDULED))
    assert dropped
    assert dropped.what is ChangeKind.CANCELLED


def test_what_a_person_left_and_what_was_refused_is_drift() -> None:
    for before in (waiting(State.CANCELLED, reason=PERSON), waiting(State.REJECTED)):
        assert of(asking(), public(), before)[identity("a")].what is ChangeKind.DRIFT


@pytest.mark.parametrize("state", [State.PUBLISHING, State.UNKNOWN, State.NEEDS_PERSON])
def test_what_is_not_settled_yet_is_not_updated_yet(state: State) -> None:
    found = of(asking(), replace(public(), state=state))
    assert [change.what for change in found.values()] == [ChangeKind.DRIFT]


def test_a_deleted_message_drops_its_update() -> None:
    plan = plan_of(channels=(ABLE,), updates=Edits.YES)
    change = update_in(plan, public(), waiting(State.SCHEDULED))
    assert change
    assert (change.what, change.why) == (ChangeKind.CANCELLED, NO_LONGER_ASKED)


def test_a_broken_message_holds_its_update_until_it_is_mended() -> None:
    plan = replace(asking(), held={"a": FAULT})
    for broken, text in ((plan, ""), (replace(plan_of(), held={"a": FAULT}), "new")):
        change = update_in(broken, public(), waiting(State.SCHEDULED), text=text)
        assert change
        assert change.what is ChangeKind.HELD
        kept = update_in(broken, public(), waiting(State.HELD), text=text)
        assert kept
        assert kept.what is ChangeKind.KEPT


def withdrawal(state: State, due: str = "11-20 08:00") -> Delivery:
    return row("a", due, state, identity=identity("a", 1, Action.WITHDRAW))


@pytest.mark.parametrize(
    ("down", "comes"),
    [
        (None, False),
        (withdrawal(State.SCHEDULED), False),
        (withdrawal(State.SCHEDULED, "11-16 10:00"), True),
        (withdrawal(State.PUBLISHING), True),
        (withdrawal(State.UNKNOWN), True),
        (withdrawal(State.NEEDS_PERSON), True),
        (withdrawal(State.WITHDRAWN), True),
        (withdrawal(State.HELD, "11-16 10:00"), False),
        (withdrawal(State.CANCELLED), False),
        (withdrawal(State.REJECTED), False),
    ],
)
def test_what_comes_down_is_not_updated(down: Delivery | None, comes: bool) -> None:
    assert comes_down(down, NOW) is comes
    queue = [public(), *([down] if down else [])]
    assert (update_in(asking(), *queue) is None) is comes
    change = update_in(asking(), *queue, waiting(State.SCHEDULED))
    assert change
    assert (change.what is ChangeKind.CANCELLED) is comes


def test_updates_neither_set_off_the_guard_nor_quiet_it() -> None:
    published = [replace(public(), identity=identity(f"m{n}")) for n in range(9)]
    updates = [
        replace(waiting(State.SCHEDULED), identity=identity(f"m{n}", 1, Action.UPDATE))
        for n in range(9)
    ]
    found = difference(plan_of(channels=(ABLE,)), {}, [*published, *updates], NOW)
    assert len(found.of(ChangeKind.CANCELLED)) == 9
    assert not guard(found, [*published, *updates])


def test_an_update_follows_the_occurrence_that_it_names() -> None:
    twice = plan_of(
        message("a", once("11-15 08:00", "11-18 08:00")), channels=(ABLE,), updates=Edits.YES
    )
    change = update_in(twice, public())
    assert change
    assert change.identity.ordinal == 1
    assert of(twice, public())[identity("a", 2)].planned is not None
    assert at("11-18 08:00") == twice.planned[1].due


def a_change(what: ChangeKind, plan: Plan, *queue: Delivery, text: str = "new") -> Change:
    change = update_in(plan, *queue, text=text)
    assert change
    assert change.what is what
    return change


def test_an_update_that_is_to_come_is_shown_with_its_time() -> None:
    new = a_change(ChangeKind.NEW, asking(), public())
    assert coming(new) == new.planned
    asks = a_change(ChangeKind.ASKED, asking(Edits.ASK), public())
    assert coming(asks) == asks.planned


def test_an_update_that_waits_is_still_to_come() -> None:
    row_ = waiting(State.HELD, reason=ASKS)
    kept = a_change(ChangeKind.KEPT, asking(Edits.ASK), public(), row_)
    assert coming(kept) == Planned(
        identity=row_.identity, due=row_.due, expires=NEVER, late=row_.late
    )


def test_an_update_that_comes_back_comes_at_its_new_time() -> None:
    row_ = waiting(State.CANCELLED, "old", reason=PERSON)
    back = a_change(ChangeKind.RESTORED, asking(), public(), row_)
    assert coming(back) == back.planned
    assert back.planned
    assert back.planned.due == NOW


@pytest.mark.parametrize("state", [State.PUBLISHING, State.UNKNOWN, State.CANCELLED])
def test_an_update_that_is_under_way_or_over_is_not_to_come(state: State) -> None:
    row_ = waiting(state, reason=PERSON)
    assert coming(a_change(ChangeKind.KEPT, asking(), public(), row_)) is None


def test_an_update_that_is_dropped_is_not_to_come() -> None:
    row_ = waiting(State.SCHEDULED)
    dropped = a_change(ChangeKind.CANCELLED, asking(), public(), row_, text="text")
    assert coming(dropped) is None


def test_a_publication_is_no_update_to_come() -> None:
    for change in (of(asking(), public())[identity("a")], of(asking())[identity("a")]):
        assert coming(change) is None


def test_an_update_that_waits_for_an_approval_waits_while_one_is_asked_for() -> None:
    held = waiting(State.HELD, reason=waits(1), asked=NOW)
    plan = asking(approval=Approval.REQUIRED)
    a_change(ChangeKind.KEPT, plan, public(), held)
    a_change(ChangeKind.RELEASED, plan, public(), replace(held, reason=PERSON))
