"""What an article may hold, and how the platform shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from outreach.sandbox.zalo.oauth import ZaloError

LIMITS = {"title": 150, "author": 50, "description": 300}
"""Most UTF-16 units."""


def checked(body: Mapping[str, Any], *, strict: bool) -> dict[str, Any]:
    """What the platform keeps of a create or update. Raises `ZaloError`."""
    if body.get("type") != "normal":
        raise ZaloError(-201, "type is invalid.")
    for name, limit in LIMITS.items():
        size = len(str(body.get(name) or "").encode("utf-16-le")) // 2
        if size == 0 or size > limit - (strict and name != "author"):
            raise ZaloError(-201, f"{name} allow 1 to {limit} characters")
    for block in _blocks(body):
        if block.get("type") not in ("text", "image", "video", "product"):
            raise ZaloError(-201, "body is invalid.")
        if block["type"] == "image":
            _check_address(block.get("url"), "url")
    _check_cover(body.get("cover"))
    return {
        **{name: body[name] for name in ("type", "title", "author", "description", "cover")},
        "body": list(_blocks(body)),
        "status": _choice(body, "status", "hide"),
        "comment": _choice(body, "comment", "show"),
    }


def _check_cover(cover: Any) -> None:
    if not isinstance(cover, dict) or cover.get("cover_type") not in ("photo", "video"):
        raise ZaloError(-201, "cover is invalid.")
    if cover["cover_type"] == "photo":
        _check_address(cover.get("photo_url"), "photo_url")


def listed(article: Mapping[str, Any], oa_id: str) -> dict[str, Any]:
    """The article as getslice shows it."""
    content = article["content"]
    return {
        "id": article["id"],
        "type": content["type"],
        "title": content["title"],
        "status": content["status"],
        "total_view": article.get("views", 0),
        "total_share": article.get("shares", 0),
        "create_date": int(article["created"] * 1000),
        "update_date": int(article["updated"] * 1000),
        "thumb": content["cover"].get("photo_url", ""),
        "link_view": f"https://post.oa.zalo.me/d?id={article['id']}&pageId={oa_id}",
    }


def described(article: Mapping[str, Any]) -> dict[str, Any]:
    """The article as getdetail shows it."""
    return {"id": article["id"], "cite": "", **article["content"]}


def _blocks(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    blocks = body.get("body")
    if not isinstance(blocks, list) or not blocks or not all(isinstance(b, dict) for b in blocks):
        raise ZaloError(-201, "body is invalid.")
    return blocks


def _choice(body: Mapping[str, Any], name: str, default: str) -> str:
    value = str(body.get(name) or default)
    if value not in ("show", "hide"):
        raise ZaloError(-201, f"{name} is invalid.")
    return value


def _check_address(url: Any, name: str) -> None:
    good = isinstance(url, str) and url.isascii() and " " not in url
    if not good or urlsplit(str(url)).scheme not in ("http", "https"):
        raise ZaloError(-201, f"{name} {url} is invalid.")
