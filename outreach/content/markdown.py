"""Markdown as clean HTML for the website, and as readable plain text for social channels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from outreach.content.plain_text import PlainText

_TAGS = {
    *("p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "strong", "em", "s", "a", "blockquote"),
    *("code", "pre", "br", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "mailto", "tel"}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parse(markdown: str) -> list[Token]:
    """The Markdown as tokens, headings shifted so that the highest one is of level 2 (the page's title is level 1)."""
    tokens = _parser().parse(markdown)
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    highest = min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) - highest + 2, 6)}"
    return tokens


def to_html(tokens: Sequence[Token]) -> str:
    """Clean HTML: only text, lists, tables and links; no pictures, no scripts, no styles."""
    parser = _parser()
    html = parser.renderer.render(tokens, parser.options, {})
    cleaned = nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener"
    )
    return cleaned.strip()


def to_text(tokens: Sequence[Token]) -> str:
    """Plain text that reads well in a post: paragraphs, • lists, numbers, addresses written out."""
    return PlainText(tokens).text()
