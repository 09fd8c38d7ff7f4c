"""A reply that comes byte by byte."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Dripping(Response):
    """What `whole` says, with `pause` seconds before each byte."""

    def __init__(self, whole: Response, pause: float) -> None:
        super().__init__(bytes(whole.body), whole.status_code, dict(whole.headers))
        self._pause = pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it byte by byte."""
        head = {"type": "http.response.start", "status": self.status_code}
        await send({**head, "headers": self.raw_headers})
        for byte in bytes(self.body):
            await asyncio.sleep(self._pause)
            await send({"type": "http.response.body", "body": bytes((byte,)), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
