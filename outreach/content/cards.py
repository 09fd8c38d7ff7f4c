"""What the renderer asks of whoever draws cards for messages without a picture."""

from __future__ import annotations

from typing import Protocol

from outreach.domain.artwork import CardOrder, Unusable
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.message import Message
from outreach.domain.problem import Place, Problem, Severity
from outreach.domain.text import Text


class Cards(Protocol):
    """Draws the picture of a message that has none."""

    def order(self, message: Message, profile: ChannelProfile) -> CardOrder | None:
        """The card for that channel, None where there is to be none. Raises `Unusable`."""

    def close(self) -> None:
        """Give back what drawing takes."""


def without_card(message: Message, unusable: Unusable) -> Problem:
    """Why a message has no card: where its slogan stands, or in campaign.toml when no message has one."""
    campaign = f"{message.file.rpartition('/')[0]}/campaign.toml"
    place = Place(file=campaign) if unusable.everywhere else message.place("slogan")
    return Problem(
        place=place,
        code="no-card",
        what=Text("There is no card: {why}", why=unusable.what),
        mend=unusable.mend,
        severity=Severity.WARNING,
    )
