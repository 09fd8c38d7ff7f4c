"""The rows of the pages: what needs a hand, what is next, what went out, and the lines of the log that fit a search."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outreach.domain.delivery import Delivery, State
from outreach.reports import delivery_log
from outreach.reports.cells import to_words
from outreach.reports.queue import row
from outreach.reports.source import Question, Source
from outreach.reports.table import Row, Table

NEEDS_A_HAND = frozenset({State.UNKNOWN, State.NEEDS_PERSON, State.REJECTED, State.MISSED})
WENT_OUT = frozenset({State.PUBLISHED, State.UPDATED, State.WITHDRAWN})
SHOWN = 10
"""So many are next, and so many went out last."""

LINES = 200
"""So many lines of the log are shown: the newest that fit."""


@dataclass(frozen=True, kw_only=True)
class Today:
    """The three lists, and the channels that wait with why."""

    hand: Sequence[Row]
    next: Sequence[Row]
    out: Sequence[Row]
    waiting: Mapping[str, Row]


def today(source: Source) -> Today:
    """How things stand now."""
    found = source.deliveries(Question())
    coming = sorted(_in(found, frozenset({State.SCHEDULED})), key=lambda d: d.ready_at)
    out = sorted(_in(found, WENT_OUT), key=lambda d: d.since or d.due, reverse=True)
    states = source.channels().items()
    return Today(
        hand=_rows(source, _in(found, NEEDS_A_HAND)),
        next=_rows(source, coming[:SHOWN]),
        out=_rows(source, out[:SHOWN]),
        waiting={name: {"reason": state.reason} for name, state in states if state.paused},
    )


def lines(source: Source, question: Question, search: str, language: str) -> Table:
    """The newest lines that fit, newest first; the search takes Vietnamese with and without marks."""
    wanted = _plain(search).split()
    fitting = (
        line
        for line in delivery_log.rows(source, question)
        if not wanted or _holds(line, wanted, language)
    )
    table = delivery_log.build(source, Question(after=2**62))
    newest = reversed(deque(fitting, maxlen=LINES))
    return Table(
        name=table.name,
        title=table.title,
        columns=table.columns,
        rows=tuple(newest),
        empty=table.empty,
    )


def _in(found: Sequence[Delivery], states: frozenset[State]) -> list[Delivery]:
    return [delivery for delivery in found if delivery.state in states]


def _rows(source: Source, found: Sequence[Delivery]) -> list[Row]:
    return [row(delivery, source.zone(delivery.identity.campaign)) for delivery in found]


def _holds(line: Row, wanted: Sequence[str], language: str) -> bool:
    cells = ("happened", "where", "detail", "by", "campaign")
    text = _plain(" ".join(to_words(line[key], language) for key in cells))
    return all(word in text for word in wanted)


def _plain(text: str) -> str:
    """Small letters without Vietnamese marks."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
