"""What went wrong in a rehearsal, in a file beside the far ends' memories: a month that is cut off and resumed is told whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from outreach.rehearsal.faults import Fault

_TRIED: ContextVar[str] = ContextVar("tried", default="")


@contextmanager
def trying(key: str) -> Iterator[None]:
    """What goes wrong in here meets the delivery `key`."""
    token = _TRIED.set(key)
    try:
        yield
    finally:
        _TRIED.reset(token)


@dataclass(frozen=True, kw_only=True)
class Struck:
    """One fault that struck `channel` at an instant (aware UTC); `key` names the delivery that met it, "" for a count.

    `Fault.NONE` stands for a person who gave permission again.
    """

    at: datetime
    channel: str
    fault: Fault
    key: str


class Record:
    """All that struck, in order."""

    def __init__(self, file: Path, now: Callable[[], datetime]) -> None:
        self._file, self._now = file, now

    def note(self, channel: str, fault: Fault) -> None:
        """Write down that a fault strikes now."""
        row = [self._now().isoformat(), channel, fault.value, _TRIED.get()]
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps(row)}")

    def struck(self) -> list[Struck]:
        """Everything; a line that a crash cut short struck nobody."""
        return list(self._read()) if self._file.exists() else []

    def _read(self) -> Iterator[Struck]:
        for line in self._file.read_text("utf-8").splitlines():
            with suppress(ValueError):
                at, channel, fault, key = json.loads(line)
                yield Struck(
                    at=datetime.fromisoformat(at), channel=channel, fault=Fault(fault), key=key
                )
