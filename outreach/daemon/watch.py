"""Notices that staff save something in `messages/`, and knows when it has been quiet."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import watchfiles

from outreach.domain.text import Text

log = logging.getLogger("outreach.watch")

QUIET_SECONDS = 2.0
"""Files count as saved when nothing in the folder has changed for so long."""

WATCH_AGAIN_SECONDS = 60.0
"""How long after the watch was lost it is tried again."""


def quiet_stamp(folder: Path) -> str | None:
    """What names the exact state of every file below `folder`; None while something was changed in the last two seconds."""
    seen = hashlib.sha256()
    newest = 0.0
    for path in sorted([folder, *folder.rglob("*")]):
        with contextlib.suppress(OSError):
            found = path.lstat()
            newest = max(newest, found.st_ctime, found.st_mtime)
            seen.update(_identity(path, found))
    return None if 0.0 <= time.time() - newest < QUIET_SECONDS else seen.hexdigest()


def _identity(path: Path, found: os.stat_result) -> bytes:
    which = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return f"{path!r}{which}".encode()


async def watch(folder: Path, changed: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Call `changed` each time that something below `folder` changed, until `stop`.

    Losing the watch is logged and is no end: it is taken up again, and the periodic re-read goes on.
    """
    while not stop.is_set():
        try:
            await _watch_once(folder, changed, stop)
        except (OSError, RuntimeError) as error:
            log.warning(
                Text(
                    "Watching {folder} failed ({error}); it is only re-read now and then.",
                    folder=str(folder),
                    error=error,
                )
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCH_AGAIN_SECONDS)


async def _watch_once(
    folder: Path, changed: Callable[[], Awaitable[None]], stop: asyncio.Event
) -> None:
    async for _ in watchfiles.awatch(folder, stop_event=stop, step=200, debounce=1000):
        try:
            await changed()
        except Exception:  # the watch outlives a reading that failed; the next re-read repeats it
            log.exception(Text("Reading {folder} failed; it is tried again.", folder=str(folder)))
