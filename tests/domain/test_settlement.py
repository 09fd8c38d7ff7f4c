"""What a person has seen settles a delivery."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from outreach.domain.delivery import Action, Receipt, State
from outreach.domain.edit import BY_PERSON
from outreach.domain.settlement import settlement

NOW = datetime(2022, 11, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "public", "to"),
    [
        (Action.PUBLISH, True, State.PUBLISHED),
        (Action.PUBLISH, False, State.SCHEDULED),
        (Action.UPDATE, True, State.UPDATED),
        (Action.UPDATE, False, State.SCHEDULED),
        (Action.WITHDRAW, True, State.SCHEDULED),
        (Action.WITHDRAW, False, State.WITHDRAWN),
    ],
)
def test_the_action_decides_what_follows(action: Action, public: bool, to: State) -> None:
    said = settlement(action, public=public, link="https://a.example/", by="Lan", note="", now=NOW)
    assert said.to is to
    assert (said.receipt is None) is (to is State.SCHEDULED)
    assert str(said.reason).startswith("Lan looked: ")
    assert "Note" not in str(said.reason)
    if said.receipt:
        assert said.receipt == Receipt(
            remote_id=f"{BY_PERSON}Lan",
            permalink="https://a.example/",
            at=NOW,
            details={"by": "Lan"},
        )


def test_a_note_stands_beside_the_reason_and_in_the_proof() -> None:
    said = settlement(Action.PUBLISH, public=True, link="", by="Lan", note="trang 2", now=NOW)
    assert str(said.reason).endswith("Note: trang 2")
    assert said.receipt is not None
    assert said.receipt.details == {"by": "Lan", "note": "trang 2"}


def test_a_long_note_is_cut_in_the_reason() -> None:
    said = settlement(Action.PUBLISH, public=True, link="", by="Lan", note="x" * 9000, now=NOW)
    assert 2000 <= len(str(said.reason)) < 2100
