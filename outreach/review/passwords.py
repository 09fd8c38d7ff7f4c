"""Passwords as Argon2id hashes (RFC 9106), a few at a time, so that sign-ins cannot exhaust the memory."""

from __future__ import annotations

import os
import unicodedata
from threading import BoundedSemaphore

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SHORTEST, LONGEST = 12, 200
"""How many characters a password has (ASVS 5.0, 6.2.1 and 6.2.9)."""

AT_ONCE = 2
"""So many hashes are worked out at the same time."""


class Passwords:
    """Hashes and compares. `memory` is in KiB."""

    def __init__(self, *, memory: int = 64 * 1024, iterations: int = 3, lanes: int = 4) -> None:
        self._memory, self._iterations, self._lanes = memory, iterations, lanes
        self._turn = BoundedSemaphore(AT_ONCE)
        self._nobodys = self.hash(os.urandom(16).hex())

    def hash(self, password: str) -> str:
        """The password's hash, with a salt of its own."""
        kdf = Argon2id(
            salt=os.urandom(16),
            length=32,
            iterations=self._iterations,
            lanes=self._lanes,
            memory_cost=self._memory,
        )
        with self._turn:
            return kdf.derive_phc_encoded(_typed(password))

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
