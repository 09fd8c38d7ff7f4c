"""What a follower would see: the account's articles, and what was sent to everyone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape, unescape
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from outreach.sandbox.zalo.platform import Platform

_STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid #cbd5e1; border-radius: .5rem; padding: 1rem; margin: 1rem 0; }
img { max-width: 100%; } small { color: #475569; } .text { white-space: pre-line; }
"""
_ENDS = re.compile(r"</(?:p|li|h\d|blockquote)>|<br ?/?>")
_MARKS = re.compile(r"<[^>]*>")


def page(platform: Platform) -> str:
    """The whole page; of the texts of articles only the words are shown, whatever marks they hold."""
    articles = "".join(_article(one) for one in platform.public)
    titles = {one["id"]: one["content"]["title"] for one in platform.articles}
    sent = "".join(_broadcast(one, titles) for one in platform.broadcasts)
    return (
        '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Zalo OA (thử nghiệm)</title>'
        f"<style>{_STYLE}</style><h1>Zalo OA (thử nghiệm)</h1>"
        f"<h2>Đã gửi tới mọi người quan tâm</h2><ul>{sent}</ul><h2>Bài viết</h2>{articles}</html>"
    )


def _article(article: Mapping[str, Any]) -> str:
    content = article["content"]
    blocks = "".join(_block(block) for block in content["body"])
    return (
        f'<article id="{escape(article["id"])}"><img src="{escape(content["cover"].get("photo_url", ""))}" alt="">'
        f"<h3>{escape(content['title'])}</h3>"
        f"<small>{escape(content['author'])} · {_when(article['created'])}</small>"
        f"<p><strong>{escape(content['description'])}</strong></p>{blocks}</article>"
    )


def _block(block: Mapping[str, Any]) -> str:
    if block["type"] == "image":
        caption = escape(str(block.get("caption", "")))
        return f'<figure><img src="{escape(str(block["url"]))}" alt=""><figcaption>{caption}</figcaption></figure>'
    return f'<div class="text">{escape(_text(str(block.get("content", ""))))}</div>'


def _text(content: str) -> str:
    """The words of a block without its marks; a paragraph or an item begins a line."""
    lines = _ENDS.sub("\n", content)
    return unescape(_MARKS.sub("", lines)).strip()


def _broadcast(broadcast: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    named = ", ".join(escape(titles[one]) for one in broadcast["articles"])
    return f"<li>{_when(broadcast['at'])}: {named}</li>"


def _when(at: float) -> str:
    return f"{datetime.fromtimestamp(at, ZoneInfo('Asia/Ho_Chi_Minh')):%d/%m/%Y %H:%M}"
