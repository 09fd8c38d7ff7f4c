"""What can be made to go wrong: by name, for the next calls, or by chance from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Fault:
    """How one call goes wrong. `applied`: it took effect before. `lag` hides what it made for so many seconds.

    `how` is the shape of the answer: `error` (code, subcode, message with `status`), `reset` (the connection breaks),
    `html` (an outage page), `drip` (a good answer, `pause` seconds before each byte), `none` (a good answer). `minutes` throttles
    everything for so long, `dead` ends the token.
    """

    how: Literal["error", "reset", "html", "drip", "none"] = "error"
    code: int = 0
    subcode: int = 0
    message: str = ""
    status: int = 400
    transient: bool = False
    applied: bool = False
    lag: float = 0.0
    pause: float = 0.0
    minutes: int = 0
    dead: bool = False


_SORRY = "An unexpected error has occurred. Please retry your request later."
_EXPIRED = "Error validating access token: Session has expired on Monday, 21-Nov-22 08:00:00 PST."
_TOO_FAST = "We limit how often you can post, comment or do other things in a given amount of time."

FAULTS: Mapping[str, Fault] = {
    "created-then-500": Fault(code=2, message=_SORRY, status=500, transient=True, applied=True),
    "created-then-1-99": Fault(
        code=1, subcode=99, message="An unknown error occurred", status=500, applied=True
    ),
    "created-then-reset": Fault(how="reset", applied=True),
    "created-then-502": Fault(how="html", status=502, applied=True),
    "refused-500": Fault(code=2, message=_SORRY, status=500, transient=True),
    "reset": Fault(how="reset"),
    "502-html": Fault(how="html", status=502),
    "200-with-error": Fault(code=2, message=_SORRY, status=200, transient=True),
    "created-then-200-with-error": Fault(code=2, message=_SORRY, status=200, applied=True),
    "slow-drip": Fault(how="drip", applied=True, pause=2.0),
    "visibility-lag": Fault(how="none", applied=True, lag=90.0),
    "created-then-500-lag": Fault(
        code=2, message=_SORRY, status=500, transient=True, applied=True, lag=90.0
    ),
    "throttled": Fault(
        code=80001, message="There have been too many calls to this Page account.", minutes=30
    ),
    "token-dead": Fault(code=190, subcode=463, message=_EXPIRED, dead=True),
    "too-fast": Fault(code=368, subcode=1390008, message=_TOO_FAST),
    "invalid-metric": Fault(code=100, message="(#100) The value must be a valid insights metric"),
    "photo-expired": Fault(code=100, message="Invalid parameter: the photo has expired"),
    "duplicate": Fault(code=506, subcode=1455006, message="(#506) Duplicate status message"),
}
"""The faults that have a name."""

CHANCE = (
    "created-then-500",
    "created-then-1-99",
    "created-then-reset",
    "created-then-502",
    "created-then-200-with-error",
    "created-then-500-lag",
    "refused-500",
    "reset",
    "502-html",
    "200-with-error",
    "visibility-lag",
    "throttled",
)
"""What chance picks from unless told otherwise: nothing here needs a person."""

READ_CHANCE = ("reset", "502-html", "200-with-error", "refused-500")
"""What chance picks from for calls that only read."""


@dataclass(kw_only=True)
class _Armed:
    fault: Fault
    on: str
    times: int


class Faults:
    """Which of the next calls go wrong. Without being told, none."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._dice = random.Random(0)  # noqa: S311 - chance for a rehearsal, not for a secret
        self._read_dice = random.Random(0)  # noqa: S311 - as above
        self._share = self._reads = 0.0
        self._names: tuple[str, ...] = CHANCE

    def arm(self, fault: str | Fault, *, on: str = "", times: int = 1, **changes: Any) -> None:
        """Let the next `times` calls that match `on` go wrong (`POST`, `POST feed`, `GET published_posts`; empty: any)."""
        chosen = FAULTS[fault] if isinstance(fault, str) else fault
        self._armed.append(_Armed(fault=replace(chosen, **changes), on=on, times=times))

    def by_chance(
        self, *, seed: int, share: float, names: Sequence[str] = CHANCE, reads: float = 0.0
    ) -> None:
        """Let this share (0 to 1) of all creating calls go wrong, and of all `reads`; the same ones for the same seed."""
        self._dice = random.Random(seed)  # noqa: S311 - as above
        self._read_dice = random.Random(seed)  # noqa: S311 - as above
        self._share, self._names, self._reads = share, tuple(names), reads

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._armed.clear()
        self._share = self._reads = 0.0

    def next(self, method: str, edge: str) -> Fault | None:
        """What happens to this call."""
        for armed in self._armed:
            if f"{method} {edge}".startswith(armed.on) or armed.on == edge:
                armed.times -= 1
                if armed.times <= 0:
                    self._armed.remove(armed)
                return armed.fault
        if self._share and method == "POST" and self._dice.random() < self._share:
            return FAULTS[self._dice.choice(self._names)]
        if self._reads and method == "GET" and self._read_dice.random() < self._reads:
            return FAULTS[self._read_dice.choice(READ_CHANCE)]
        return None
