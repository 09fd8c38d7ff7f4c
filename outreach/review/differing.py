"""What was changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
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
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(what="same", text="".join(old[i:j])))
            continue
        if j > i:
            pieces.append(Piece(what="gone", text="".join(old[i:j])))
        if m > k:
            pieces.append(Piece(what="new", text="".join(new[k:m])))
    return tuple(pieces)
