"""The template marks that nearly every text uses, a name and perhaps a filter, filled in without starting a process."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from outreach.content.template_worker import clock, day

_MARK = re.compile(
    r"(?<!\{)\{\{ *([a-z_]+(?:\.[a-z_]+)*) *(?:\| *(day|time|upper|lower) *)?\}\}(?!\})"
)
_ANY_MARK = re.compile(r"\{[{%#]|[}%#]\}")
_FILTERS: Mapping[str, Callable[[Any], str]] = {
    "day": day,
    "time": clock,
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
}


def fill_in(source: str, context: Mapping[str, Any]) -> str | None:
    """The text exactly as the template process would give it; None when there is anything that only that can decide."""
    if _ANY_MARK.search(_MARK.sub("", source)) or source.endswith("\n"):
        return None
    try:
        return _MARK.sub(lambda mark: _value(mark, context), source)
    except (LookupError, TypeError, ValueError):
        return None


def _value(mark: re.Match[str], context: Mapping[str, Any]) -> str:
    found: Any = context
    for name in mark[1].split("."):
        if not isinstance(found, Mapping):
            raise TypeError(name)
        found = found[name]
    if isinstance(found, Mapping):
        found = _instant(found)
    if isinstance(found, list) or (mark[2] in ("day", "time") and not isinstance(found, date)):
        raise TypeError(mark[1])
    return _FILTERS[mark[2]](found) if mark[2] else str(found)


def _instant(value: Mapping[str, Any]) -> date:
    """A date or time as the context carries it; raises `LookupError` for any other mapping."""
    return (
        date.fromisoformat(value["$day"])
        if "$day" in value
        else datetime.fromisoformat(value["$time"])
    )
