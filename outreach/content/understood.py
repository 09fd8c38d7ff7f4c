"""What was made of message files, by their very bytes: whoever reads a campaign again works out only what is new in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from outreach.content.message_file import Reading
from outreach.domain.campaign import Campaign
from outreach.domain.problem import Problem

Made = tuple[Reading, tuple[Problem, ...]]
"""What stands in a file, and what is wrong with it by itself, whatever pictures lie beside it."""


class Understood:
    """Of the files of one campaign, as they were at its last reading. For one reader at a time."""

    def __init__(self) -> None:
        self._rules: Campaign | None = None
        self._before: dict[str, tuple[bytes, Made]] = {}
        self._now: dict[str, tuple[bytes, Made]] = {}

    def begin(self, rules: Campaign | None) -> None:
        """A reading begins under these rules; what was made under others does not count."""
        self._before, self._now = (self._now if rules == self._rules else {}), {}
        self._rules = rules

    def of(self, name: str, content: bytes, make: Callable[[], Made]) -> Made:
        """What `make` makes of the file `name`, or made of it when it had the same content."""
        digest = hashlib.sha256(content).digest()
        known = self._before.get(name)
        self._now[name] = known if known and known[0] == digest else (digest, make())
        return self._now[name][1]
