"""What a careful colleague would notice in a text before it is public."""

from __future__ import annotations

from outreach.domain.campaign import Campaign
from outreach.domain.message import Message
from outreach.domain.problem import Problem


def lint(message: Message, campaign: Campaign | None) -> list[Problem]:
    """Every such thing in one message; without a campaign only what can be seen in the text alone."""
    return []
