"""What follows when a person says whether something is public."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach.domain.delivery import SUCCESS, Action, Receipt, State
from outreach.domain.edit import BY_PERSON
from outreach.domain.text import Text

SEEN: Mapping[tuple[Action, bool], Callable[[str], Text]] = {
    (Action.PUBLISH, True): lambda name: Text("{name} looked: it is public.", name=name),
    (Action.PUBLISH, False): lambda name: Text("{name} looked: it is not public.", name=name),
    (Action.UPDATE, True): lambda name: Text("{name} looked: the new text is public.", name=name),
    (Action.UPDATE, False): lambda name: Text(
        "{name} looked: the new text is not public.", name=name
    ),
    (Action.WITHDRAW, True): lambda name: Text("{name} looked: it is still public.", name=name),
    (Action.WITHDRAW, False): lambda name: Text(
        "{name} looked: it is no longer public.", name=name
    ),
}
"""What a person has seen: whether the delivery's content is public."""


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """Where the delivery goes, why, and what proves it (None when it is to be tried again)."""

    to: State
    reason: Text
    receipt: Receipt | None


def settlement(
    action: Action, *, public: bool, link: str, by: str, note: str, now: datetime
) -> Settlement:
    """`public` is what the person saw; the action decides what follows from it. `now` is aware UTC."""
    reason = with_note(SEEN[action, public](by), note)
    if public is (action is Action.WITHDRAW):
        return Settlement(to=State.SCHEDULED, reason=reason, receipt=None)
    details = {"by": by, **({"note": note} if note else {})}
    receipt = Receipt(remote_id=f"{BY_PERSON}{by}", permalink=link, at=now, details=details)
    return Settlement(to=SUCCESS[action], reason=reason, receipt=receipt)


def with_note(reason: Text, note: str) -> Text:
    """The reason, and what the person wrote beside it (2,000 characters at most)."""
    return Text("{reason} Note: {note}", reason=reason, note=note[:2000]) if note else reason
