"""Which passwords are refused: the most common ones, and those that are made of the office's own words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources

from outreach.domain.text import Text

LONG = 12
"""A common password of so many letters is refused as it stands; a shorter one also with digits and signs around it, or repeated."""

OWN_LETTERS = 6
"""So many letters of a password must remain when the office's words are taken out."""

SHORTEST_WORD = 3
"""Shorter words of the office are not looked for."""

COMMON = Text("Many people use this password, or one much like it; guessers try it first.")
OURS = Text(
    "This password is made of words that everybody knows here: the office, the campaign, your name."
)


def refused(password: str, words: Iterable[str]) -> Text | None:
    """Why a password is refused, None when it is not; `words` are the office's."""
    plain = _plain(password)
    if not common().isdisjoint({password.casefold(), plain, plain.strip("0123456789")}):
        return COMMON
    if _repeated(plain):
        return COMMON
    return OURS if len(_without(plain, words)) < OWN_LETTERS else None


def _repeated(plain: str) -> bool:
    """Whether it is the same again and again."""
    return plain in (plain + plain)[1:-1]


def _without(plain: str, words: Iterable[str]) -> str:
    parts = {part for word in words for part in (_plain(word), *map(_plain, word.split()))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_WORD:
            plain = plain.replace(part, "")
    return plain


def _plain(text: str) -> str:
    """Small letters and digits without marks."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in folded if sign.isalnum())


@cache
def common() -> frozenset[str]:
    """The list."""
    file = resources.files("outreach.review.wordlist").joinpath("common.txt")
    return frozenset(file.read_text("utf-8").split())
