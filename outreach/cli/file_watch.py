"""Hears from the machine which campaigns' files were touched, so that nobody need look at each of them."""

from __future__ import annotations

import logging
from pathlib import Path

from watchfiles._rust_notify import RustNotify

from outreach.domain.closing import Closing
from outreach.domain.text import Text

log = logging.getLogger("outreach.pages")

WAIT_MS = 1
"""So long is waited for what the machine is about to say."""


class FileWatch(Closing):
    """Watches every folder below `messages`. Of a share that other machines write to, only changes made here are heard."""

    def __init__(self, messages: Path) -> None:
        self._folder = messages.absolute()
        self._told: RustNotify | None = None
        try:
            self._told = RustNotify([str(self._folder)], False, False, 0, True, False)
        except OSError as error:
            self._give_up(error)

    def close(self) -> None:
        """Stop watching."""
        if self._told:
            self._told.close()

    def touched(self) -> frozenset[str] | None:
        """The campaigns in which something was touched since this was last asked; None when nothing can be heard."""
        if self._told is None:
            return None
        try:
            changes = self._told.watch(WAIT_MS, WAIT_MS, WAIT_MS, None)
        except RuntimeError as error:
            self._give_up(error)
            return None
        if isinstance(changes, str):
            return frozenset()
        below = [Path(path).relative_to(self._folder) for _, path in changes]
        return frozenset(path.parts[0] for path in below if path.parts)

    def _give_up(self, error: Exception) -> None:
        self._told = None
        log.warning(
            Text(
                "{folder} cannot be watched ({error}): for each page every file is looked at.",
                folder=str(self._folder),
                error=error,
            )
        )
