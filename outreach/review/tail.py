"""The live end of the log as server-sent events: each with its line's number, so that a cut connection goes on where it was."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from outreach.review import looks, signing
from outreach.review.log import choice, fitting
from outreach.review.office import Office
from outreach.review.visit import Visit

EVERY = 1.0
"""Seconds between two looks at the log's end, however many watch it."""

BREATH = 15.0
"""After so many seconds without a line a comment is sent, so that whoever hung up is noticed, and the session is looked at."""

MOST = 100
"""So many may watch at the same time."""

MOST_LINES = 500
"""A tail that is further behind goes on from here: the page itself has the lines before."""


@dataclass
class End:
    """The end of the log, asked for at most once in `EVERY` seconds for everyone who waits for it."""

    office: Office
    seq: int = 0
    asked: float = float("-inf")
    watchers: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def now(self) -> int:
        """The number of the last line, at most `EVERY` seconds old."""
        async with self.lock:
            if time.monotonic() - self.asked >= EVERY:
                self.seq = await run_in_threadpool(self.office.checked_end)
                self.asked = time.monotonic()
        return self.seq


def tail(end: End, visit: Visit) -> Response:
    """Answer a reader who watches."""
    if end.watchers >= MOST:
        return PlainTextResponse("503\n", status_code=503)
    return StreamingResponse(_events(end, visit), media_type="text/event-stream")


async def _events(end: End, visit: Visit) -> AsyncIterator[str]:
    end.watchers += 1
    try:
        after, heard = _after(visit.request), time.monotonic()
        while True:
            seq = await end.now()
            if seq > after:
                after = max(after, seq - MOST_LINES)
                for event in await run_in_threadpool(_rows, visit, after, seq):
                    yield event
                after, heard = seq, time.monotonic()
            elif time.monotonic() - heard > BREATH:
                if await run_in_threadpool(signing.person_of, visit.office, visit.request) is None:
                    return
                yield ": \n\n"
                heard = time.monotonic()
            await asyncio.sleep(EVERY / 2)
    finally:
        end.watchers -= 1


def _rows(visit: Visit, after: int, end: int) -> list[str]:
    """One event per line that fits, then one that only tells how far the log was read."""
    reading = visit.office.reading()
    found = visit.office.leafing.on(choice(visit, reading), after, end)
    rows = [row for row in map(fitting(visit, reading), found) if row]
    events = [_event(row["seq"], visit.office.hide(_html(visit, row))) for row in rows]
    return [*events, f"id: {end}\n\n"]


def _html(visit: Visit, row: object) -> str:
    return looks.page("line", visit.language, row=row)


def _event(seq: int, html: str) -> str:
    lines = "".join(f"data: {line}\n" for line in html.splitlines())
    return f"id: {seq}\n{lines}\n"


def _after(request: Request) -> int:
    """The last line that the reader has: what the browser says when it comes again, otherwise what the page had."""
    for said in (request.headers.get("last-event-id", ""), request.query_params.get("after", "")):
        if said.isdecimal() and len(said) < 19:
            return int(said)
    return 0
