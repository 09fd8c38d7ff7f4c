"""Photos that prove work which people did: each kept under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from outreach.domain.text import Text

LARGEST = 50 * 1024 * 1024
"""Bytes of the largest photo that is taken."""

BEGINNINGS = {
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"RIFF": ".webp",
    b"%PDF-": ".pdf",
}
"""How files of the kinds that we take begin, and the ending that they get."""

HEIC = ".heic"
ENDINGS = (*BEGINNINGS.values(), HEIC)
"""Every ending that a kept photo may have."""

_HEIC_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")


class NotAPhoto(Exception):
    """These bytes are no photo that we know; `text` says so, `mend` what to take instead."""

    def __init__(self, text: Text, mend: Text) -> None:
        super().__init__(str(text))
        self.text, self.mend = text, mend


def keep(name: str, content: bytes, folder: Path) -> dict[str, str]:
    """Keep a photo durably as `folder`/<sha256><ending>; give its hash and name for the receipt. Raises `NotAPhoto`."""
    ending = _ending(name, content)
    digest = hashlib.sha256(content).hexdigest()
    target = folder / f"{digest}{ending}"
    if not target.exists():
        _write(content, target)
    return {"photo": name[:200], "photo_sha256": digest}


def find(digest: str, folder: Path) -> Path | None:
    """The kept photo with that hash."""
    files = (folder / f"{digest}{ending}" for ending in ENDINGS)
    return next((file for file in files if file.is_file()), None)


def _ending(name: str, content: bytes) -> str:
    if len(content) > LARGEST:
        raise NotAPhoto(
            Text("The photo {file} is too large.", file=name),
            Text("Take one of at most 50 MB."),
        )
    for beginning, ending in BEGINNINGS.items():
        if content.startswith(beginning):
            return ending
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return HEIC
    raise NotAPhoto(
        Text("{file} is not a photo that we know.", file=name),
        Text("Take a JPEG, PNG, WebP, HEIC or PDF."),
    )


def _write(content: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o640)
    Path(file.name).replace(target)
