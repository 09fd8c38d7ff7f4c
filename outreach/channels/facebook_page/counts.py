"""How a post was received: counts that everybody sees, and the insights that Facebook gives to the Page alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.graph import GraphClient
from outreach.channels.facebook_page.refusals import Gone

log = logging.getLogger("outreach.channels.facebook_page")

INSIGHTS = {
    c.Metric.VIEWS: "post_media_view",
    c.Metric.REACH: "post_total_media_view_unique",
    c.Metric.CLICKS: "post_clicks",
}
"""One call each: a name that Facebook has given up would fail the others with it."""

MOST_LISTED = 100
"""Comments that Facebook lists at once; among more of them our own is not looked for, but believed to be there."""

_TOTALS = (
    "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(100){id,from}"
)


class PostCounts:
    """Reads counts of posts. An insight that is refused is not asked for again while the program runs."""

    def __init__(self, graph: GraphClient, now: Callable[[], datetime], *, page: str) -> None:
        self._graph, self._now, self._page = graph, now, page
        self._refused: set[str] = set()

    async def read(self, receipt: c.Receipt) -> c.Counts:
        """What is known now; a cover has no counts. Raises like any call, and `RetryAt` before it costs publishing its quota."""
        if "cover" in receipt.details:
            return {}
        name = receipt.remote_id
        post = await self._get(name, fields=f"shares,{_TOTALS}")
        found = {
            c.Metric.REACTIONS: _total(post, "reactions"),
            c.Metric.COMMENTS: _total(post, "comments") - self._ours(post, receipt),
            c.Metric.SHARES: int((post.get("shares") or {}).get("count") or 0),
        }
        for metric, insight in INSIGHTS.items():
            if insight not in self._refused:
                figure = await self._insight(name, insight)
                found |= {} if figure is None else {metric: figure}
        return found

    def _ours(self, post: Mapping[str, Any], receipt: c.Receipt) -> int:
        """1 when our own first comment is among those that Facebook counts; one of unknown number is known by its author."""
        made = receipt.details.get("first_comment")
        listed = (post.get("comments") or {}).get("data") or ()
        if not made:
            return 0
        if name := made.get("id"):
            return int(len(listed) >= MOST_LISTED or any(one.get("id") == name for one in listed))
        return int(any((one.get("from") or {}).get("id") == self._page for one in listed))

    async def _get(self, path: str, **params: Any) -> dict[str, Any]:
        self._graph.pace.admit_count(self._now())
        return await self._graph.get(path, **params)

    async def _insight(self, name: str, insight: str) -> int | None:
        try:
            return _figure(await self._get(f"{name}/insights", metric=insight, period="lifetime"))
        except Gone:
            raise
        except c.Reject as refusal:
            self._refuse({insight}, refusal)
        except c.PauseChannel as refusal:
            if refusal.until:
                raise
            self._refuse(set(INSIGHTS.values()), refusal)
        return None

    def _refuse(self, insights: set[str], refusal: c.NotPublished) -> None:
        """One that Facebook has given up, or all of them for want of a permission."""
        self._refused |= insights
        names = ", ".join(sorted(insights))
        log.warning(
            c.Text(
                "Facebook does not tell {insights}: {reason}", insights=names, reason=refusal.reason
            )
        )


def _total(post: Mapping[str, Any], edge: str) -> int:
    return int(((post.get(edge) or {}).get("summary") or {}).get("total_count") or 0)


def _figure(answer: Mapping[str, Any]) -> int | None:
    """The number of an insight; None while Facebook has none, as for Pages with fewer than 100 followers."""
    for one in answer.get("data") or ():
        for held in one.get("values") or ():
            if isinstance(held.get("value"), int):
                return int(held["value"])
    return None
