"""Reading the account's articles back: which one carries our mark, and where readers see it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from outreach.channel import Absent, CannotTell, Counts, Metric, Reject, RetryAt, Text
from outreach.channels.zalo_oa.api import Api

PAGE = 10
"""Zalo gives no more at once."""

MOST_PAGES = 20
MARGIN = timedelta(minutes=5)
"""Zalo's clock and ours may differ by so much."""

_COUNTS = {Metric.VIEWS: "total_view", Metric.SHARES: "total_share"}


class Listing:
    """The list of articles, in pages; nobody promises its order, so only a whole page of older ones ends the search."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def marked(self, key: str, *, since: datetime) -> dict[str, Any] | Absent | CannotTell:
        """The entry of the article that carries `key`. Raises what reading raises."""
        begin = (since - MARGIN).timestamp() * 1000
        seen, found = 0, []
        async for entry in self._entries(begin):
            if entry is None:
                return CannotTell(why=Text("There are too many articles to look through."))
            seen += 1
            if await self._carries(str(entry["id"]), key):
                found.append(entry)
        if len(found) > 1:
            return CannotTell(why=Text("{count} articles carry the same mark.", count=len(found)))
        if found and found[0].get("status") == "hide":
            return CannotTell(why=Text("The article is there, but someone has hidden it."))
        return found[0] if found else Absent(proof={"read": seen, "mark": key})

    async def link(self, article_id: str) -> str:
        """The public address of a new article; empty when the list does not show it yet."""
        for entry in await self._page(0):
            if str(entry.get("id")) == article_id:
                return str(entry.get("link_view") or "")
        return ""

    async def counts(self, article_id: str) -> Counts:
        """How often the article was viewed and shared. Raises `Reject` when the list does not show it."""
        async for entry in self._entries(0):
            if entry and str(entry.get("id")) == article_id:
                return {
                    metric: int(entry[name]) for metric, name in _COUNTS.items() if name in entry
                }
        raise Reject(Text("The account's list of articles does not show it."))

    async def status(self, article_id: str) -> str:
        """`show`, or `hide` when staff have hidden it; empty when there is no such article any more."""
        try:
            detail = await self._api.get("/v2.0/article/getdetail", id=article_id)
        except Reject:
            return ""
        return str(detail.get("status") or "show") if isinstance(detail, dict) else "show"

    async def _entries(self, begin: float) -> AsyncIterator[dict[str, Any] | None]:
        """Entries not older than `begin` (milliseconds since 1970); None when there is no end to them."""
        for number in range(MOST_PAGES):
            page = await self._page(number * PAGE)
            fresh = [entry for entry in page if int(entry.get("create_date") or begin) >= begin]
            for entry in fresh:
                yield entry
            if len(page) < PAGE or not fresh:
                return
        yield None

    async def _page(self, offset: int) -> list[dict[str, Any]]:
        answer = await self._api.get(
            "/v2.0/article/getslice", offset=offset, limit=PAGE, type="normal"
        )
        medias = answer.get("medias") if isinstance(answer, dict) else None
        if not isinstance(medias, list):
            raise RetryAt(Text("Zalo's list of articles cannot be understood."))
        return medias

    async def _carries(self, article_id: str, key: str) -> bool:
        try:
            detail = await self._api.get("/v2.0/article/getdetail", id=article_id)
        except Reject:
            return False
        return key in json.dumps(detail, ensure_ascii=False)
