"""What the exit code of every command means."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from outreach.domain.text import Text


class ExitCode(IntEnum):
    """How a command ended, for scripts."""

    OK = 0
    FOUND_PROBLEMS = 1
    BAD_INPUT = 2
    REFUSED = 3
    HELD = 4
    STORE = 5
    FAULT = 70
    INTERRUPTED = 130
    READER_LEFT = 141


MEANINGS: Mapping[ExitCode, Text] = {
    ExitCode.OK: Text("Done, and nothing was found to be wrong."),
    ExitCode.FOUND_PROBLEMS: Text("Done, and something was found that needs a person."),
    ExitCode.BAD_INPUT: Text("The command, a file or the configuration cannot be used as written."),
    ExitCode.REFUSED: Text("Refused to protect the campaign; the sentence says what to do."),
    ExitCode.HELD: Text("Another daemon already works on this database."),
    ExitCode.STORE: Text("The database cannot be used."),
    ExitCode.FAULT: Text("A fault in outreach itself."),
    ExitCode.INTERRUPTED: Text("Stopped with Ctrl-C."),
    ExitCode.READER_LEFT: Text("The program that read the output went away."),
}
