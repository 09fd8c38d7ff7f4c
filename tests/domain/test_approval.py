"""How many people must still approve a text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach.domain.approval import Verdict, Word, missing, waits, waits_for_approval
from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text
from tests.domain.office import row

YES, NO = Verdict.APPROVED, Verdict.SENT_BACK


@pytest.mark.parametrize(
    ("said", "needed", "lacking"),
    [
        ([], 0, 0),
        ([NO], 0, 0),
        ([], 1, 1),
        ([YES], 1, 0),
        ([NO], 1, 1),
        ([YES, NO], 1, 1),
        ([], 2, 2),
        ([YES], 2, 1),
        ([YES, YES], 2, 0),
        ([YES, YES, NO], 2, 1),
        ([YES, NO], 2, 1),
    ],
)
def test_each_needed_person_approves_and_nobody_objects(
    said: list[Verdict], needed: int, lacking: int
) -> None:
    at = datetime(2022, 11, 15, tzinfo=UTC)
    words = [
        Word(digest="d", person=f"p{number}", verdict=verdict, note="", at=at)
        for number, verdict in enumerate(said)
    ]
    assert missing(words, needed) == lacking


def held(reason: Text | None, state: State = State.HELD) -> Delivery:
    return row("a", "11-20 08:00", state, reason=reason)


def test_what_waits_says_for_how_many_and_is_known_again() -> None:
    assert "2 more" in str(waits(2))
    for lacking in (1, 2):
        assert waits_for_approval(held(waits(lacking)))
    assert not waits_for_approval(held(Text("By a person.")))
    assert not waits_for_approval(held(None))
    assert not waits_for_approval(held(waits(1), State.SCHEDULED))
