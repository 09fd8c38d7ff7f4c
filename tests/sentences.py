"""What the planning, the files and the dispatcher say in a test, they can say in Vietnamese, and whole."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest

from outreach.domain.text import Text
from outreach.locale import catalogue

ROOMS = ("outreach.domain.", "outreach.dispatch.", "outreach.content.")
STORED = "outreach.domain.text"  # gives back what was said before


@pytest.fixture(autouse=True)
def every_sentence_is_whole(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Listens to each sentence that the program makes while the test runs, shown or not."""
    said: set[tuple[str, tuple[tuple[str, type], ...]]] = set()
    make = Text.__init__

    def listen(text: Text, msgid: str, /, **values: Any) -> None:
        make(text, msgid, **values)
        speaker = sys._getframe(1).f_globals["__name__"]
        if speaker.startswith(ROOMS) and speaker != STORED:
            said.add((msgid, tuple((name, type(value)) for name, value in values.items())))

    monkeypatch.setattr(Text, "__init__", listen)
    yield
    assert not [fault for one in said for fault in faults(*one)]


def faults(msgid: str, values: tuple[tuple[str, type], ...]) -> Iterator[str]:
    """Why a reader would stumble over this sentence."""
    if msgid not in catalogue("vi"):
        yield f"not in the Vietnamese catalogue: {msgid!r}"
        return
    asked = {field for _, field, _, _ in Formatter().parse(msgid) if field is not None}
    if asked != {name for name, _ in values}:
        yield f"asked {sorted(asked)}, given {sorted(name for name, _ in values)}: {msgid!r}"
    for name, kind in values:
        if not issubclass(kind, str | int | float | Text):
            yield f"{name} is a {kind.__name__}: {msgid!r}"
