"""Files that only grow: each record is on disk before anything is built upon it."""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_PURPOSE = b"outreach zalo_oa"


class WrongKey(Exception):
    """Not one record can be opened with this key."""


class Journal:
    """JSON records, one a line, readable by the owner only; with `key` (32 bytes) each is sealed with AES-GCM.

    A line that a power cut tore is passed over. Raises OSError, and `WrongKey` on reading.
    """

    def __init__(self, file: Path, *, key: bytes | None = None) -> None:
        self._file = file
        self._seal = AESGCM(key) if key else None

    def append(self, record: dict[str, Any]) -> None:
        """Add a record; it is on disk when this returns."""
        is_new = not self._file.exists()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        line = b"\n" + self._closed(json.dumps(record, ensure_ascii=False).encode()) + b"\n"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self._file, flags, 0o600)
        try:
            _write_all(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self._file.parent)

    def records(self) -> list[dict[str, Any]]:
        """Every whole record, oldest first."""
        lines = self._file.read_bytes().split(b"\n") if self._file.exists() else []
        lines = [line for line in lines if line]
        found = list(self._opened(lines))
        if lines and not found and self._seal:
            raise WrongKey(str(self._file))
        return found

    def _opened(self, lines: list[bytes]) -> Iterator[dict[str, Any]]:
        for line in lines:
            try:
                record = json.loads(self._open(line))
            except (ValueError, binascii.Error, InvalidTag):
                continue
            if isinstance(record, dict):
                yield record

    def _closed(self, plain: bytes) -> bytes:
        if self._seal is None:
            return plain
        nonce = os.urandom(_NONCE)
        return base64.b64encode(nonce + self._seal.encrypt(nonce, plain, _PURPOSE))

    def _open(self, line: bytes) -> bytes:
        if self._seal is None:
            return line
        sealed = base64.b64decode(line, validate=True)
        return self._seal.decrypt(sealed[:_NONCE], sealed[_NONCE:], _PURPOSE)


def _write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
