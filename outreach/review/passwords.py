"""Passwords as Argon2id hashes (RFC 9106), a few at a time, so that sign-ins cannot exhaust the memory."""

from __future__ import annotations

import os
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from outreach.review.pace import TooOften

SHORTEST, LONGEST = 12, 200
"""How many characters a password has (ASVS 5.0, 6.2.1 and 6.2.9)."""

AT_ONCE = 2
"""So many hashes are worked out at the same time."""

WAITING = 8
"""So many more may wait for that; others come again later, so that whoever only reads never waits for those who try passwords."""

_LENGTH = 32
"""Bytes of a hash."""


class Passwords:
    """Hashes and compares. `memory` is in KiB."""

    def __init__(self, *, memory: int = 64 * 1024, iterations: int = 3, lanes: int = 4) -> None:
        self._memory, self._iterations, self._lanes = memory, iterations, lanes
        self._turn, self._room = BoundedSemaphore(AT_ONCE), BoundedSemaphore(AT_ONCE + WAITING)
        self._nobodys = self._of_no_password()

    def hash(self, password: str) -> str:
        """The password's hash, with a salt of its own. Raises `TooOften`."""
        kdf = Argon2id(
            salt=os.urandom(16),
            length=_LENGTH,
            iterations=self._iterations,
            lanes=self._lanes,
            memory_cost=self._memory,
        )
        with self._waited():
            return kdf.derive_phc_encoded(_typed(password))

    def _of_no_password(self) -> str:
        """What no password fits, and costs as much to try; nothing has to be worked out for it."""
        salt, key = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, _LENGTH))
        cost = f"m={self._memory},t={self._iterations},p={self._lanes}"
        return f"$argon2id$v=19${cost}${salt}${key}"

    def fit(self, password: str, kept: str) -> bool:
        """Whether it is the password of the hash; without a hash it takes as long, and is not. Raises `TooOften`."""
        with self._waited():
            try:
                Argon2id.verify_phc_encoded(_typed(password), kept or self._nobodys)
            except InvalidKey:
                return False
        return bool(kept)

    @contextmanager
    def _waited(self) -> Iterator[None]:
        if not self._room.acquire(blocking=False):
            raise TooOften(1)
        try:
            with self._turn:
                yield
        finally:
            self._room.release()


def _typed(password: str) -> bytes:
    """As it was typed; keyboards that write a Vietnamese letter in one sign or in several mean the same (NFC)."""
    return unicodedata.normalize("NFC", password).encode()
