"""The Page's feed as a follower sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader

if TYPE_CHECKING:
    from outreach.sandbox.facebook.graph import Graph

_VIET_NAM = timedelta(hours=7)


def follower_page(graph: Graph) -> str:
    """A whole HTML page, in Vietnamese as the Page's followers read it."""
    stored = graph.ledger.get("page") or {}
    posts = [_shown(graph, post) for post in graph.feed()]
    shown: str = _template().render(
        name=graph.place.page_name, cover=stored.get("cover"), posts=posts
    )
    return shown


def _shown(graph: Graph, post: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromtimestamp(post["planned"] or post["created"], UTC) + _VIET_NAM
    photos = [graph.ledger.get(name) or {"id": name, "alt": ""} for name in post["photos"]]
    own = [one for one in reversed(graph.ledger.of("comment")) if one["on"] == post["id"]]
    return {**post, "at": f"{at:%d/%m/%Y %H:%M}", "photos": photos, "comments": own}


@cache
def _template() -> Any:
    loader = PackageLoader("outreach.sandbox.facebook")
    return Environment(loader=loader, autoescape=True).get_template("follower.jinja")
