"""Links that approve: signed, bound to one person and one text, and over after a while. What they say is no secret."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

GOOD_FOR = timedelta(days=2)
"""So long may a link be used."""

LONGEST = 1000
"""No link of ours has more letters."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """`person` may approve the rendition `digest` until `until` (aware UTC)."""

    person: str
    digest: str
    until: datetime


class Links:
    """Signs with the first of the `keys` (32 bytes each, HMAC-SHA-256) and believes what any of them signed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = [_derived(key) for key in keys]

    def sign(self, link: Link) -> str:
        """The link as letters that fit an address."""
        said = json.dumps([link.person, link.digest, int(link.until.timestamp())])
        content = base64.urlsafe_b64encode(said.encode())
        return f"{content.decode()}.{_mac(self._keys[0], content)}"

    def read(self, text: str) -> Link | None:
        """What it says, whether or not it is over; None when nobody of ours signed it."""
        content, _, mac = text[:LONGEST].encode("utf-8", "replace").partition(b".")
        good = [hmac.compare_digest(mac, _mac(key, content).encode()) for key in self._keys]
        return _link(content) if any(good) else None


def _link(content: bytes) -> Link | None:
    try:
        person, digest, until = json.loads(base64.urlsafe_b64decode(content))
        return Link(person=person, digest=digest, until=datetime.fromtimestamp(until, UTC))
    except (binascii.Error, ValueError):
        return None


def _mac(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, "sha256").hexdigest()


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"outreach approval links").derive(
        key
    )
