"""What one cell looks like: to people in their language, to programs the same in every language."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from outreach.domain.text import Text
from outreach.locale import translate
from outreach.reports.words import NO, YES

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def harmless(words: str) -> str:
    """The words without characters that could steer a terminal, turn the line around, or stand in no XML."""
    return _CONTROL.sub("\ufffd", words)


def to_words(cell: Any, language: str, *, seconds: bool = False) -> str:
    """A cell as people read it."""
    match cell:
        case None:
            return ""
        case Text():
            return harmless(translate(cell, language))
        case bool():
            return translate(YES if cell else NO, language)
        case datetime():
            return cell.strftime("%d/%m/%Y %H:%M:%S" if seconds else "%d/%m/%Y %H:%M")
        case date():
            return cell.strftime("%d/%m/%Y")
        case list() | tuple():
            return ", ".join(to_words(part, language) for part in cell)
        case _:
            return harmless(str(cell))


def to_plain(cell: Any, language: str) -> Any:
    """A cell as JSON: instants and days in ISO 8601, lengths of time in seconds."""
    match cell:
        case Text():
            return translate(cell, language)
        case Enum():
            return cell.value
        case datetime() | date():
            return cell.isoformat()
        case timedelta():
            return cell.total_seconds()
        case dict():
            return {str(key): to_plain(value, language) for key, value in cell.items()}
        case list() | tuple() | set() | frozenset():
            return [to_plain(value, language) for value in cell]
        case None | bool() | int() | float():
            return cell
        case _:
            return str(cell)
