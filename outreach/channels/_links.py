"""Whether the link to a publication leads anywhere, as a reader would find who follows it."""

from __future__ import annotations

from outreach.channel import NotPublished
from outreach.channels._addresses import PublicOnly
from outreach.channels._http import HttpClient

_NOTHING_THERE = frozenset({404, 410})


class Links:
    """Follows links on the public Internet only, with no permission of ours and no further than one step."""

    def __init__(self, http: HttpClient | None = None) -> None:
        self._http = http or HttpClient(public_only=PublicOnly(), deadline=20.0)

    async def __call__(self, url: str) -> bool | None:
        """True when something is there or further on, False when certainly nothing is, None when that cannot be told."""
        try:
            reply = await self._http.send("GET", url)
        except NotPublished:
            return None
        if reply.status in _NOTHING_THERE:
            return False
        return True if 200 <= reply.status < 400 else None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
