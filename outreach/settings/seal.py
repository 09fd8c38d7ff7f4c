"""Tokens on disk are sealed with AES-GCM. Of several keys the newest seals and every one opens, so that keys can be exchanged.

A sealed text names its key by a digest; one from before that is tried with each.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = "outreach-sealed-1"
_SEALED = re.compile(rb"outreach-sealed-1\.([0-9a-f]{8})\.([A-Za-z0-9+/=]+)")
_NONCE = 12
_SIZE = 32


class Unopenable(Exception):
    """It is no sealed text, or none of the keys opens it."""


class Seal:
    """Seals with the first of the `keys` (32 bytes each); what was sealed for another `purpose` does not open."""

    def __init__(self, keys: Sequence[bytes], *, purpose: str) -> None:
        self._keys = {_name(key): key for key in keys}
        self._newest = _name(keys[0])
        self._purpose = purpose.encode()

    def close(self, plain: bytes) -> bytes:
        """The sealed text, one line of ASCII."""
        nonce = os.urandom(_NONCE)
        sealed = _cipher(self._keys[self._newest]).encrypt(nonce, plain, self._purpose)
        return f"{FORM}.{self._newest}.".encode() + base64.b64encode(nonce + sealed)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises `Unopenable`."""
        match = _SEALED.fullmatch(sealed)
        content = match[2] if match else sealed
        for name, key in self._keys.items():
            if match is None or match[1].decode() == name:
                with suppress(Unopenable):
                    return self._opened(content, key)
        raise Unopenable

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it, going by the key's name."""
        match = _SEALED.fullmatch(sealed)
        return match is not None and match[1].decode() == self._newest

    def _opened(self, content: bytes, key: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - only who has something sealed needs it

        try:
            whole = base64.b64decode(content, validate=True)
            return _cipher(key).decrypt(whole[:_NONCE], whole[_NONCE:], self._purpose)
        except (InvalidTag, ValueError) as error:
            raise Unopenable from error


def is_sealed(text: str) -> bool:
    """Whether a text says that it is sealed."""
    return _SEALED.fullmatch(text.encode()) is not None


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The keys of a setting, the newest first: each the base64 of 32 bytes, one a line or apart by blanks. Raises ValueError."""
    try:
        keys = [base64.b64decode(word, validate=True) for word in secret.split()]
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not keys or any(len(key) != _SIZE for key in keys):
        raise ValueError(len(keys))
    return tuple(keys)


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    return AESGCM(key)


def _name(key: bytes) -> str:
    return hashlib.sha256(b"outreach key " + key).hexdigest()[:8]
