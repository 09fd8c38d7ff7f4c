"""The design that most people write: one APScheduler date job per delivery in a SQLAlchemy job store, and one httpx client.

It is given what it needs to lose nothing at once: no misfire grace time and no time-out. `in_flight` 0 leaves it as it is usually
written, with all calls at once; another number bounds them by a semaphore, as few people do.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from pathlib import Path

import httpx
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from benchmarks.deliveries import rendition_of, spread_out

client = httpx.AsyncClient(timeout=None)
bound: AbstractAsyncContextManager[object] = nullcontext()


async def post(url: str, key: str, body: str) -> None:
    """The job: send one message."""
    async with bound:
        response = await client.post(url, content=body, headers={"webhook-id": key})
        response.raise_for_status()


async def work(folder: Path, sink: str, count: int, due: datetime) -> None:
    """Queue the jobs, say `ready`, and run until killed."""
    store = SQLAlchemyJobStore(url=f"sqlite:///{folder / 'jobs.db'}")
    scheduler = AsyncIOScheduler(
        jobstores={"default": store}, job_defaults={"misfire_grace_time": None}, timezone="UTC"
    )
    scheduler.start(paused=True)
    for planned in spread_out(count, due):
        body = json.dumps(rendition_of(planned).to_json(), ensure_ascii=False)
        scheduler.add_job(post, "date", run_date=due, args=[sink, planned.identity.key, body])
    scheduler.resume()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if in_flight := int(sys.argv[5]):
        bound = asyncio.Semaphore(in_flight)
    asyncio.run(
        work(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), datetime.fromisoformat(sys.argv[4]))
    )
