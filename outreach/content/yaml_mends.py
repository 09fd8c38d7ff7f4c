"""What to tell a person whose front matter breaks YAML's grammar."""

from __future__ import annotations

import re

import yaml

from outreach.domain.problem import Place, Problem
from outreach.domain.text import Text

_UNQUOTED_COLON = re.compile(r"^\s*(?:- )?[^\s:]+:\s+(?P<value>[^\"'\[{|>].*:\s.*)$")


def syntax_problem(error: yaml.MarkedYAMLError, lines: list[str], start: Place) -> Problem:
    """The grammar error as a problem at its place, with the mend for the mistakes that people make."""
    context = error.context or ""
    opened = error.context_mark if "quoted scalar" in context or "flow" in context else None
    mark = opened or error.problem_mark or error.context_mark
    line = min(mark.line, len(lines) - 1) if mark else 0
    column = mark.column if mark and mark.line < len(lines) else 0
    place = Place(file=start.file, line=start.line + line, column=column + 1)
    what, mend = _explain(lines, line, column, error)
    return Problem(place=place, code="yaml", what=what, mend=mend)


def _explain(
    lines: list[str], number: int, column: int, error: yaml.MarkedYAMLError
) -> tuple[Text, Text]:
    line = lines[number]
    if "\t" in line[: len(line) - len(line.lstrip())] or line[column : column + 1] == "\t":
        return (Text("The line is indented with a tab."), Text("Use spaces instead of the tab."))
    if _UNQUOTED_COLON.match(line):
        what = Text("The value holds a colon followed by a space.")
        return (
            what,
            Text(
                'Put the whole value in double quotes, for example title: "Hội thảo: bình đẳng giới".'
            ),
        )
    if line[column : column + 1] in ("@", "`", "%", "|", ">", "*", "&"):
        what = Text("A value may not begin with “{sign}”.", sign=line[column])
        return (what, Text("Put the whole value in double quotes."))
    context = error.context or ""
    if "quoted scalar" in context:
        return (
            Text("A quotation mark is opened but not closed."),
            Text('Close it; inside "…" write \\" for a quotation mark.'),
        )
    if "flow" in context:
        return (
            Text("A list in brackets is not closed."),
            Text("End it with ], with commas between its items."),
        )
    what = Text(
        "The head of the file cannot be read here ({detail}).",
        detail=error.problem or context or "YAML",
    )
    return (
        what,
        Text(
            "Write one “key: value” per line, all keys in column 1; put text with signs in double quotes."
        ),
    )
