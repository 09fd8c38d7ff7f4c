"""The catalogue: every sentence that a person sees, Vietnamese by default and English.

English is the msgid itself; Vietnamese stands in `vi/*.po`, one file per room.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources

from babel.messages.pofile import read_po

from outreach.domain.text import Text

LANGUAGES = ("vi", "en")
DEFAULT_LANGUAGE = "vi"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of one language by its msgid; empty for English."""
    folder = resources.files(__package__).joinpath(language)
    if not folder.is_dir():
        return {}
    entries: dict[str, str] = {}
    for po in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if po.name.endswith(".po"):
            with po.open("rb") as file:
                entries |= {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}
    return entries


def gettext(language: str) -> Callable[[str], str]:
    """The `_` of one language, for templates."""
    entries = catalogue(language)
    return lambda msgid: entries.get(msgid, msgid)


def translate(text: Text, language: str) -> str:
    """The sentence in a language, its values filled in (nested sentences included)."""
    values = {k: translate(v, language) if isinstance(v, Text) else v for k, v in text.values}
    return gettext(language)(text.msgid).format(**values)
