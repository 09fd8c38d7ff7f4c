"""Photos: their bytes, what may be uploaded, and how long an unpublished one is kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from outreach.sandbox.facebook.ledger import Ledger
from outreach.sandbox.facebook.wire import Call, GraphError

KEPT = 86_400.0
"""Seconds for which an unpublished photo may still be attached to a post."""

LARGEST = 10_000_000
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class Photos:
    """The photos in a ledger; their bytes lie in `media`, or in memory."""

    def __init__(self, ledger: Ledger, media: Path | None) -> None:
        self._ledger = ledger
        self._media = media
        self._bytes: dict[str, bytes] = {}

    def add(self, call: Call, caption: str, now: float) -> str:
        """Take an uploaded photo and give its id. Raises `GraphError`."""
        content = call.files[0] if call.files else b""
        pictured = content.startswith(_SIGNATURES) and len(content) <= LARGEST
        if not pictured and (content or not call.text("url")):
            raise GraphError(324, "(#324) Missing or invalid image file", subcode=2069019)
        return self.put(content, now, caption=caption, alt=call.text("alt_text_custom"))

    def put(self, content: bytes, now: float, *, caption: str = "", alt: str = "") -> str:
        """Store a photo and give its id."""
        facts = {"sha256": self._store(content), "caption": caption, "post": "", "alt": alt}
        number = str(self._ledger.next_number())
        moment = {"created": now, "visible": now}
        self._ledger.put({"id": number, "kind": "photo", **facts, **moment})
        return number

    def attachable(self, name: str, now: float) -> None:
        """Whether a post may take this photo. Raises `GraphError`."""
        photo = self._ledger.get(name)
        if photo is None or photo["kind"] != "photo":
            raise GraphError(100, "Invalid parameter: the photo does not exist")
        if photo["post"]:
            raise GraphError(100, "These photos were already posted", subcode=1366051)
        if photo["created"] + KEPT < now:
            self._ledger.drop(name)
            raise GraphError(100, "Invalid parameter: the photo has expired")

    def keep(self, name: str, post: str = "") -> None:
        """Remember where a photo is used, so that it does not expire."""
        photo = self._ledger.get(name)
        if photo:
            self._ledger.put(photo | {"post": post or photo["post"] or "cover"})

    def content(self, name: str) -> bytes | None:
        """The bytes behind a photo's id."""
        photo = self._ledger.get(name)
        if photo is None:
            return None
        digest = str(photo["sha256"])
        return (self._media / digest).read_bytes() if self._media else self._bytes.get(digest)

    def _store(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        if self._media:
            self._media.mkdir(parents=True, exist_ok=True)
            (self._media / digest).write_bytes(content)
        else:
            self._bytes[digest] = content
        return digest
