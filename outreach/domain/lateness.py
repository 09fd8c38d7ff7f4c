"""How late is too late, decided again at the moment of sending."""

from __future__ import annotations

from datetime import datetime, timedelta

from outreach.domain.delivery import Action, Delivery
from outreach.domain.message import LatePolicy

ON_TIME = timedelta(minutes=5)
"""A delivery that is late by no more than this counts as on time under every policy."""


def latest(delivery: Delivery) -> datetime:
    """The first instant at which the delivery must no longer go out; a person's wish for another try counts as a new due time."""
    if delivery.identity.action is not Action.PUBLISH:
        return delivery.expires
    limit = delivery.late.limit if delivery.late.policy is LatePolicy.WITHIN else timedelta(0)
    due = max(delivery.due, delivery.asked) if delivery.asked else delivery.due
    return min(delivery.expires, due + max(limit, ON_TIME))
