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
    words: tuple[str, ...] = ()
    """What it says, after what it said before each edit."""
    cover: str = ""
    """SHA-256 of the picture, for a cover."""


def made(graph: Graph) -> list[Made]:
    """Everything that the app has published, what was deleted since included; oldest first."""
    return sorted([*_posts(graph), *_covers(graph)], key=lambda one: one.at)


def _posts(graph: Graph) -> Iterator[Made]:
    there, gone = graph.ledger.of("post"), graph.ledger.gone("post")
    for post, is_gone in [*((one, False) for one in there), *((one, True) for one in gone)]:
        if post["app"] == graph.place.app and graph.is_public(post):
            said = [*post.get("earlier", []), post["message"]]
            words = tuple("\n\n".join(p for p in (one, post["link"]) if p) for one in said)
            at = float(post["planned"] or post["created"])
            yield Made(id=post["id"], at=at, gone=is_gone, words=words)


def _covers(graph: Graph) -> Iterator[Made]:
    """One for each change of the cover to another picture; the same picture again is no change for followers."""
    hung = (graph.ledger.get("page") or {}).get("covers", [])
    pictures = [str(_photo(graph, one["photo"])["sha256"]) for one in hung]
    before = ""
    for one, picture in zip(hung, pictures, strict=True):
        if picture != before:
            gone = picture != pictures[-1]
            yield Made(id=one["photo"], at=one["at"], gone=gone, cover=picture)
        before = picture


def _photo(graph: Graph, name: str) -> dict[str, Any]:
    found = graph.ledger.get(name)
    return found or next(one for one in graph.ledger.gone("photo") if one["id"] == name)
