"""Everything that the platform holds, in one append-only file: what a killed process has accepted stays accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Ledger:
    """Objects by id, in the order in which they appeared. `file` None keeps them in memory only."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._objects: dict[str, dict[str, Any]] = {}
        self._gone: dict[str, dict[str, Any]] = {}
        self._entries = 0
        for entry in _entries(file):
            self._replay(entry)
        self._repair()

    def put(self, thing: dict[str, Any]) -> dict[str, Any]:
        """Add an object, or replace the one with its `id`."""
        self._record({"put": thing})
        return thing

    def drop(self, name: str) -> None:
        """Remove an object."""
        self._record({"drop": name})

    def get(self, name: str) -> dict[str, Any] | None:
        """The object with this id."""
        return self._objects.get(name)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """All objects of one kind, the newest first."""
        return [thing for thing in reversed(self._objects.values()) if thing["kind"] == kind]

    def gone(self, kind: str) -> list[dict[str, Any]]:
        """All objects of one kind that were removed, the newest first."""
        return [thing for thing in reversed(self._gone.values()) if thing["kind"] == kind]

    def next_number(self) -> int:
        """A number that no object has yet."""
        return 100_000 + self._entries

    def _record(self, entry: dict[str, Any]) -> None:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as opened:
                opened.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self._replay(entry)

    def _replay(self, entry: dict[str, Any]) -> None:
        self._entries += 1
        if "put" in entry:
            self._objects[entry["put"]["id"]] = entry["put"]
        else:
            thing = self._objects.pop(entry["drop"], None)
            self._gone |= {entry["drop"]: thing} if thing else {}

    def _repair(self) -> None:
        """End a torn last line, so that the next entry begins on a line of its own."""
        if self._file and self._file.exists() and not self._file.read_bytes().endswith(b"\n"):
            with self._file.open("ab") as opened:
                opened.write(b"\n")


def _entries(file: Path | None) -> Iterator[dict[str, Any]]:
    if file is None or not file.exists():
        return
    for line in file.read_bytes().splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
