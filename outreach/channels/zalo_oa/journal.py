"""Files that only grow: each record is on disk before anything is built upon it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from outreach.settings.seal import Seal, Unopenable
from outreach.settings.secrets import give_to_owner_of


class WrongKey(Exception):
    """Not one record can be opened with the keys."""


class Journal:
    """JSON records, one a line, readable by the owner only; with a `seal` each is sealed.

    A line that a power cut tore is passed over. What an older key sealed is sealed anew with the next record. Raises OSError, and
    `WrongKey` on reading.
    """

    def __init__(self, file: Path, *, seal: Seal | None = None) -> None:
        self._file = file
        self._seal = seal
        self._opened: dict[bytes, dict[str, Any] | None] = {}

    def append(self, record: dict[str, Any]) -> None:
        """Add a record; it is on disk when this returns."""
        line = self._closed(json.dumps(record, ensure_ascii=False).encode())
        with self._alone() as descriptor:
            is_new = os.fstat(descriptor).st_size == 0
            _write_all(descriptor, b"\n" + line + b"\n")
            os.fsync(descriptor)
            if is_new:
                _sync_folder(self._file.parent)
            # The record is safe; sealing the others anew can wait for the next one.
            with suppress(OSError):
                self._seal_anew()

    def renew(self) -> None:
        """Seal with the newest key what an older one has sealed."""
        if self._file.exists():
            with self._alone():
                self._seal_anew()

    def records(self) -> list[dict[str, Any]]:
        """Every whole record, oldest first."""
        lines = self._lines()
        self._opened = {line: self._known(line) for line in lines}
        found = [record for line in lines if (record := self._opened[line]) is not None]
        if lines and not found and self._seal:
            raise WrongKey(str(self._file))
        return found

    def _lines(self) -> list[bytes]:
        content = self._file.read_bytes() if self._file.exists() else b""
        return [line for line in content.split(b"\n") if line]

    def _known(self, line: bytes) -> dict[str, Any] | None:
        """A line never changes, so it is opened once; a year's tokens would take long each time."""
        return self._opened[line] if line in self._opened else self._record(line)

    def _record(self, line: bytes) -> dict[str, Any] | None:
        try:
            record = json.loads(self._seal.open(line) if self._seal else line)
        except (ValueError, Unopenable):
            return None
        return record if isinstance(record, dict) else None

    def _closed(self, plain: bytes) -> bytes:
        return self._seal.close(plain) if self._seal else plain

    def _seal_anew(self) -> None:
        """Put a file with the same records in place of this one; lines that no key opens stay as they are."""
        lines = self._lines()
        if self._seal is None or all(map(self._seal.is_newest, lines)):
            return
        anew = [self._resealed(self._seal, line) for line in lines]
        if anew == lines:
            return
        unfinished = self._file.with_name(f".{self._file.name}.unfinished")
        descriptor = os.open(
            unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
        )
        try:
            _write_all(descriptor, b"".join(b"\n" + line + b"\n" for line in anew))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        give_to_owner_of(self._file, (unfinished,))
        unfinished.replace(self._file)
        _sync_folder(self._file.parent)

    def _resealed(self, seal: Seal, line: bytes) -> bytes:
        if seal.is_newest(line):
            return line
        try:
            return seal.close(seal.open(line))
        except Unopenable:
            return line

    @contextmanager
    def _alone(self) -> Iterator[int]:
        """The file, open at its end, for one writer at a time; when another one has taken its place meanwhile, that."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        while True:
            descriptor = os.open(self._file, flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if _is_still(descriptor, self._file):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)


def _is_still(descriptor: int, file: Path) -> bool:
    return file.exists() and os.path.samestat(os.fstat(descriptor), file.stat())


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
