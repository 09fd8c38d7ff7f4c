"""`/healthz` and `/metrics` as a small ASGI application: for programs on this machine, and nobody else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from outreach.domain.text import Text
from outreach.watching.figures import Gauge

log = logging.getLogger("outreach.watching")

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
Scope = dict[str, Any]
Send = Callable[[Scope], Awaitable[None]]


def pages(gauge: Gauge) -> Callable[[Scope, Any, Send], Coroutine[Any, Any, None]]:
    """The application; 503 on `/healthz` says that nothing is being delivered."""

    async def app(scope: Scope, receive: Any, send: Send) -> None:  # noqa: ARG001 - the signature is ASGI's
        if scope["type"] == "http":
            status, text = await _answer(gauge, scope)
            await _send(send, status, text)

    return app


async def _answer(gauge: Gauge, scope: Scope) -> tuple[int, str]:
    if scope["method"] not in ("GET", "HEAD"):
        return 405, "GET\n"
    if scope["path"] not in ("/healthz", "/metrics"):
        return 404, "/healthz /metrics\n"
    try:
        figures = await gauge.read()
    except Exception:  # a database that refuses is what these pages are asked for
        log.exception(Text("The figures could not be read."))
        return 503, "unreadable\n"
    if scope["path"] == "/metrics":
        return 200, figures.text()
    return (200, "ok\n") if figures.healthy else (503, "stale\n")


async def _send(send: Send, status: int, text: str) -> None:
    body = text.encode()
    headers = [
        (b"content-type", FORMAT.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
