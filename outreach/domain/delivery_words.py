"""The names of states and actions as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.delivery import Action, State
from outreach.domain.text import Text

STATES: Mapping[State, Text] = {
    State.SCHEDULED: Text("scheduled"),
    State.PUBLISHING: Text("being published"),
    State.PUBLISHED: Text("published"),
    State.UPDATED: Text("updated"),
    State.WITHDRAWN: Text("taken down"),
    State.REJECTED: Text("rejected"),
    State.UNKNOWN: Text("outcome unknown"),
    State.NEEDS_PERSON: Text("needs a person"),
    State.HELD: Text("held"),
    State.MISSED: Text("missed"),
    State.CANCELLED: Text("cancelled"),
}
"""Every state in words."""

ACTIONS: Mapping[Action, Text] = {
    Action.PUBLISH: Text("publish"),
    Action.UPDATE: Text("update"),
    Action.WITHDRAW: Text("take down"),
}
"""Every action in words."""
