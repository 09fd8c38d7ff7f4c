"""The live end of the log as server-sent events: each with its line's number, so that a cut connection goes on where it was."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from outreach.domain.text import Text
from outreach.reports.cells import to_words
from outreach.review import looks, signing
from outreach.review.log import choice, fitting
from outreach.review.office import Reading
from outreach.review.visit import Visit
from outreach.review.wire import EVERY, Tale, Wire
from outreach.store.leafing import Found

BREATH = 15.0
"""After so many seconds without a line a comment is sent, so that whoever hung up is noticed; so often is the session looked at."""

MOST = 100
"""So many may watch at the same time."""

FAR = 5_000
"""A reader who comes back further behind is told how many lines are left out: the page itself has them."""


def tail(wire: Wire, visit: Visit) -> Response:
    """Answer a reader who watches."""
    if wire.watchers >= MOST:
        return PlainTextResponse("503\n", status_code=503)
    return StreamingResponse(_events(wire, visit), media_type="text/event-stream")


async def _events(wire: Wire, visit: Visit) -> AsyncIterator[str]:
    if wire.watchers >= MOST:
        return  # others came since the answer began; the browser comes again later
    async with wire.watched():
        after, looked = _after(visit.request), time.monotonic()
        reading = await run_in_threadpool(visit.office.reading)
        tale = Tale(choice=choice(visit, reading), search=visit.asked("q"), language=visit.language)
        words = partial(_told, visit, reading)
        if wire.seq - after > FAR:
            left, after = wire.seq - after, wire.seq
            yield _left_out(visit, left, after)
        yield ": \n\n"  # whatever stands between us and the reader lets the answer begin
        while True:
            seq = await wire.beyond(after, max(BREATH, EVERY / 5))
            if time.monotonic() - looked >= BREATH:
                if await run_in_threadpool(signing.person_of, visit.office, visit.request) is None:
                    return
                looked = time.monotonic()
            if seq <= after:
                after = seq  # nothing comes after a line that a backup, put back meanwhile, does not have
                yield ": \n\n"
                continue
            said, after = await wire.told(tale, after, words)
            yield f"{said}id: {after}\n\n"


def _told(visit: Visit, reading: Reading, found: Sequence[Found]) -> str:
    """One event per line that fits."""
    rows = [row for row in map(fitting(visit, reading), found) if row]
    return "".join(_event(row["seq"], visit.office.hide(_html(visit, row))) for row in rows)


def _left_out(visit: Visit, count: int, seq: int) -> str:
    said = Text("{count} more lines came meanwhile; load the page anew to see them.", count=count)
    return _event(seq, f'<tr><td colspan="5">{to_words(said, visit.language)}</td></tr>')


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
