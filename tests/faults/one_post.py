"""A process that brings what waits in a database out by webhook, on a clock of its own, and dies wherever it is told to."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from outreach.channel import AdapterPlace
from outreach.channels.webhook import Webhook, WebhookSettings
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.delivery import State
from outreach.store.engine import open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue

CHANNEL = "hook"
GO = "go"
"""A pipe in the folder; the process begins when somebody has opened it for writing."""

SECRET = "whsec_" + "b2xk" * 8
PR_SET_PTRACER = 0x59616D61
ANYONE = ctypes.c_ulong(-1)

UNSETTLED = (State.SCHEDULED, State.PUBLISHING, State.UNKNOWN)


class Clock:
    """Jumps to where the next thing is due."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()


def settle(folder: Path, url: str, now: datetime) -> None:
    """Do what a service does from its start until nothing more happens without people."""
    clock = Clock(now)
    engine = open_engine(f"sqlite:///{folder / 'outreach.db'}")
    lease = Lease.take(engine, folder, now=now)
    queue = Queue(engine, media_folder=folder, fence=lease.fence)
    queue.interrupted(now)
    write = Writer()
    settings = WebhookSettings(
        url=url, find_url=url, secret=SecretStr(SECRET), allow_private=True, deduplicates=False
    )
    place = AdapterPlace(state=folder, clock=clock)
    channel = Webhook(CHANNEL, settings, place)
    dispatcher = Dispatcher(
        queue=queue, channels={CHANNEL: channel}, write=write, now=clock, monotonic=clock.seconds
    )

    async def whole_life() -> None:
        await _until_settled(dispatcher, queue, clock)
        await channel.aclose()

    try:
        asyncio.run(whole_life())
    finally:
        write.close()
        lease.release()
        engine.dispose()


async def _until_settled(dispatcher: Dispatcher, queue: Queue, clock: Clock) -> None:
    while any(delivery.state in UNSETTLED for delivery in queue.list()):
        next_due = await dispatcher.work_off()
        if next_due is not None:
            clock.now = max(next_due, clock.now + timedelta(seconds=1))


def serve() -> None:
    """For each line `folder url instant`: fork a process, tell its number, let it begin, and tell how it ended."""
    for line in sys.stdin:
        folder, url, now = line.split()
        child = os.fork()
        if not child:
            ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYONE)
            try:
                Path(folder, GO).read_bytes()
                settle(Path(folder), url, datetime.fromisoformat(now))
                os._exit(0)
            finally:
                os._exit(1)
        _tell(child)
        _tell(os.waitpid(child, 0)[1])


def _tell(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve()
