"""Where each key of a TOML text stands, which tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n]*)
    | (?P<string>\"{3}(?:\\.|[^\\])*?\"{3,5} | '{3}.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<bare>[A-Za-z0-9_+:-]+)
    | (?P<newline>\n)
    | (?P<mark>[\[\]{}=.,])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_DEPTH = {"[": 1, "{": 1, "]": -1, "}": -1}

Path = tuple[str, ...]
Position = tuple[int, int]


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int


def positions(text: str) -> Mapping[Path, Position]:
    """Line and column (from 1) of every table and key, by path; `text` must be valid TOML. Keys of inline tables are left out."""
    found: dict[Path, Position] = {}
    table: Path = ()
    for statement in _statements(text):
        path = _key(statement)
        if statement[0].text == "[":
            table = path
        else:
            path = table + path
        found.setdefault(path, _line_and_column(text, statement[0].start))
    return found


def _statements(text: str) -> Iterator[list[_Token]]:
    """The tokens of each table header and each key with its value."""
    statement: list[_Token] = []
    depth = 0
    for token in _tokens(text):
        depth += _DEPTH.get(token.text, 0) if token.kind == "mark" else 0
        if token.kind != "newline":
            statement.append(token)
        elif depth == 0 and statement:
            yield statement
            statement = []
    if statement:
        yield statement


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        if kind not in ("comment", "other"):
            yield _Token(kind, match.group(), match.start())


def _key(statement: list[_Token]) -> Path:
    parts = []
    for token in statement:
        if token.text == "=" and token.kind == "mark":
            break
        if token.kind in ("bare", "string"):
            parts.append(token.text.strip("\"'"))
    return tuple(parts)


def _line_and_column(text: str, offset: int) -> Position:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
