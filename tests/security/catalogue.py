"""What OWASP's ASVS asks, and which tests show it: `python -m tests.security.catalogue > docs/security.md` writes the page.

A test says that it shows a requirement by `@pytest.mark.asvs("1.3.7", "how")`. What is asked stands in asvs.txt, the words before the
table in prose.md, where `{name}` is a figure of the program itself.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.security.figures import figures

TESTS = Path(__file__).parents[1]
LINE = re.compile(r"(\d+\.\d+\.\d+) ([12]) (\w+) (.+)")
CHAPTER = re.compile(r"V\d+ .+")

TEST = "test"
"""The standing of what applies, and so is shown by a test."""

REASONS = {
    "absent": "The program has no such thing.",
    "alone": "The program is one process; what it shows to programs on its own machine stays on loopback.",
    "hosts": "The pages listen on the machine itself; the office's web server gives them a host name of their own (docs/install.md).",
    "office": "The certificate is that of the office's reverse proxy or web server (docs/install.md); the program has none of its own.",
    "python": "Python takes care of it, and so do the libraries, which are kept up to date.",
    "scanner": "Only people who are signed in send files, and only pictures: those for messages are drawn anew, photos that prove work "
    "are kept as they are and shown to the same people. All lie on the office's disk, where the office's own scanner sees them.",
    "database": "It would take a database of weaknesses, which a test without a network does not have: see “Libraries”.",
}
"""Why a requirement does not apply, or cannot be shown here."""


@dataclass(frozen=True)
class Requirement:
    """One line of asvs.txt."""

    number: str
    level: int
    standing: str
    words: str
    chapter: str


@dataclass(frozen=True, order=True)
class Shown:
    """One test, by its file below `tests/`, that shows a requirement."""

    number: str
    file: str
    test: str
    how: str


def requirements() -> list[Requirement]:
    """Every requirement of levels 1 and 2, in the order of the standard."""
    found, chapter = [], ""
    for line in (Path(__file__).with_name("asvs.txt")).read_text("utf-8").splitlines():
        if CHAPTER.fullmatch(line):
            chapter = line
        elif match := LINE.fullmatch(line):
            number, level, standing, words = match.groups()
            found.append(Requirement(number, int(level), standing, words, chapter))
        elif line and not line.startswith("#"):
            raise ValueError(line)
    return found


def shown() -> list[Shown]:
    """Every mark in every test."""
    return sorted(mark for path in TESTS.rglob("*.py") for mark in _marks(path))


def _marks(path: Path) -> Iterator[Shown]:
    text = path.read_text("utf-8")
    if "mark.asvs(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                if (
                    isinstance(decorator, ast.Call)
                    and ast.unparse(decorator.func) == "pytest.mark.asvs"
                ):
                    number, how = (ast.literal_eval(argument) for argument in decorator.args)
                    yield Shown(number, path.relative_to(TESTS).as_posix(), node.name, how)


def document() -> str:
    """The whole of docs/security.md."""
    asked, marks = requirements(), shown()
    prose = Path(__file__).with_name("prose.md").read_text("utf-8").format_map(figures())
    return prose + _counts(asked, marks) + "".join(_tables(asked, marks))


def _counts(asked: list[Requirement], marks: list[Shown]) -> str:
    marked = {mark.number for mark in marks}
    applies = [one for one in asked if one.standing == TEST]
    done = [one for one in applies if one.number in marked]
    return (
        f"Of {len(asked)} requirements of levels 1 and 2, {len(applies)} apply, and {len(done)} are shown by tests; "
        f"{len(asked) - len(applies)} do not apply or cannot be shown here.\n"
    )


def _tables(asked: list[Requirement], marks: list[Shown]) -> Iterator[str]:
    yield "\n## Shown by tests\n\n| ASVS | Level | What is asked | How it is shown | Shown by |\n| --- | --- | --- | --- | --- |\n"
    by_number = {one.number: [mark for mark in marks if mark.number == one.number] for one in asked}
    for one in asked:
        if found := by_number[one.number]:
            how = "; ".join(dict.fromkeys(mark.how.rstrip(".") for mark in found))
            where = "<br>".join(f"`{mark.file}` {mark.test}" for mark in found)
            yield f"| {one.number} | {one.level} | {one.words} | {how} | {where} |\n"
    yield "\n## Does not apply, or cannot be shown here\n\n| ASVS | Level | What is asked | Why |\n| --- | --- | --- | --- |\n"
    for one in asked:
        if one.standing in REASONS:
            yield f"| {one.number} | {one.level} | {one.words} | {REASONS[one.standing]} |\n"


if __name__ == "__main__":
    sys.stdout.write(document())
