"""Passwords as Argon2id hashes (RFC 9106), a few at a time, so that sign-ins cannot exhaust the memory."""

from __future__ import annotations

import os
import unicodedata
from base64 import b64encode
from threading import BoundedSemaphore

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 12, 200
"""How many characters a password has (ASVS 5.0, 6.2.1 and 6.2.9)."""

AT_ONCE = 2
"""So many hashes are worked out at the same time."""

_LENGTH = 32
"""Bytes of a hash."""


class Passwords:
    """Hashes and compares. `memory` is in KiB."""

    def __init__(self, *, memory: int = 64 * 1024, iterations: int = 3, lanes: int = 4) -> None:
        self._memory, self._iterations, self._lanes = memory, iterations, lanes
        self._turn = BoundedSemaphore(AT_ONCE)
        self._nobodys = self._of_no_password()

    def hash(self, password: str) -> str:
        """The password's hash, with a salt of its own."""
        kdf = Argon2id(
            salt=os.urandom(16),
            length=_LENGTH,
            iterations=self._iterations,
            lanes=self._lanes,
            memory_cost=self._memory,
        )
        with self._turn:
            return kdf.derive_phc_encoded(_typed(password))

    def _of_no_password(self) -> str:
        """What no password fits, and costs as much to try; nothing has to be worked out for it."""
        salt, key = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, _LENGTH))
        cost = f"m={self._memory},t={self._iterations},p={self._lanes}"
        return f"$argon2id$v=19${cost}${salt}${key}"

    def fit(self, password: str, kept: str) -> bool:
        """Whether it is the password of the hash; without a hash it takes as long, and is not."""
        with self._turn:
            try:
                Argon2id.verify_phc_encoded(_typed(password), kept or self._nobodys)
            except InvalidKey:
                return False
        return bool(kept)


def _typed(password: str) -> bytes:
    """As it was typed; keyboards that write a Vietnamese letter in one sign or in several mean the same (NFC)."""
    return unicodedata.normalize("NFC", password).encode()
