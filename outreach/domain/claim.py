"""What passes between the queue and the dispatcher: a claimed delivery, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from outreach.domain.delivery import Delivery, Receipt, State
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A delivery that this process may act on now. `attempt` is the attempt row (0 for a mere look), `number` counts from 1.

    `published` is the publication that a withdrawal takes down or an update changes; `beside` is its update, for a withdrawal,
    or its withdrawal, for an update.
    `unapproved` is how many must still approve its text.
    `restored` says when the backup that left this look in doubt was put back, `tried` when the first attempt of one that is
    looked up began (both aware UTC).
    """

    delivery: Delivery
    rendition: Rendition
    attempt: int
    number: int
    published: Delivery | None = None
    beside: Delivery | None = None
    restored: datetime | None = None
    unapproved: int = 0
    tried: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The whole channel waits until `until` (aware UTC), or until a person resumes it."""

    reason: Text
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Finish:
    """How a claim ended: the next state, why, the proof, and when to act again.

    `counts` is false when no try was spent; `looks` is the new number of empty read-backs (None leaves it).
    """

    claim: Claim
    state: State
    at: datetime
    reason: Text | None = None
    receipt: Receipt | None = None
    ready_at: datetime | None = None
    pause: Pause | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    counts: bool = True
    looks: int | None = None
