"""Where each key of a TOML file stands. The file must already have passed `tomllib`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from outreach.domain.problem import Place

Path = tuple[str | int, ...]
_KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
_VALUE_PART = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[\[\]{}\n]|[^"'\#\[\]{}\n]+''',
    re.DOTALL,
)
_EQUALS = re.compile(r"=?[ \t]*")
_BLANK = re.compile(r"(?:[ \t\n]|\#[^\n]*)*")


class TomlPlaces:
    """The places of keys and values, by path (`("hotlines", 0, "number")`)."""

    def __init__(self, text: str, file: str) -> None:
        self._text, self._file = text, file
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self._arrays: dict[Path, int] = {}
        self._table: Path = ()
        self._at = 0
        self._scan()

    def _scan(self) -> None:
        self._at = self._after(_BLANK)
        while self._at < len(self._text):
            before = self._at
            if self._text.startswith("[", self._at):
                self._header()
            else:
                self._key_and_value()
            if self._at == before:
                return
            self._at = self._after(_BLANK)

    def _header(self) -> None:
        start, array = self._at, self._text.startswith("[[", self._at)
        self._at += 2 if array else 1
        path = self._resolved(self._dotted())
        if array:
            self._arrays[path] = self._arrays.get(path, -1) + 1
            self.keys.setdefault(path, self._place(start))
            path = (*path, self._arrays[path])
        self._table = path
        self.keys.setdefault(path, self._place(start))
        self._at = self._line_end()

    def _key_and_value(self) -> None:
        start = self._at
        path = self._table + self._dotted()
        key = self._place(start)
        self._at = self._after(_EQUALS)
        for length in range(len(self._table) + 1, len(path) + 1):
            self.keys.setdefault(path[:length], key)
        self.values[path] = self._place(self._at)
        self._skip_value(path)

    def _resolved(self, names: Path) -> Path:
        """A header's path with the number of the current entry after each array of tables but the last."""
        path: Path = ()
        for number, name in enumerate(names):
            path = (*path, name)
            if path in self._arrays and number < len(names) - 1:
                path = (*path, self._arrays[path])
        return path

    def _dotted(self) -> Path:
        names: list[str] = []
        while found := _KEY.match(self._text, self._at):
            names.append(next(group for group in found.groups() if group is not None))
            self._at = found.end()
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return tuple(names)

    def _skip_value(self, path: Path) -> None:
        items = _Items(self._text.startswith("[", self._at))
        while part := _VALUE_PART.match(self._text, self._at):
            if part.group() == "\n" and items.depth == 0:
                return
            for number, offset in items.take(part):
                self.values[*path, number] = self._place(offset)
            self._at = part.end()

    def _after(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._text, self._at)
        return found.end() if found else self._at

    def _line_end(self) -> int:
        end = self._text.find("\n", self._at)
        return len(self._text) if end < 0 else end

    def _place(self, offset: int) -> Place:
        line = self._text.count("\n", 0, offset) + 1
        return Place(file=self._file, line=line, column=offset - self._text.rfind("\n", 0, offset))


class _Items:
    """Where the items of an array begin, found part by part."""

    def __init__(self, is_array: bool) -> None:
        self.depth = 0
        self._is_array = is_array
        self._number, self._due = 0, False

    def take(self, part: re.Match[str]) -> Iterator[tuple[int, int]]:
        """The number and offset of each item that begins in this part of the value."""
        text = part.group()
        if text in ("]", "}"):
            self.depth -= 1
        elif self._is_array and self.depth == 1 and not text.startswith("#"):
            yield from self._at_top(text, part.start())
        if text in ("[", "{"):
            self.depth += 1
            self._due = self._due or self.depth == 1

    def _at_top(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        bare = text[0] not in "\"'[{"
        for index, character in enumerate(text if bare else text[0]):
            if bare and character == ",":
                self._number, self._due = self._number + 1, True
            elif self._due and not character.isspace():
                self._due = False
                yield self._number, start + index


def place_of(places: Mapping[Path, Place], path: Path, otherwise: Place) -> Place:
    """The place of a path, or of the nearest thing around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in places:
            return places[path[:length]]
    return otherwise
