"""What to tell a person whose template cannot be rendered, and in which column of its line the mistake stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from outreach.content.findings import did_you_mean
from outreach.domain.text import Text

_NAME = re.compile(r"'([^']+)' is undefined")
_MEMBER = re.compile(r"has no attribute '([^']+)'")
_FILTER = re.compile(r"No (filter|test) named '([^']+)'")
_KNOWN_FILTERS = (
    "day",
    "time",
    "upper",
    "lower",
    "capitalize",
    "trim",
    "join",
    "default",
    "length",
    "replace",
    "first",
    "last",
)
_LOOK_AT_GUIDE = Text(
    "The guide lists what may stand between {{{{ and }}}}, for example campaign.theme."
)


def explain(
    code: str, detail: str, line: str, context: Mapping[str, Any]
) -> tuple[Text, Text, int]:
    """What is wrong, how to mend it, and the column (from 1) in `line`."""
    if found := _FILTER.search(detail):
        what = Text("There is no filter “{name}”.", name=found[2])
        mend = did_you_mean(
            found[2],
            _KNOWN_FILTERS,
            Text("Known here are: {known}.", known=", ".join(_KNOWN_FILTERS)),
        )
        return what, mend, _column(line, found[2])
    if code == "template-undefined":
        return _undefined(detail, line, context)
    if code == "template-hotline":
        what = Text(
            "The telephone number {number} is not among the hotlines of campaign.toml.",
            number=detail,
        )
        return (
            what,
            Text("Correct the number, or add it there with its source."),
            _column(line, detail),
        )
    what, mend = _others(code, detail)
    return what, mend, _column(line, "")


def _undefined(detail: str, line: str, context: Mapping[str, Any]) -> tuple[Text, Text, int]:
    found = _NAME.search(detail) or _MEMBER.search(detail)
    name = found[1] if found else ""
    known = sorted({*_names(context), "hotline"})
    what = Text("“{name}” is not known in templates.", name=name or detail)
    return what, did_you_mean(name, known, _LOOK_AT_GUIDE), _column(line, name)


def _others(code: str, detail: str) -> tuple[Text, Text]:
    match code:
        case "template-syntax":
            what = Text("The template mark cannot be read ({detail}).", detail=detail)
            return what, Text("Each {{{{ needs its }}}}, and each {{% if %}} its {{% endif %}}.")
        case "template-forbidden":
            what = Text("The template asks for something that templates may not reach.")
            return what, _LOOK_AT_GUIDE
        case "template-time":
            what = Text("The template takes longer than a tenth of a second and was stopped.")
            return what, Text("Remove the loop.")
        case "template-memory":
            what = Text("The template needs too much memory and was stopped.")
            return what, Text("Remove what makes the text so long.")
        case "template-long":
            what = Text("The template makes a text of more than {limit} characters.", limit=detail)
            return what, Text("Remove what makes the text so long.")
        case _:
            return Text("The template fails here ({detail}).", detail=detail), _LOOK_AT_GUIDE


def _names(context: Mapping[str, Any]) -> Iterator[str]:
    for name, value in context.items():
        if not name.startswith("$"):
            yield name
        if isinstance(value, Mapping):
            yield from _names(value)


def _column(line: str, name: str) -> int:
    marks = re.search(r"\{[{%#]", line)
    start = marks.start() if marks else 0
    found = line.find(name, start) if name else -1
    return (found if found >= 0 else start) + 1
