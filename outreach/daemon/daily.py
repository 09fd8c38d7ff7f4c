"""Chores of once a day: done at their time, and made up for as soon as the machine is awake again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from outreach.daemon.chores import utc_now
from outreach.domain.text import Text

log = logging.getLogger("outreach.daemon")

LOOK_SECONDS = 300.0
"""How often it is looked whether a chore is due; so long after a failure it is tried again."""


@dataclass(frozen=True, kw_only=True)
class Chore:
    """`work` runs once after each `at` (time of this machine's day); `last` says when it was done (aware). Both may block."""

    name: str
    at: time
    last: Callable[[], datetime | None]
    work: Callable[[datetime], Text]


class Daily:
    """Looks whether its chore is due, and does it; a failure is logged and tried again."""

    def __init__(self, chore: Chore, now: Callable[[], datetime] = utc_now) -> None:
        self._chore = chore
        self._now = now
        self._begun = now()

    async def __call__(self) -> None:
        """Do it if it is due."""
        now = self._now()
        try:
            last = await asyncio.to_thread(self._chore.last)
            if (last or self._begun) < latest(self._chore.at, now):
                log.info(await asyncio.to_thread(self._chore.work, now))
        except Exception as error:  # noqa: BLE001 - the service goes on, and says so each time
            why = getattr(error, "text", None)
            why = why if isinstance(why, Text) else f"{type(error).__name__}: {error}"
            log.error(
                Text(
                    "The chore “{chore}” failed and is tried again: {why}",
                    chore=self._chore.name,
                    why=why,
                )
            )


def latest(at: time, now: datetime) -> datetime:
    """The last instant, not after `now`, at which the machine's clock showed `at`."""
    local = now.astimezone()
    today = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)
