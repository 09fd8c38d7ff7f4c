"""The faults of one rehearsal: what may go wrong, drawn from a seed, so that a run can be repeated."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from outreach.domain.text import Text


class Fault(StrEnum):
    """What goes wrong at the far end, or on the way to it."""

    NONE = "none"
    REFUSED = "refused"
    LOST_REQUEST = "lost request"
    LOST_REPLY = "lost reply"
    PAUSE = "pause"
    FAILURE = "failure"
    OUTAGE_PAGE = "outage page"
    ERROR_AS_SUCCESS = "error as success"
    SLOW_DRIP = "slow drip"
    VISIBILITY_LAG = "visibility lag"
    VERIFY_DELAY = "verify delay"
    THROTTLED = "throttled"
    TOO_FAST = "too fast"
    DEAD_TOKEN = "dead token"  # noqa: S105 - the name of a fault
    LOST_TOKENS = "lost tokens"
    NO_READ_BACK = "no read-back"


WORDS: Mapping[Fault, Text] = {
    Fault.REFUSED: Text("The call was refused"),
    Fault.LOST_REQUEST: Text("The request was lost"),
    Fault.LOST_REPLY: Text("The reply was lost"),
    Fault.PAUSE: Text("A pause was asked for"),
    Fault.FAILURE: Text("The service failed (HTTP 500)"),
    Fault.OUTAGE_PAGE: Text("A page about an outage (HTTP 502)"),
    Fault.ERROR_AS_SUCCESS: Text("An error behind HTTP 200"),
    Fault.SLOW_DRIP: Text("The reply came as slowly as can be borne, or more slowly"),
    Fault.VISIBILITY_LAG: Text("What was published showed late"),
    Fault.VERIFY_DELAY: Text("The article was processed for long"),
    Fault.THROTTLED: Text("Too many calls; the service asked to wait"),
    Fault.TOO_FAST: Text("The service found that we publish too fast"),
    Fault.DEAD_TOKEN: Text("The permission ended before its time"),
    Fault.LOST_TOKENS: Text("The reply with the new permission was lost"),
    Fault.NO_READ_BACK: Text("Looking at the channel failed for a while"),
}
"""How people are told of each."""

WEIGHTS: Mapping[Fault, int] = {
    Fault.NONE: 70,
    Fault.REFUSED: 10,
    Fault.LOST_REQUEST: 8,
    Fault.LOST_REPLY: 10,
    Fault.PAUSE: 2,
}
"""What a stand-in, or a channel on this machine, meets."""


class Faults:
    """Decides which call meets which fault; without a seed none does."""

    def __init__(self, seed: int | None) -> None:
        self._seed = seed

    def at(self, key: str, now: datetime) -> Fault:
        """The fault that the call for `key` meets at `now`."""
        if self._seed is None:
            return Fault.NONE
        dice = random.Random(f"{self._seed}/{key}/{now.isoformat()}")  # noqa: S311 - a repeatable rehearsal, not a secret
        return dice.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))[0]
