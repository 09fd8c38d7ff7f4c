"""One message, one channel, one occurrence, one action: its identity, its states and every legal move between them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from outreach.domain.message import Lateness
from outreach.domain.text import Text


class Action(StrEnum):
    """What a delivery does to the public place."""

    PUBLISH = "publish"
    UPDATE = "update"
    WITHDRAW = "withdraw"


class State(StrEnum):
    """Where a delivery stands; `MOVES` names every legal move."""

    SCHEDULED = "scheduled"
    """Set by applying a plan, by a retry, or by a person. Left when a lane claims it, its file is held or gone, or it is too late."""

    PUBLISHING = "publishing"
    """Set by a claim, whose attempt row is durable before the first byte is sent. Left by the outcome; after a crash only to `unknown`."""

    PUBLISHED = "published"
    """Set by a receipt, a read-back that found it, or a person with evidence. Final; its text may be updated later."""

    UPDATED = "updated"
    """Set on an update that reached the channel; its text is then the publication's. Left when files change it again, or by a retry."""

    WITHDRAWN = "withdrawn"
    """Set on a withdrawal that was carried out (the publication keeps its own row and receipt). Final."""

    REJECTED = "rejected"
    """Set when the channel refused for good. Left when a person mends the message or retries, or cancels."""

    UNKNOWN = "unknown"
    """Set when nobody can say whether it is public, as after a restore. Left only by reconcile or a person, never by a blind retry."""

    NEEDS_PERSON = "needs_person"
    """Set when only a person can know or decide. Left by `done`, `resolve` or `cancel`."""

    HELD = "held"
    """Set while its file is broken, missing or guarded, its channel is gone, or an update waits for a person's word. Left when that
    is mended or given, or when it is too late."""

    MISSED = "missed"
    """Set when it is later than its policy or the window allows. Left only by a person who retries it, or moves its date to the future."""

    CANCELLED = "cancelled"
    """Set when staff or a person took it out of the plan. Left when the plan asks for it again."""


MOVES: Mapping[State, frozenset[State]] = {
    State.SCHEDULED: frozenset(
        {
            State.PUBLISHING,
            State.UNKNOWN,
            State.HELD,
            State.MISSED,
            State.NEEDS_PERSON,
            State.CANCELLED,
        }
    ),
    State.PUBLISHING: frozenset(
        {
            State.PUBLISHED,
            State.UPDATED,
            State.WITHDRAWN,
            State.REJECTED,
            State.UNKNOWN,
            State.NEEDS_PERSON,
            State.SCHEDULED,
            State.HELD,
            State.MISSED,
            State.CANCELLED,
        }
    ),
    State.UNKNOWN: frozenset(
        {
            State.PUBLISHED,
            State.UPDATED,
            State.WITHDRAWN,
            State.SCHEDULED,
            State.NEEDS_PERSON,
            State.MISSED,
        }
    ),
    State.NEEDS_PERSON: frozenset(
        {
            State.PUBLISHED,
            State.UPDATED,
            State.WITHDRAWN,
            State.SCHEDULED,
            State.CANCELLED,
            State.MISSED,
        }
    ),
    State.HELD: frozenset({State.SCHEDULED, State.UNKNOWN, State.MISSED, State.CANCELLED}),
    State.REJECTED: frozenset({State.SCHEDULED, State.HELD, State.UNKNOWN, State.CANCELLED}),
    State.MISSED: frozenset({State.SCHEDULED, State.UNKNOWN, State.CANCELLED}),
    State.CANCELLED: frozenset({State.SCHEDULED, State.HELD, State.UNKNOWN}),
    State.UPDATED: frozenset({State.SCHEDULED, State.HELD}),
    State.PUBLISHED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


SUCCESS: Mapping[Action, State] = {
    Action.PUBLISH: State.PUBLISHED,
    Action.UPDATE: State.UPDATED,
    Action.WITHDRAW: State.WITHDRAWN,
}
"""How a delivery ends that was carried out."""


def may_move(before: State, after: State) -> bool:
    """Whether a delivery may go from `before` to `after`."""
    return after in MOVES[before]


@dataclass(frozen=True, kw_only=True, order=True)
class Identity:
    """What makes a delivery the same one after any edit: moving a date moves it, never makes a second one."""

    campaign: str
    message: str
    channel: str
    ordinal: int
    action: Action

    @property
    def key(self) -> str:
        """The delivery's stable marker: 16 characters a-z2-7, the same on every machine."""
        name = "\x1f".join(
            (self.campaign, self.message, self.channel, str(self.ordinal), self.action)
        )
        return base64.b32encode(hashlib.sha256(name.encode()).digest()[:10]).decode().lower()

    def of(self, action: Action) -> Identity:
        """The same publication's other action."""
        return Identity(
            campaign=self.campaign,
            message=self.message,
            channel=self.channel,
            ordinal=self.ordinal,
            action=action,
        )


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The platform's proof that something is public (or withdrawn): its own id, the public address, when (aware UTC)."""

    remote_id: str
    permalink: str = ""
    at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One row of the queue; instants are aware UTC.

    `due` is what the plan asks, `ready_at` the next instant to act (later after a retry), `since` the start of the last
    attempt, `asked` when a person asked for another try.
    """

    id: int
    identity: Identity
    state: State
    due: datetime
    ready_at: datetime
    expires: datetime
    late: Lateness
    digest: str
    attempts: int = 0
    looks: int = 0
    since: datetime | None = None
    asked: datetime | None = None
    reason: Text | None = None
    receipt: Receipt | None = None
