"""A process that publishes on a WordPress site until nothing is due; made to be killed.

Its clock starts where it is told and runs a hundred times as fast as ours, so that waiting for a server costs little.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import SecretStr

from outreach.channel import AdapterPlace
from outreach.channels.wordpress import WordPress, WordPressSettings
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.store.engine import open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue

SPEED = 100.0


def work(
    folder: Path, url: str, account: tuple[str, str], begin: datetime, ready: Connection
) -> None:
    """Take over the queue in `folder` and work it off."""
    asyncio.run(_work(folder, url, account, begin, ready))


async def _work(
    folder: Path, url: str, account: tuple[str, str], begin: datetime, ready: Connection
) -> None:
    started = time.monotonic()

    def uptime() -> float:
        return (time.monotonic() - started) * SPEED

    def now() -> datetime:
        return begin + timedelta(seconds=uptime())

    engine = open_engine(f"sqlite:///{folder / 'outreach.db'}")
    lease = Lease.take(engine, folder, now=now())
    queue = Queue(engine, media_folder=folder, fence=lease.fence)
    cut_off = queue.interrupted(now())
    user, password = account
    settings = WordPressSettings(url=url, user=user, password=SecretStr(password))
    channel = WordPress("site", settings, AdapterPlace(state=folder, clock=now))
    write = Writer()
    dispatcher = Dispatcher(
        queue=queue, channels={"site": channel}, write=write, now=now, monotonic=uptime
    )
    ready.send(cut_off)
    next_due = await dispatcher.work_off()
    while next_due:
        await asyncio.sleep(max(0.0, (next_due - now()).total_seconds() / SPEED))
        next_due = await dispatcher.work_off()
    await channel.aclose()
    write.close()
    lease.release()
    engine.dispose()
