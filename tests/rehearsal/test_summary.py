"""What a rehearsal's summary counts as lost, as twice, and as explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from outreach.domain.delivery import Action, Delivery, Identity, Receipt, State
from outreach.domain.plan import Planned
from outreach.domain.text import Text
from outreach.rehearsal.summary import Summary, summarise
from tests.domain.office import LATE, NOW, campaign

FACEBOOK = "facebook-page"


def planned(message: str, channel: str = FACEBOOK, *, days: int = 0) -> Planned:
    identity = Identity(
        campaign="2022", message=message, channel=channel, ordinal=1, action=Action.PUBLISH
    )
    due = NOW + timedelta(days=days)
    return Planned(identity=identity, due=due, expires=due + timedelta(days=9), late=LATE)


def ended(asked: Planned, number: int, state: State = State.PUBLISHED) -> Delivery:
    done = state in (State.PUBLISHED, State.WITHDRAWN)
    return Delivery(
        id=number,
        identity=asked.identity,
        state=state,
        due=asked.due,
        ready_at=asked.due,
        expires=asked.expires,
        late=asked.late,
        digest="d",
        receipt=Receipt(remote_id="r", at=asked.due) if done else None,
        reason=None if done else Text("It was refused."),
    )


def summary(
    asked: Sequence[Planned], deliveries: Sequence[Delivery], accepted: Mapping[str, int]
) -> Summary:
    return summarise(
        campaign=campaign(),
        planned=asked,
        deliveries=deliveries,
        accepted=accepted,
        remembered=frozenset({FACEBOOK}),
        confirmed=frozenset({2}),
    )


def test_a_month_in_which_all_goes_well() -> None:
    asked = [planned("a"), planned("b", days=1), planned("c", "so-website", days=1)]
    rows = [ended(p, number) for number, p in enumerate(asked, 1)]
    found = summary(asked, rows, {p.identity.key: 1 for p in asked[:2]})
    assert found.ok
    assert [(t.channel, t.planned, t.confirmed) for t in found.channels] == [
        (FACEBOOK, 2, 1),
        ("so-website", 1, 0),
    ]
    assert found.channels[0].count(State.PUBLISHED, State.MISSED) == 2
    assert [(d.day, len(d.deliveries)) for d in found.days] == [
        (date(2022, 11, 16), 1),
        (date(2022, 11, 17), 2),
    ]


def test_what_never_reached_the_queue_is_lost() -> None:
    asked = planned("a")
    assert summary([asked], [], {}).lost == (asked.identity.key,)


def test_what_never_came_to_rest_is_lost() -> None:
    asked = planned("a")
    for state in (State.SCHEDULED, State.PUBLISHING, State.UNKNOWN):
        assert summary([asked], [ended(asked, 1, state)], {}).lost == (asked.identity.key,)


def test_what_ended_without_a_word_is_lost() -> None:
    asked = planned("a")
    silent = replace(ended(asked, 1, State.MISSED), reason=None)
    assert summary([asked], [silent], {}).lost == (asked.identity.key,)


def test_what_failed_with_its_reason_is_not_lost() -> None:
    asked = planned("a")
    found = summary([asked], [ended(asked, 1, State.MISSED)], {})
    assert found.ok
    assert found.channels[0].count(State.MISSED) == 1


def test_a_publication_that_the_platform_does_not_know_is_lost() -> None:
    asked = planned("a")
    assert summary([asked], [ended(asked, 1)], {}).lost == (asked.identity.key,)


def test_a_publication_that_the_queue_does_not_know_is_lost() -> None:
    asked = planned("a")
    missed = ended(asked, 1, State.MISSED)
    assert summary([asked], [missed], {asked.identity.key: 1}).lost == (asked.identity.key,)


def test_what_the_platform_took_twice_is_named() -> None:
    asked = planned("a")
    found = summary([asked], [ended(asked, 1)], {asked.identity.key: 2})
    assert found.twice == (asked.identity.key,)
    assert not found.ok


def test_what_waits_for_a_person_is_listed() -> None:
    asked = planned("a")
    waiting = ended(asked, 1, State.NEEDS_PERSON)
    assert summary([asked], [waiting], {}).unsettled == (waiting,)
