"""The line between an adapter and its local platform, on which things go wrong."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach.channel import Network
from outreach.rehearsal.faults import Fault

PATIENCE = 60.0
"""Seconds after which an adapter waits no longer for a reply; the line itself says so, for this clock is not the real one."""

Strike = Callable[[Fault], None]
"""Hears of each fault that strikes."""


def nobody(_: Fault) -> None:
    """Hears of it and writes nothing down."""


@dataclass(frozen=True, kw_only=True)
class Mishap:
    """What may happen to a call: a fault, in one of several `forms` that the platform knows, as often as its `weight` says."""

    fault: Fault
    forms: Sequence[str] = ("",)
    weight: int = 4


@dataclass(frozen=True, kw_only=True)
class Luck:
    """Of the calls with these names, the `share` (0 to 1) meets one of the mishaps."""

    share: float
    mishaps: Sequence[Mishap]


class Line:
    """Draws from `seed` what happens to each call; `arm` tells the platform, which then lets the call go wrong.

    `name` gives the name of a call by which `luck` knows it; calls without luck arrive whole. `sleep` waits on the rehearsal's clock.
    """

    def __init__(
        self,
        *,
        seed: int | None,
        luck: Mapping[str, Luck],
        name: Callable[[Any], str],
        arm: Callable[[str, Fault, str, random.Random], None],
        strike: Strike,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - a repeatable rehearsal, not a secret
        self._luck = luck if seed is not None else {}
        self._name, self._arm, self._strike, self._sleep = name, arm, strike, sleep

    def before(self, platform: Network) -> Network:
        """The platform at the end of this line."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            name = self._name(scope)
            mishap = self._draw(self._luck.get(name))
            if mishap is None:
                await platform(scope, receive, send)
                return
            self._strike(mishap.fault)
            if mishap.fault is Fault.SLOW_DRIP:
                await self._drip(platform, scope, receive, send)
                return
            self._arm(name, mishap.fault, self._dice.choice(mishap.forms), self._dice)
            await platform(scope, receive, send)

        return answer

    def _draw(self, luck: Luck | None) -> Mishap | None:
        if luck is None or self._dice.random() >= luck.share:
            return None
        weights = [mishap.weight for mishap in luck.mishaps]
        return self._dice.choices(luck.mishaps, weights=weights)[0]

    async def _drip(self, platform: Network, scope: Any, receive: Any, send: Any) -> None:
        """Let the call take effect, and its reply arrive at the last moment or never."""
        said: list[Any] = []

        async def keep(message: Any) -> None:
            said.append(message)

        late = self._dice.random() < 0.5
        await platform(scope, receive, keep)
        await self._sleep(PATIENCE if late else PATIENCE - 1)
        if late:
            raise TimeoutError("the reply dripped on and on")
        for message in said:
            await send(message)
