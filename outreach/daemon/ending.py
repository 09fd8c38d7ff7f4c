"""The service always ends: in order when it can, and by force when even the orderly end hangs."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from datetime import timedelta

from outreach.domain.text import Text

log = logging.getLogger("outreach.daemon")

LEAVE_FOR_ENDING = timedelta(seconds=5)
"""So much earlier than the configured drain attempts are cut off, so that what came of them can still be written."""


def die() -> None:
    """End the process at once, as `kill -9` would; the next start looks up whatever was under way."""
    log.critical(Text("The orderly end took too long; the rest is looked up at the next start."))
    os._exit(1)


class Deadline:
    """Ends the process by force when it is still there in time; a thread of its own, for the loop itself may hang."""

    def __init__(self, end: Callable[[], None] = die) -> None:
        self._end = end
        self._timer: threading.Timer | None = None

    def set(self, within: timedelta) -> None:
        """End at the latest `within` from now, in place of what was set before."""
        self.cancel()
        self._timer = threading.Timer(within.total_seconds(), self._end)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Let the process live."""
        if self._timer:
            self._timer.cancel()
