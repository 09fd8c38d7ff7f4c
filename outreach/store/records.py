"""What the queue gives back, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from outreach.domain.claim import Claim
from outreach.domain.delivery import Action, Delivery, Identity, Receipt, State
from outreach.domain.message import Lateness, LatePolicy
from outreach.domain.text import Text

_ACTIONS = {action.value: action for action in Action}
_STATES = {state.value: state for state in State}


class Fenced(Exception):
    """Another process has taken over the queue: nothing was written, and this one must stop."""


class IllegalMove(Exception):
    """A delivery cannot be moved so; `text` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What may start now. `next_due` and `next_look`: when a delivery, or a look at a doubtful one, is due after that.

    Both are later than the exchange itself, unless looks are due already; what waits for a free slot does not count.
    """

    claims: tuple[Claim, ...]
    next_due: datetime | None
    next_look: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelState:
    """Whether a channel waits, until when (None: until a person resumes it) and why."""

    paused: bool
    until: datetime | None
    reason: Text | None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at a delivery as it was recorded; `finished` is None while it is under way."""

    id: int
    delivery_id: int
    number: int
    key: str
    digest: str
    fence: int
    started: datetime
    finished: datetime | None
    outcome: State | None
    reason: Text | None
    evidence: Mapping[str, Any]


def receipt_to_json(receipt: Receipt) -> dict[str, Any]:
    """A receipt as plain JSON."""
    return {
        "remote_id": receipt.remote_id,
        "permalink": receipt.permalink,
        "at": receipt.at.isoformat(),
        "details": dict(receipt.details),
    }


def receipt_from_json(stored: Mapping[str, Any]) -> Receipt:
    """The receipt that `receipt_to_json` gave."""
    return Receipt(
        remote_id=stored["remote_id"],
        permalink=stored["permalink"],
        at=datetime.fromisoformat(stored["at"]),
        details=stored["details"],
    )


def delivery_from_row(row: Any, *, begun: datetime | None = None) -> Delivery:
    """The delivery that a whole row of the table holds; with `begun`, as it is once an attempt has begun then."""
    (
        row_id, _, campaign, message, channel, ordinal, action, state, due, ready_at, expires,
        late_policy, late_limit, digest, _, attempts, looks, since, reason, receipt, asked,
    ) = row  # fmt: skip
    return Delivery(
        id=row_id,
        identity=Identity(
            campaign=campaign,
            message=message,
            channel=channel,
            ordinal=ordinal,
            action=_ACTIONS[action],
        ),
        state=State.PUBLISHING if begun else _STATES[state],
        due=due,
        ready_at=ready_at,
        expires=expires,
        late=_lateness(late_policy, late_limit),
        digest=digest,
        attempts=attempts,
        looks=looks,
        since=begun or since,
        asked=asked,
        reason=text_from_json(reason),
        receipt=receipt_from_json(receipt) if receipt else None,
    )


@lru_cache(maxsize=256)
def _lateness(policy: str, limit: timedelta) -> Lateness:
    return Lateness(policy=LatePolicy(policy), limit=limit)


def attempt_from_row(row: Any) -> Attempt:
    """The attempt that a row of the table holds."""
    return Attempt(
        id=row.id,
        delivery_id=row.delivery_id,
        number=row.number,
        key=row.key,
        digest=row.digest,
        fence=row.fence,
        started=row.started,
        finished=row.finished,
        outcome=State(row.outcome) if row.outcome else None,
        reason=text_from_json(row.reason),
        evidence=row.evidence or {},
    )


def text_from_json(stored: Mapping[str, Any] | None) -> Text | None:
    """The sentence of a cell, if it holds one."""
    return Text.from_json(stored) if stored else None


def text_to_json(text: Text | None) -> dict[str, Any] | None:
    """A sentence for a cell, if there is one."""
    return text.to_json() if text else None
