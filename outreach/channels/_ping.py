"""A sign of life to somebody outside, who raises the alarm when it stays away."""

from __future__ import annotations

from outreach.channel import NotPublished, Text
from outreach.channels._addresses import PublicOnly
from outreach.channels._http import HttpClient


class Ping:
    """Calls one address on the public Internet; the address counts as a secret, since whoever knows it can pretend that we live."""

    def __init__(self, url: str, http: HttpClient | None = None) -> None:
        self._url = url
        self._http = http or HttpClient(secrets=[url], public_only=PublicOnly(), deadline=20.0)

    async def __call__(self) -> Text | None:
        """Call; why it was not heard, None when it was."""
        try:
            reply = await self._http.send("GET", self._url)
        except NotPublished as error:
            return error.reason
        if 200 <= reply.status < 300:
            return None
        return Text("It was answered with HTTP {status}.", status=reply.status)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._http.aclose()
