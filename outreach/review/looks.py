"""Pages as HTML: templates that escape everything, in the reader's language."""

from __future__ import annotations

import re
from calendar import month_abbr
from datetime import date
from functools import cache, partial
from typing import Any
from urllib.parse import urlsplit

import nh3
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from outreach.domain.text import Text
from outreach.locale import gettext
from outreach.reports.cells import to_words
from outreach.reports.delivery_log import actor_in_words
from outreach.reports.words import ACTIONS, STATES

PROSE = frozenset(
    {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "hr", "s"}
    | {"table", "thead", "tbody", "tr", "th", "td", "code", "pre"}
)
"""What a text may be made of; its headings are strong paragraphs on our pages."""

_HEADING = re.compile(r"<(/?)h[1-6]>")


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("outreach.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(name: str, language: str, /, **given: Any) -> str:
    """The page of a template; `words` and `link` are there for its cells."""
    said: dict[str, str] = {}

    def words(cell: Any, *, seconds: bool = False) -> str:
        if not isinstance(cell, Text) or cell.values:
            return to_words(cell, language, seconds=seconds)
        if cell.msgid not in said:
            said[cell.msgid] = to_words(cell, language)
        return said[cell.msgid]

    template = _environment().get_template(f"{name}.html")
    return template.render(
        _=gettext(language),
        words=words,
        link=web_address,
        number=partial(number, language=language),
        short_day=partial(short_day, language=language),
        clean=clean,
        by=lambda actor: words(actor_in_words(actor)),
        states=STATES,
        actions=ACTIONS,
        language=language,
        **given,
    )


def number(value: int, language: str) -> str:
    """A figure with its thousands apart: 22.846 in Vietnamese, 22,846 in English."""
    apart = f"{value:,}"
    return apart.replace(",", ".") if language == "vi" else apart


def short_day(day: date, language: str) -> str:
    """A day of this year: 15/11 in Vietnamese, 15 Nov in English."""
    return f"{day:%d/%m}" if language == "vi" else f"{day.day} {month_abbr[day.month]}"


def clean(html: str) -> Markup:
    """The HTML of a text with nothing in it but words, their emphasis and links."""
    flat = _HEADING.sub(lambda found: "</strong></p>" if found[1] else "<p><strong>", html)
    kept = nh3.clean(flat, tags=PROSE, attributes={"a": {"href"}}, url_schemes={"https", "mailto"})
    return Markup(kept)  # noqa: S704 - nh3 has just cleaned it


def web_address(text: str) -> str:
    """The text if it is an address that may be followed from a page, otherwise nothing."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""
