"""Numbers, days and lists as an office writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from outreach.domain.text import Text
from outreach.locale import translate
from outreach.reports.cells import harmless, to_words
from outreach.reports.official.document import Grid
from outreach.reports.table import Column

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

NO_BREAK = "\u00a0"
"""Stands between a number and what it counts, so that no line parts them."""

_AROUND_NUMBER = re.compile(r"(?<=\d) (?=[^\W\d])| (?=\d)")
_BEFORE_NUMBER = re.compile(r" (?=\d)")


class Speaker:
    """Says everything in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, text: Text) -> str:
        """The sentence."""
        return harmless(translate(text, self.language))

    def plain(self, number: int) -> str:
        """35.644 in Vietnamese, 35,644 in English."""
        grouped = f"{number:,}"
        return grouped.replace(",", ".") if self.language == "vi" else grouped

    def count(self, number: int) -> str:
        """As `plain`; in Vietnamese documents 1 to 9 have a leading zero."""
        small = self.language == "vi" and 0 < number < 10
        return f"{number:02}" if small else self.plain(number)

    def decimal(self, words: str) -> str:
        """Words with numbers such as 0.8, which are 0,8 in Vietnamese."""
        return re.sub(r"(?<=\d)\.(?=\d)", ",", words) if self.language == "vi" else words

    def day(self, day: date) -> str:
        """`ngày 03 tháng 11 năm 2022`: days below 10 and the months 1 and 2 have a leading zero."""
        text = Text(
            "{day}/{month}/{year}", day=f"{day:%d}", month=_month(day.month), year=f"{day:%Y}"
        )
        return _BEFORE_NUMBER.sub(NO_BREAK, self(text))

    def span(self, first: date, last: date) -> str:
        """From the first to the last day; a year that both share is said once."""
        if first.year != last.year:
            return self(Text("from {first} to {last}", first=self.day(first), last=self.day(last)))
        begin = self(Text("{day}/{month}", day=f"{first:%d}", month=_month(first.month)))
        begin = _BEFORE_NUMBER.sub(NO_BREAK, begin)
        return self(Text("from {first} to {last}", first=begin, last=self.day(last)))

    def moment(self, instant: datetime) -> str:
        """`08 giờ 30 phút ngày 15/11/2022`."""
        text = Text(
            "{hour}:{minute} on {day}",
            hour=f"{instant:%H}",
            minute=f"{instant:%M}",
            day=f"{instant:%d/%m/%Y}",
        )
        return _AROUND_NUMBER.sub(NO_BREAK, self(text))

    def length(self, span: timedelta) -> str:
        """The two largest units of a length of time, minutes at the least."""
        days, rest = divmod(max(span, MINUTE), DAY)
        hours, minutes = divmod(rest, HOUR)
        amounts = (
            (days, Text("{n} d", n=self.count(days))),
            (hours, Text("{n} h", n=self.count(hours))),
            (minutes // MINUTE, Text("{n} min", n=self.count(minutes // MINUTE))),
        )
        said = " ".join([self(text) for amount, text in amounts if amount][:2])
        return _AROUND_NUMBER.sub(NO_BREAK, said)

    def listing(self, items: Sequence[str]) -> str:
        """`a, b và c`; with semicolons where an item holds a comma."""
        if len(items) < 2:
            return "".join(items)
        separator = "; " if any("," in item for item in items) else ", "
        return self(Text("{first} and {last}", first=separator.join(items[:-1]), last=items[-1]))

    def heads(self, grid: Grid) -> list[str]:
        """The column titles of a table."""
        return [self(column.title) for column in grid.columns]

    def rows(self, grid: Grid) -> list[list[str]]:
        """The cells of a table."""
        return [
            [self._cell(row.get(column.key), column) for column in grid.columns]
            for row in grid.table.rows
        ]

    def _cell(self, cell: Any, column: Column) -> str:
        if isinstance(cell, int) and not isinstance(cell, bool):
            return self.plain(cell)
        return to_words(cell, self.language, seconds=column.seconds)


def share(part: int, whole: int) -> Text:
    """Part of whole in percent, rounded to one decimal; only the whole is 100%, only nothing is 0%."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    if 0 < part < whole:
        tenths = min(max(tenths, 1), 999)
    if tenths % 10:
        return Text("{whole}.{tenths}%", whole=tenths // 10, tenths=tenths % 10)
    return Text("{whole}%", whole=tenths // 10)


def grouped(seal: str) -> str:
    """A seal in groups of eight characters, which people can compare and a line can break between."""
    return " ".join(seal[start : start + 8] for start in range(0, len(seal), 8))


def lower_first(words: str) -> str:
    """The words as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def _month(month: int) -> str:
    return f"{month:02}" if month < 3 else str(month)
