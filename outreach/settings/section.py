"""Reading one table of config.toml key by key, and collecting every mistake with its place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from outreach.domain.problem import Place, Problem
from outreach.domain.text import Text
from outreach.settings.positions import Path, Position

T = TypeVar("T")


class Wrong(Exception):
    """A value that cannot be used."""

    def __init__(self, what: Text, mend: Text, *, code: str = "settings.value") -> None:
        super().__init__(str(what))
        self.what = what
        self.mend = mend
        self.code = code


class Section:
    """One table; `take` reads a key, `close` reports the keys that nobody asked for."""

    def __init__(
        self,
        table: Mapping[str, Any],
        path: Path,
        *,
        file: str,
        positions: Mapping[Path, Position],
        problems: list[Problem],
    ) -> None:
        self.table = table
        self.path = path
        self.problems = problems
        self._file = file
        self._positions = positions
        self._asked: set[str] = set()

    def take(self, key: str, read: Callable[[Any], T], default: T) -> T:
        """The value of `key` as `read` understands it; `default` when it is absent or wrong, which is then reported."""
        self._asked.add(key)
        if key not in self.table:
            return default
        try:
            return read(self.table[key])
        except Wrong as wrong:
            self.report(key, wrong)
            return default

    def section(self, key: str) -> Section:
        """The table named `key`; empty when it is absent or no table, which is then reported."""
        nothing: Mapping[str, Any] = {}
        table = self.take(key, _table, nothing)
        return Section(
            table,
            (*self.path, key),
            file=self._file,
            positions=self._positions,
            problems=self.problems,
        )

    def place(self, key: str = "") -> Place:
        """Where `key` (or the table itself) stands."""
        path = (*self.path, key) if key else self.path
        while path and path not in self._positions:
            path = path[:-1]
        line, column = self._positions.get(path, (1, 1))
        return Place(file=self._file, line=line, column=column)

    def report(self, key: str, wrong: Wrong) -> None:
        """Add a problem at `key`."""
        self.problems.append(
            Problem(place=self.place(key), code=wrong.code, what=wrong.what, mend=wrong.mend)
        )

    def rest(self) -> dict[str, Any]:
        """The keys that nobody asked for yet; they count as asked for now."""
        rest = {key: value for key, value in self.table.items() if key not in self._asked}
        self._asked |= set(rest)
        return rest

    def close(self) -> None:
        """Report every key that nobody asked for."""
        for key in self.table:
            if key not in self._asked:
                self.report(key, unknown_key(key, self._asked))


def unknown_key(key: str, known: Iterable[str]) -> Wrong:
    """An unknown key, with the known one that was probably meant."""
    known = sorted(known)
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if close:
        mend = Text("Did you mean “{key}”?", key=close[0])
    else:
        mend = Text("Take it out. Known here: {keys}.", keys=", ".join(known))
    what = Text("There is no setting “{key}” here.", key=key)
    return Wrong(what, mend, code="settings.unknown_key")


def _table(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise Wrong(
        Text("This must be a table."), Text("Write it as a heading in square brackets: [name].")
    )
