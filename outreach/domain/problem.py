"""What is wrong in something that a person wrote: where, what, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.text import Text


class Severity(StrEnum):
    """Whether a problem holds the message (`error`) or is only shown (`warning`)."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """A spot in a file; `line` and `column` count from 1. In a spreadsheet `cell` names it, such as Sheet1!C7."""

    file: str
    line: int = 1
    column: int = 1
    cell: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.cell or f'{self.line}:{self.column}'}"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: `code` is stable for programs, `what` and `mend` are for people."""

    place: Place
    code: str
    what: Text
    mend: Text
    severity: Severity = Severity.ERROR


class Problems(Exception):
    """Raised where nothing can go on; carries every problem found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.place}: {p.what}" for p in problems))
        self.problems = problems
