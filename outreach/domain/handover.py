"""A publication that a service holds until it is due: what must be done about it meanwhile. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from outreach.domain.claim import Claim
from outreach.domain.delivery import Delivery, State

RETRY = timedelta(minutes=3)
"""After a failure it is tried again so much later, unless the service names another time."""

_OUT = frozenset({State.CANCELLED, State.HELD, State.MISSED, State.REJECTED})


class Task(StrEnum):
    """What to do at the service."""

    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"


@dataclass(frozen=True, kw_only=True)
class Handover:
    """What a service got before it was due: the content and its time. Instants are aware UTC.

    `again` is when to see to it before it is due (None: not any more), `after` the first instant to act after a failure.
    `held`: the service has it, or may have it. `public`: it had appeared before it could be taken back.
    """

    digest: str
    due: datetime
    again: datetime | None = None
    after: datetime | None = None
    held: bool = True
    public: bool = False

    def fits(self, delivery: Delivery) -> bool:
        """Whether it is what the delivery asks for now."""
        return (self.digest, self.due) == (delivery.digest, delivery.due)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Handover:
        """What `to_json` gave."""
        content = dict(stored)
        for name in ("due", "again", "after"):
            content[name] = datetime.fromisoformat(content[name]) if content[name] else None
        return cls(**content)


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One task at a service, for a delivery that is not claimed; `handover` is what was handed over before."""

    claim: Claim
    task: Task
    handover: Handover | None


@dataclass(frozen=True, kw_only=True)
class Window:
    """The `earliest` and `latest` time before it is due at which a service takes a publication."""

    earliest: timedelta
    latest: timedelta


def task(
    delivery: Delivery, handover: Handover | None, *, window: Window, stopped: bool, now: datetime
) -> tuple[Task, datetime] | None:
    """What comes next at the service and when, perhaps at once; None when nothing does.

    `stopped` says that the channel waits past the due time, or that the text is not approved: then the service must not release it either.
    """
    if handover is None:
        return _first(delivery, window, stopped=stopped, now=now)
    if handover.public or delivery.state not in _OUT | {State.SCHEDULED}:
        return None
    wanted = delivery.state is State.SCHEDULED and not stopped and handover.fits(delivery)
    if not wanted:
        return Task.TAKE_BACK, handover.after or now
    if handover.again is None or now >= handover.due:
        return None
    return Task.HAND_OVER, max(handover.again, handover.after or handover.again)


def _first(
    delivery: Delivery, window: Window, *, stopped: bool, now: datetime
) -> tuple[Task, datetime] | None:
    waits = delivery.state is State.SCHEDULED and not stopped
    if not waits or now > delivery.due - window.latest:
        return None
    return Task.HAND_OVER, max(now, delivery.due - window.earliest)
