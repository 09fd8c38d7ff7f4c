"""A rendition as WordPress stores it: one block of HTML that ends in the delivery's mark."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from outreach.channel import Rendition
from outreach.channels.wordpress.library import Stored
from outreach.locale import gettext


def mark(key: str) -> str:
    """What finds a post again whatever staff do with its slug; readers never see it."""
    return f"<!-- outreach:{key} -->"


def slug(rendition: Rendition, key: str) -> str:
    """The last part of the post's address: the message's id and the key, plain ASCII, at most 120 characters."""
    name = re.sub(r"[^a-z0-9]+", "-", rendition.message.lower()).strip("-")
    return f"{name[:100].strip('-')}-{key}".lstrip("-")


def post(rendition: Rendition, key: str, pictures: Sequence[Stored], language: str) -> str:
    """The content of a post; its first picture is left to the theme, which shows it as the featured one."""
    return _filled(
        "post.html",
        language,
        rendition=rendition,
        pictures=pictures[1:],
        mark=mark(key),
        when=_span(rendition),
        place=rendition.place,
        deadline=_moment(rendition.deadline, rendition.zone),
    )


def banner(rendition: Rendition, pictures: Sequence[Stored], language: str) -> str:
    """A banner as it stands on every page."""
    return _filled("banner.html", language, rendition=rendition, pictures=pictures)


def plain(text: str) -> str:
    """A title or an excerpt, which WordPress reads as HTML; normalised, so that its search finds it."""
    return html.escape(unicodedata.normalize("NFC", text), quote=False)


def _filled(template: str, language: str, **values: Any) -> str:
    text = _templates().get_template(template).render(_=gettext(language), **values)
    lines = (line for line in text.splitlines() if line.strip())
    # A square bracket would begin a shortcode, which WordPress carries out even inside HTML blocks.
    return unicodedata.normalize("NFC", "\n".join(lines)).replace("[", "&#91;")


def _span(rendition: Rendition) -> str:
    if not (rendition.start and rendition.place):
        return ""
    end = _moment(rendition.end, rendition.zone)
    return _moment(rendition.start, rendition.zone) + (f" – {end}" if end else "")


def _moment(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M %d/%m/%Y}" if at else ""


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("outreach.channels.wordpress", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
