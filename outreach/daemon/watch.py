"""Notices that staff saved something in `messages/`, and waits until it has been quiet."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import watchfiles

log = logging.getLogger("outreach.watch")

QUIET_SECONDS = 2.0
"""Files count as saved when nothing in the folder has changed for so long."""


def is_quiet(folder: Path) -> bool:
    """Whether nothing below `folder` was written in the last two seconds."""
    newest = max((_changed(path) for path in folder.rglob("*")), default=0.0)
    return not 0.0 <= time.time() - newest < QUIET_SECONDS


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


async def watch(folder: Path, changed: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Call `changed` each time that `folder` changed and then was quiet, until `stop`.

    Losing the watch is logged and is no end: the periodic re-read goes on.
    """
    step = int(QUIET_SECONDS * 1000)
    try:
        async for _ in watchfiles.awatch(folder, stop_event=stop, step=step, debounce=step * 30):
            await changed()
    except OSError as error:
        log.warning("Watching %s failed (%s); it is only re-read now and then", folder, error)
