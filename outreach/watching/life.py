"""Says outside that the service lives, and only while it does: whoever listens there notices its silence."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from outreach.domain.text import Text
from outreach.watching.figures import Gauge

log = logging.getLogger("outreach.watching")


class SignOfLife:
    """Calls while the dispatcher turns; that it was not heard is logged once and changes nothing."""

    def __init__(self, gauge: Gauge, call: Callable[[], Awaitable[Text | None]]) -> None:
        self._gauge, self._call = gauge, call
        self._unheard = False

    async def __call__(self) -> None:
        """One sign, unless something is wrong here; raises what keeps the figures from being read."""
        if not (await self._gauge.read()).healthy:
            return
        why = await self._call()
        if why and not self._unheard:
            log.warning(
                Text("The sign of life was not heard; publishing goes on. {reason}", reason=why)
            )
        self._unheard = why is not None
