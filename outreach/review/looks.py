"""Pages as HTML: templates that escape everything, in the reader's language."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from outreach.locale import gettext
from outreach.reports.cells import to_words


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

    def words(cell: Any, *, seconds: bool = False) -> str:
        return to_words(cell, language, seconds=seconds)

    template = _environment().get_template(f"{name}.html")
    return template.render(
        _=gettext(language), words=words, link=web_address, language=language, **given
    )


def web_address(text: str) -> str:
    """The text if it is an address that may be followed from a page, otherwise nothing."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""
