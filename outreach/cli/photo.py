"""A photo that proves work which people did: kept under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from outreach.cli.stop import Stop
from outreach.domain.text import Text

LARGEST = 50 * 1024 * 1024
BEGINNINGS = {
    b"\xff\xd8\xff": ".jpg",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"RIFF": ".webp",
    b"%PDF-": ".pdf",
}
"""How files of the kinds that we take begin, and the ending that they get."""


def keep_photo(photo: Path, state: Path) -> dict[str, str]:
    """Copy a photo to `state`/evidence/<sha256><ending>, durably; give its hash and name for the receipt. Raises `Stop`."""
    content = _read(photo)
    ending = _ending(content, photo)
    digest = hashlib.sha256(content).hexdigest()
    target = state / "evidence" / f"{digest}{ending}"
    if not target.exists():
        _write(content, target)
    return {"photo": photo.name, "photo_sha256": digest}


def _read(photo: Path) -> bytes:
    if not photo.is_file():
        raise Stop(Text("There is no photo {file}.", file=str(photo)), Text("Check the path."))
    with photo.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Stop(
            Text("The photo {file} is too large.", file=str(photo)),
            Text("Take one of at most 50 MB."),
        )
    return content


def _ending(content: bytes, photo: Path) -> str:
    for beginning, ending in BEGINNINGS.items():
        if content.startswith(beginning):
            return ending
    if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif"):
        return ".heic"
    raise Stop(
        Text("{file} is not a photo that we know.", file=str(photo)),
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
