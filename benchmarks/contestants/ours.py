"""Ours: the real dispatcher, engine, store and webhook adapter on a database that holds what is due."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

from benchmarks.deliveries import hooks, utc_now
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.engines.local import LocalEngine
from outreach.store.engine import open_engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue


async def work(folder: Path, sink: str) -> None:
    """Work through the queue in `folder` until SIGTERM; says `ready` once everything stands."""
    store = open_engine(f"sqlite:///{folder / 'outreach.db'}")
    lease = Lease.take(store, folder)
    queue = Queue(store, media_folder=folder / "media", fence=lease.fence)
    channels = hooks(sink, folder)
    write = Writer()
    dispatcher = Dispatcher(queue=queue, channels=channels, write=write, now=utc_now)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    running = asyncio.create_task(LocalEngine(dispatcher).run())
    print("ready", flush=True)
    await stop.wait()
    await dispatcher.drain(timedelta(seconds=10))
    await running
    for channel in channels.values():
        await channel.aclose()
    write.close()
    lease.release()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), sys.argv[2]))
