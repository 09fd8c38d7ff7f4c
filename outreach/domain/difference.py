"""What applying a plan would do to the queue: every change, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.delivery import Delivery, Identity
from outreach.domain.plan import Planned
from outreach.domain.text import Text


class ChangeKind(StrEnum):
    """What happens to one delivery when the plan is applied; `drift` and `kept` change nothing."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    HELD = "held"
    RELEASED = "released"
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


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Every change of one campaign, ordered by due time and identity."""

    campaign: str
    changes: tuple[Change, ...]

    def of(self, what: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.what is what)
