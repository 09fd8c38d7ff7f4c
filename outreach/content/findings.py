"""The list that every reader adds its problems to, so that none of them stops at the first."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from outreach.domain.problem import Place, Problem, Severity
from outreach.domain.text import Text


class Refused(Exception):
    """A file or path that cannot be taken at all: one problem, at `line`:`column` of that file."""

    def __init__(
        self, code: str, what: Text, mend: Text, *, line: int = 1, column: int = 1
    ) -> None:
        super().__init__(str(what))
        self.code, self.what, self.mend, self.line, self.column = code, what, mend, line, column

    def problem(self, file: str) -> Problem:
        """The refusal as a problem of `file`."""
        place = Place(file=file, line=self.line, column=self.column)
        return Problem(place=place, code=self.code, what=self.what, mend=self.mend)


class Findings:
    """Problems in the order found; `sorted` gives them by place."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def error(self, place: Place, code: str, what: Text, mend: Text) -> None:
        """Note a problem that holds the message."""
        self._found.append(Problem(place=place, code=code, what=what, mend=mend))

    def warning(self, place: Place, code: str, what: Text, mend: Text) -> None:
        """Note a problem that is only shown."""
        self._found.append(
            Problem(place=place, code=code, what=what, mend=mend, severity=Severity.WARNING)
        )

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note problems found elsewhere."""
        self._found.extend(problems)

    @property
    def first_error(self) -> Problem | None:
        """The first error by place, None when there are only warnings or nothing."""
        return next((p for p in self.sorted() if p.severity is Severity.ERROR), None)

    def sorted(self) -> tuple[Problem, ...]:
        """Every problem once, by file, line and column."""
        return tuple(sorted(dict.fromkeys(self._found), key=lambda p: (p.place, p.code)))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that a person most likely meant, empty when none is near."""
    names = {name.casefold(): name for name in known}
    close = get_close_matches(word.strip().casefold().replace("-", "_"), names, n=1, cutoff=0.6)
    close = close or get_close_matches(word.strip().casefold(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str], otherwise: Text) -> Text:
    """The mend for an unknown word: the nearest known one, or `otherwise`."""
    near = nearest(word, known)
    return Text("Did you mean “{near}”?", near=near) if near else otherwise
