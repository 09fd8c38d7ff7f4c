"""Claims to decide about, built with only what a test cares for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.domain.claim import Claim
from outreach.domain.delivery import Action, Delivery, Identity, Receipt, State
from outreach.domain.message import Lateness, LatePolicy
from outreach.testing import sample_rendition

NOON = datetime(2022, 11, 20, 5, 0, tzinfo=UTC)
WITHIN_6H = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))
RECEIPT = Receipt(remote_id="1", at=NOON)


def a_delivery(*, action: Action = Action.PUBLISH, **changes: Any) -> Delivery:
    identity = Identity(campaign="c", message="m", channel="fake", ordinal=1, action=action)
    delivery = Delivery(
        id=1,
        identity=identity,
        state=State.PUBLISHING,
        due=NOON,
        ready_at=NOON,
        expires=NOON + timedelta(days=30),
        late=WITHIN_6H,
        digest="d",
    )
    return replace(delivery, **changes)


def a_claim(
    *,
    published: Delivery | None = None,
    beside: Delivery | None = None,
    number: int = 1,
    **changes: Any,
) -> Claim:
    return Claim(
        delivery=a_delivery(**changes),
        rendition=sample_rendition(),
        attempt=1,
        number=number,
        published=published,
        beside=beside,
    )
