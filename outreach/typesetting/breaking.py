"""Where the lines of a slogan or a title part: never inside a compound, not after a little word that leads on, all about equally long.

In a slogan `|` forces a break, `~` glues two words, and `*…*` stresses.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import inf
from pathlib import Path

from outreach.typesetting.fonts import Face

NEVER, FORCED = inf, -inf
_SEAMS = {"|": FORCED, "~": NEVER}
_TO_LEADING, _IN_STRESS, _AFTER_PAUSE, _ALONE = 2.5, 2.5, -0.12, 1.5
"""What it costs to end a line with a word that leads on, what to part what is stressed, what to end it with a comma or the like, and
what to leave a word alone."""

MOST_LINES = 14
_LEADING = frozenset(
    [
        "và",
        "vì",
        "của",
        "cho",
        "trên",
        "với",
        "trong",
        "để",
        "là",
        "từ",
        "về",
        "tại",
        "không",
        "nhằm",
        "các",
        "những",
        "mọi",
        "một",
        "hãy",
        "trước",
        "bởi",
        "do",
        "hoặc",
    ]
)
_PAUSES = (",", ";", ":", "–", "!", ".", "?")
_DASHES = frozenset("–—-·")
_COUNTED = frozenset(
    [
        "năm",
        "ngày",
        "tháng",
        "điều",
        "khoản",
        "số",
        "lần",
        "thứ",
        "khóa",
        "khoá",
        "quý",
        "tuần",
        "giờ",
    ]
)
_TOKEN = re.compile(r"[|~*]|\s+|[^|~*\s]+")


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word as it is set; `after` is what a break behind it costs, `NEVER` and `FORCED` included."""

    text: str
    stressed: bool = False
    after: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Split:
    """One way to part the words into lines: from which to which word each goes, and how bad that is (as many as lines is perfect)."""

    cost: float
    cuts: tuple[tuple[int, int], ...]


@cache
def known_compounds() -> tuple[str, ...]:
    """The list that we ship."""
    lines = Path(__file__).with_name("compounds.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


@lru_cache(256)
def words(slogan: str, compounds: tuple[str, ...] = ()) -> tuple[Word, ...]:
    """The words of a slogan; `compounds` are more that must not be broken."""
    found = _marked(unicodedata.normalize("NFC", slogan))
    after = [_cost(word.text, following) for word, following in _pairs(found)]
    for number, (one, next_one) in enumerate(itertools.pairwise(found)):
        if one.stressed and next_one.stressed:
            after[number] = max(after[number], _IN_STRESS)
    for start, end in _compounds([word.text.casefold() for word in found], compounds):
        after[start : end - 1] = [NEVER] * (end - 1 - start)
    return tuple(
        Word(text=w.text, stressed=w.stressed, after=w.after or cost)
        for w, cost in zip(found, after, strict=True)
    )


def _marked(slogan: str) -> list[Word]:
    """The words with their stress, and with what `|` and `~` say of the break behind them."""
    found: list[Word] = []
    stressed, new, stars = False, True, slogan.count("*") // 2 * 2
    for token in _TOKEN.findall(slogan):
        if token == "*" and stars:  # noqa: S105 - a mark in a text
            stressed, stars = not stressed, stars - 1
        elif token.isspace():
            new = True
        elif token in _SEAMS:
            new = True
            if found:
                found[-1] = replace(found[-1], after=_SEAMS[token])
        elif new:
            found.append(Word(text=token, stressed=stressed))
            new = False
        else:
            both = found[-1].stressed or stressed
            found[-1] = replace(found[-1], text=found[-1].text + token, stressed=both)
    return found


def _pairs(found: Sequence[Word]) -> Iterator[tuple[Word, str]]:
    for number, word in enumerate(found):
        yield word, found[number + 1].text if number + 1 < len(found) else ""


def _cost(text: str, following: str) -> float:
    low = text.casefold()
    if following and set(following) <= _DASHES:
        return NEVER
    if following[:1].isdigit() and (low in _COUNTED or low.isdigit()):
        return NEVER
    if low.isdigit() and following.casefold() in _COUNTED:
        return NEVER
    if low.strip(",.") in _LEADING:
        return _TO_LEADING
    return _AFTER_PAUSE if text.endswith(_PAUSES) else 0.0


def _compounds(low: Sequence[str], more: Collection[str]) -> Iterator[tuple[int, int]]:
    """From where to where compounds stand in the words; signs may stand only at their outer ends."""
    first = [word.lstrip("“\"'(") for word in low]
    last = [word.rstrip(",.;:!?”\"')") for word in low]
    for start, word in enumerate(first):
        for compound in (*_by_first_word().get(word, ()), *(c.casefold().split() for c in more)):
            end = start + len(compound)
            middle = [word, *low[start + 1 : end - 1], *last[end - 1 : end]]
            if len(compound) > 1 and end <= len(low) and middle == compound:
                yield start, end


@cache
def _by_first_word() -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for compound in known_compounds():
        parts = compound.casefold().split()
        found.setdefault(parts[0], []).append(parts)
    return found


@lru_cache(256)
def splits(found: tuple[Word, ...], face: Face, *, capitals: bool = False) -> tuple[Split, ...]:
    """The best split into one line, into two, and so on; only what is forced where a break is forced."""
    widths = [face.width(word.text.upper() if capitals else word.text) for word in found]
    count = len(found)
    forced = [end for end in range(1, count) if found[end - 1].after == FORCED]
    if forced:
        edges = [0, *forced, count]
        cuts = tuple(itertools.pairwise(edges))
        return (Split(cost=float(len(cuts)), cuts=cuts),)
    return _balanced(found, _ends(widths, face.width(" ")))


def _ends(widths: Sequence[float], space: float) -> list[float]:
    """Where each word ends when all stand in one line, the space behind it included."""
    ends = [0.0]
    for width in widths:
        ends.append(ends[-1] + width + space)
    ends[-1] -= space
    return ends


def _balanced(found: Sequence[Word], ends: Sequence[float]) -> tuple[Split, ...]:
    """For each number of lines the cheapest: squares of the lengths, plus what the breaks cost."""
    count = len(found)
    places = [end for end in range(1, count) if found[end - 1].after < NEVER] + [count]
    results = []
    for lines in range(1, min(MOST_LINES, len(places)) + 1):
        best: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {0: (0.0, ())}
        for _ in range(lines):
            best = _one_line_more(best, places, found, ends, ends[-1] / lines)
        if count in best:
            results.append(Split(cost=best[count][0], cuts=best[count][1]))
    return tuple(results)


def _one_line_more(
    best: dict[int, tuple[float, tuple[tuple[int, int], ...]]],
    places: Sequence[int],
    found: Sequence[Word],
    ends: Sequence[float],
    ideal: float,
) -> dict[int, tuple[float, tuple[tuple[int, int], ...]]]:
    longer: dict[int, tuple[float, tuple[tuple[int, int], ...]]] = {}
    for end in places:
        extra = found[end - 1].after if end < len(found) else 0.0
        for start, (cost, cuts) in best.items():
            if start < end:
                length = (ends[end] - ends[start]) / ideal
                lonely = _ALONE if end - start == 1 else 0.0
                total = cost + length * length + extra + lonely
                if end not in longer or total < longer[end][0]:
                    longer[end] = (total, (*cuts, (start, end)))
    return longer


@lru_cache(256)
def in_lines(text: str, lines: int, face: Face) -> tuple[str, ...]:
    """A text in so many lines at most, about equally long."""
    found = words(text)
    candidates = [s for s in splits(found, face) if len(s.cuts) <= lines]
    return tuple(" ".join(w.text for w in found[a:b]) for a, b in candidates[-1].cuts)
