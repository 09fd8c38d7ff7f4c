"""What was changed between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

_PARTS = re.compile(r"\s+|[^\s]+")
MOST_PARTS = 4_000
"""Longer texts are compared line by line, which takes less time."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of text that stayed, came, or went."""

    what: Literal["same", "new", "gone"]
    text: str


def differing(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces that make up both texts, in order; empty when they are the same."""
    if before == after:
        return ()
    old, new = _PARTS.findall(before), _PARTS.findall(after)
    if max(len(old), len(new)) > MOST_PARTS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces = []
    for same, i, j, k, m in _stretches(old, new):
        if same:
            pieces.append(Piece(what="same", text="".join(old[i:j])))
            continue
        if j > i:
            pieces.append(Piece(what="gone", text="".join(old[i:j])))
        if m > k:
            pieces.append(Piece(what="new", text="".join(new[k:m])))
    return tuple(pieces)


def _stretches(old: list[str], new: list[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """What stays and what changes, by its place in both; changes with only spaces between them are one, as people read them."""
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for same, together in groupby(
        codes, lambda code: code[0] == "equal" and _stays(old, *code[1:3])
    ):
        some = list(together)
        yield same, some[0][1], some[-1][2], some[0][3], some[-1][4]


def _stays(parts: list[str], begin: int, end: int) -> bool:
    """Whether there is a word or the end of a line."""
    return any(not part.isspace() or "\n" in part for part in parts[begin:end])
