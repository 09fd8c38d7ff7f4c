"""Last year's files with this year's dates: only dates that schedule something move; everything else stays as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from outreach.domain.campaign import Window
from outreach.domain.problem import Place
from outreach.domain.year_shift import shift

SCHEDULING = frozenset({"at", "from", "until", "repeat", "start", "end", "deadline"})
"""Keys of a message whose dates move."""

MOVING_TABLES = frozenset({"window", "posting"})
"""Tables of campaign.toml whose dates move; plan and hotlines record what was."""

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_RULE_DATE = re.compile(r"(?<=UNTIL=)(\d{4})(\d{2})(\d{2})(?=T|;|\s|$|\"|')", re.IGNORECASE)
_KEY = re.compile(r"([A-Za-z_]+)\s*:")
_TABLE = re.compile(r"\s*\[+\s*([A-Za-z_]+)")


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A line that still names the old year, for a person to read over."""

    place: Place
    line: str


@dataclass(frozen=True, kw_only=True)
class YearCopy:
    """Moves dates from one window to the other."""

    old: Window
    new: Window

    def campaign_file(self, text: str) -> str:
        """campaign.toml with window and blackout days moved."""
        return "".join(self._toml_lines(text))

    def message(self, text: str) -> str:
        """A message with its schedule moved; the body stays as it is."""
        return "".join(self._message_lines(text))

    def _toml_lines(self, text: str) -> Iterator[str]:
        table = ""
        for line in text.splitlines(keepends=True):
            found = _TABLE.match(line)
            table = found[1] if found else table
            yield self._moved(line) if table in MOVING_TABLES else line

    def _message_lines(self, text: str) -> Iterator[str]:
        fences, moves = 0, False
        for line in text.splitlines(keepends=True):
            fences += line.strip() == "---"
            key = _KEY.match(line)
            if key:
                moves = key[1] in SCHEDULING
            yield self._moved(line) if fences == 1 and moves else line

    def _moved(self, line: str) -> str:
        line = _DATE.sub(self._replacement("{:%Y-%m-%d}"), line)
        return _RULE_DATE.sub(self._replacement("{:%Y%m%d}"), line)

    def _replacement(self, form: str) -> Callable[[re.Match[str]], str]:
        def replace(found: re.Match[str]) -> str:
            try:
                day = date(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                return found[0]
            return form.format(shift(day, self.old, self.new))

        return replace


def mentions(file: str, text: str, year: int) -> Iterator[Mention]:
    """The lines that name the year `year`."""
    wanted = re.compile(rf"(?<!\d){year}(?!\d)")
    for number, line in enumerate(text.splitlines(), start=1):
        found = wanted.search(line)
        if found:
            place = Place(file=file, line=number, column=found.start() + 1)
            yield Mention(place=place, line=line.strip())
