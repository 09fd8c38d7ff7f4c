"""What people say about a text before it goes out: their word binds that very text and no other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text


class Approval(StrEnum):
    """How many people must approve each text of a campaign before it may go out: nobody, one, or two different ones."""

    OPTIONAL = "optional"
    REQUIRED = "required"
    FOUR_EYES = "four-eyes"


NEEDED: Mapping[Approval, int] = {
    Approval.OPTIONAL: 0,
    Approval.REQUIRED: 1,
    Approval.FOUR_EYES: 2,
}
"""The number of people."""


class Verdict(StrEnum):
    """What somebody says about a text."""

    APPROVED = "approved"
    SENT_BACK = "sent_back"


@dataclass(frozen=True, kw_only=True)
class Word:
    """One person's word about the rendition `digest`; a later one of the same person takes its place. `at` is aware UTC.

    `by_link` when it came by the link in a letter; the log says so.
    """

    digest: str
    person: str
    verdict: Verdict
    note: str
    at: datetime
    by_link: bool = field(default=False, compare=False)


def missing(words: Iterable[Word], needed: int) -> int:
    """How many must still approve: whoever sent it back must take that back first."""
    said = [word.verdict for word in words]
    lacking = max(0, needed - said.count(Verdict.APPROVED))
    return max(lacking, 1) if needed and Verdict.SENT_BACK in said else lacking


def waits(lacking: int) -> Text:
    """Why it is held."""
    return Text("It is not approved: {missing} more must approve this very text.", missing=lacking)


_WAITS = waits(1).msgid


def waits_for_approval(delivery: Delivery) -> bool:
    """Whether it was held at its time because its text was not approved."""
    held = delivery.state is State.HELD and delivery.reason is not None
    return held and delivery.reason is not None and delivery.reason.msgid == _WAITS
