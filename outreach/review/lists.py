"""The lines of the log that fit a search."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Sequence

from outreach.reports import delivery_log
from outreach.reports.cells import to_words
from outreach.reports.source import Question, Source
from outreach.reports.table import Row, Table

LINES = 200
"""So many lines of the log are shown: the newest that fit."""


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


def _holds(line: Row, wanted: Sequence[str], language: str) -> bool:
    cells = ("happened", "where", "detail", "by", "campaign")
    text = _plain(" ".join(to_words(line[key], language) for key in cells))
    return all(word in text for word in wanted)


def _plain(text: str) -> str:
    """Small letters without Vietnamese marks."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
