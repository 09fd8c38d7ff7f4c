"""Templates, and the rendered parts of pages that are worth keeping between publications."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from outreach.channels.website.assets import icon, logo, style
from outreach.channels.website.cards import Card, Frame, media_path

T = TypeVar("T")

_MOST = 20_000


class Kept:
    """Parts of pages that were rendered before, by everything they depend on; forgetting them only costs time."""

    def __init__(self) -> None:
        self._parts: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """The part of that key, made now if it is new."""
        if key not in self._parts:
            if len(self._parts) >= _MOST:
                self._parts.clear()
            self._parts[key] = make()
        part: T = self._parts[key]
        return part


def always(frame: Frame) -> dict[str, Any]:
    """What every template may use."""
    return {
        "_": frame.words,
        "frame": frame,
        "settings": frame.settings,
        "style": frame.settings.root + style().path,
        "inline_style": Markup(style().content.decode()),  # noqa: S704 - our own file
        "icon": icon(),
        "logo": logo(frame.settings.logo),
        "key": "",
        "preview": False,
    }


def fragment(name: str, card: Card, **values: Any) -> Markup:
    """One macro of cards.html."""
    macro = getattr(templates().get_template("cards.html").module, name)
    rendered: Markup = macro(card, card.frame.words, **values)
    return rendered


@cache
def templates() -> Environment:
    """The templates, compiled once."""
    loader = PackageLoader("outreach.channels.website", "templates")
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["media_path"] = media_path
    return environment
