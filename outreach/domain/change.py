"""What applying a plan does to one delivery, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.delivery import Delivery, Identity, State
from outreach.domain.plan import Planned
from outreach.domain.text import Text

OPEN = frozenset({State.SCHEDULED, State.HELD})
"""Not yet begun: files may still change everything."""

UNSETTLED = frozenset({State.PUBLISHING, State.UNKNOWN, State.NEEDS_PERSON})
"""Begun and not ended: only the dispatcher or a person settles them."""

NO_LONGER_ASKED = Text("The files no longer ask for it.")


class ChangeKind(StrEnum):
    """What happens to one delivery when the plan is applied; `asked` waits for a person, `drift` and `kept` change nothing."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    HELD = "held"
    RELEASED = "released"
    ASKED = "asked"
    DRIFT = "drift"
    KEPT = "kept"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One delivery's change: `planned` is what the files ask (None when they ask nothing), `delivery` its row (None when new).

    `digest` names the rendition to queue, or the queued one when the files give none.
    """

    what: ChangeKind
    identity: Identity
    planned: Planned | None
    delivery: Delivery | None
    digest: str
    why: Text


def asked(
    what: ChangeKind, planned: Planned, row: Delivery | None, digest: str, why: Text
) -> Change:
    """A change that brings the row to the time and text that the files ask for."""
    return Change(
        what=what,
        identity=planned.identity,
        planned=planned,
        delivery=row,
        digest=digest,
        why=why,
    )


def untouched(what: ChangeKind, row: Delivery, why: Text) -> Change:
    """A change that leaves the row's time and text as they are."""
    return Change(
        what=what, identity=row.identity, planned=None, delivery=row, digest=row.digest, why=why
    )
