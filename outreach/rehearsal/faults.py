"""The faults of one rehearsal: drawn from a seed, the publication and the instant, so that a run can be repeated."""

from __future__ import annotations

import random
from datetime import datetime
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong at the far end in one call."""

    NONE = "none"
    REFUSED = "refused"
    LOST_REQUEST = "lost request"
    LOST_REPLY = "lost reply"
    PAUSE = "pause"


_WEIGHTS = {
    Fault.NONE: 70,
    Fault.REFUSED: 10,
    Fault.LOST_REQUEST: 8,
    Fault.LOST_REPLY: 10,
    Fault.PAUSE: 2,
}


class Faults:
    """Decides which call meets which fault; without a seed none does."""

    def __init__(self, seed: int | None) -> None:
        self._seed = seed

    def at(self, key: str, now: datetime) -> Fault:
        """The fault that the call for `key` meets at `now`."""
        if self._seed is None:
            return Fault.NONE
        dice = random.Random(f"{self._seed}/{key}/{now.isoformat()}")  # noqa: S311 - a repeatable rehearsal, not a secret
        return dice.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()))[0]
