"""Channels and kinds as staff name them in calendars."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from outreach.content.editorial.columns import SAME, plain
from outreach.content.fields import Mistake
from outreach.content.findings import did_you_mean
from outreach.domain.message import Kind
from outreach.domain.text import Text

KINDS: Mapping[str, Kind] = {
    "": Kind.POST,
    "post": Kind.POST,
    "tin": Kind.POST,
    "bài": Kind.POST,
    "tin bài": Kind.POST,
    "bài viết": Kind.POST,
    "banner": Kind.BANNER,
    "băng rôn": Kind.BANNER,
    "băng-rôn": Kind.BANNER,
    "khẩu hiệu": Kind.BANNER,
    "event": Kind.EVENT,
    "sự kiện": Kind.EVENT,
    "hội nghị": Kind.EVENT,
    "tọa đàm": Kind.EVENT,
    "toạ đàm": Kind.EVENT,
    "contest": Kind.CONTEST,
    "cuộc thi": Kind.CONTEST,
    "commendation": Kind.COMMENDATION,
    "biểu dương": Kind.COMMENDATION,
    "khen thưởng": Kind.COMMENDATION,
}

_SEPARATOR = re.compile(r"\s*(?:[,;/+&\n]|\bvà\b|\band\b)\s*")


def channels(text: str, known: Collection[str], shown: Mapping[str, str]) -> list[str]:
    """The channels or tags (of `known`) that a cell names; `shown` are the names that the office's documents use. Raises `Mistake`."""
    by_name = {plain(name): name for name in known}
    by_name |= {plain(title): name for name, title in shown.items() if name in known}
    parts = [part for part in _SEPARATOR.split(str(text)) if part]
    return list(dict.fromkeys(_channel(part, by_name) for part in parts))


def _channel(word: str, by_name: Mapping[str, str]) -> str:
    wanted = plain(word)
    same = next((names for names in SAME if wanted in names), ())
    for name in (wanted, *same):
        if name in by_name:
            return by_name[name]
    what = Text("“{word}” is not a channel that is configured.", word=word[:60])
    names = sorted(set(by_name.values()))
    raise Mistake(
        what, did_you_mean(word, names, Text("There are: {names}", names=", ".join(names)))
    )


def kind(text: str) -> Kind:
    """The kind of message that a cell names; a post when it is empty. Raises `Mistake`."""
    if plain(text) not in KINDS:
        names = ", ".join(word for word in KINDS if word)
        what = Text("“{word}” is not a kind of message.", word=text[:60])
        raise Mistake(what, Text("There are: {names}", names=names))
    return KINDS[plain(text)]
