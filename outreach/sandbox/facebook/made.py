"""What the Page has ever shown: the platform's own memory, for those who count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from outreach.sandbox.facebook.graph import Graph


@dataclass(frozen=True, kw_only=True)
class Made:
    """A post or a cover picture that followers saw `at` (unix seconds), and whether it is `gone` since."""

    id: str
    at: float
    gone: bool
    words: str = ""
    cover: str = ""
    """SHA-256 of the picture, for a cover."""


def made(graph: Graph) -> list[Made]:
    """Everything that the app has published, what was deleted since included; oldest first."""
    return sorted([*_posts(graph), *_covers(graph)], key=lambda one: one.at)


def _posts(graph: Graph) -> Iterator[Made]:
    there, gone = graph.ledger.of("post"), graph.ledger.gone("post")
    for post, is_gone in [*((one, False) for one in there), *((one, True) for one in gone)]:
        if post["app"] == graph.place.app and graph.is_public(post):
            words = "\n\n".join(part for part in (post["message"], post["link"]) if part)
            at = float(post["planned"] or post["created"])
            yield Made(id=post["id"], at=at, gone=is_gone, words=words)


def _covers(graph: Graph) -> Iterator[Made]:
    """One for each change of the cover to another picture; the same picture again is no change for followers."""
    names = (graph.ledger.get("page") or {}).get("covers", [])
    photos = [_photo(graph, name) for name in names]
    before = ""
    for photo in photos:
        picture = photo["sha256"]
        if picture != before:
            is_gone = picture != photos[-1]["sha256"]
            yield Made(id=photo["id"], at=photo["created"], gone=is_gone, cover=picture)
        before = picture


def _photo(graph: Graph, name: str) -> dict[str, Any]:
    found = graph.ledger.get(name)
    return found or next(one for one in graph.ledger.gone("photo") if one["id"] == name)
