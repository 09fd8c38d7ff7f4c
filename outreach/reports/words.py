"""The names of deliveries, their states and actions, and signs, as people read them."""

from __future__ import annotations

from outreach.domain.delivery import Action, Identity
from outreach.domain.delivery_words import ACTIONS, STATES
from outreach.domain.text import Text

__all__ = ["ACTIONS", "NO", "STATES", "WEEKDAYS", "YES", "naming"]

YES = Text("yes")
NO = Text("no")

WEEKDAYS = (
    Text("Monday"),
    Text("Tuesday"),
    Text("Wednesday"),
    Text("Thursday"),
    Text("Friday"),
    Text("Saturday"),
    Text("Sunday"),
)


def naming(identity: Identity) -> Text:
    """A delivery in a few words: its message, and whether it is an update or a taking down; the due time tells occurrences apart."""
    if identity.action is Action.WITHDRAW:
        return Text("{message} (take down)", message=identity.message)
    if identity.action is Action.UPDATE:
        return Text("{message} (update)", message=identity.message)
    return Text("{message}", message=identity.message)
