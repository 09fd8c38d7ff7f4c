"""The names of states, actions and signs as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.delivery import Action, Identity, State
from outreach.domain.text import Text

YES = Text("yes")
NO = Text("no")

STATES: Mapping[State, Text] = {
    State.SCHEDULED: Text("scheduled"),
    State.PUBLISHING: Text("being published"),
    State.PUBLISHED: Text("published"),
    State.WITHDRAWN: Text("taken down"),
    State.REJECTED: Text("rejected"),
    State.UNKNOWN: Text("outcome unknown"),
    State.NEEDS_PERSON: Text("needs a person"),
    State.HELD: Text("held"),
    State.MISSED: Text("missed"),
    State.CANCELLED: Text("cancelled"),
}

ACTIONS: Mapping[Action, Text] = {
    Action.PUBLISH: Text("publish"),
    Action.WITHDRAW: Text("take down"),
}


def naming(identity: Identity) -> Text:
    """A delivery in a few words: its message, and whether it is a taking down; the due time tells occurrences apart."""
    if identity.action is Action.WITHDRAW:
        return Text("{message} (take down)", message=identity.message)
    return Text("{message}", message=identity.message)
