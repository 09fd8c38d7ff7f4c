"""What the service says on stderr: in the reader's language, one line an event, not to be forged."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from outreach.daemon.logs import JsonLines, PlainLines
from outreach.domain.text import Text


def record(message: object, *args: object, broken: bool = False) -> logging.LogRecord:
    try:
        raise ValueError("a\nFORGED\x1b[2J")
    except ValueError:
        trace = sys.exc_info() if broken else None
    return logging.LogRecord("outreach.x", logging.INFO, "f.py", 1, message, args, trace)


def test_sentences_are_in_the_readers_language() -> None:
    assert PlainLines("vi").format(record(Text("Stopped."))).endswith(" Đã dừng.")
    assert PlainLines("en").format(record(Text("Stopped."))).endswith(" Stopped.")
    assert json.loads(JsonLines("vi").format(record(Text("Stopped."))))["message"] == "Đã dừng."


def test_words_of_libraries_stay_as_they_are() -> None:
    assert PlainLines("vi").format(record("%d of %s", 3, "x")).endswith(" 3 of x")


@pytest.mark.asvs("16.4.1", "Neither a message nor an error makes a line of its own")
def test_nobody_can_forge_a_line() -> None:
    for broken in (False, True):
        first, *trace = PlainLines("en").format(record("a\nFORGED\rb", broken=broken)).split("\n")
        assert first.endswith(r"a\nFORGED\rb")
        assert bool(trace) is broken
        assert all(line.startswith("    ") for line in trace)


@pytest.mark.asvs("16.4.1", "Nothing steers the reader's terminal")
@pytest.mark.parametrize("sign", ["\x1b", "\x85", "\u2028", "\u202e", "\x00", "\x0b"])
def test_nothing_steers_the_readers_terminal(sign: str) -> None:
    for broken in (False, True):
        assert sign not in PlainLines("en").format(record(f"a{sign}b", broken=broken))
        assert sign not in JsonLines("en").format(record(f"a{sign}b", broken=broken))


def test_letters_and_tabs_stay() -> None:
    assert PlainLines("en").format(record("Chữ\tđẹp — “ổn”")).endswith("Chữ\tđẹp — “ổn”")


@pytest.mark.asvs("16.2.4", "One JSON object a line")
def test_json_keeps_a_traceback_in_its_line() -> None:
    line = JsonLines("en").format(record("x", broken=True))
    assert "\n" not in line
    found = json.loads(line)
    assert found["level"] == "info"
    assert "ValueError" in found["traceback"]
