"""Pictures as they will be sent: copied once under the hash of their bytes, so that a later edit cannot change them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from outreach.content.files import Folder
from outreach.content.findings import Refused
from outreach.content.pictures import LARGEST_PICTURE, examine, place_of_picture
from outreach.domain.message import Message, Picture
from outreach.domain.problem import Problem, Problems
from outreach.domain.rendition import Media


class MediaStore:
    """Copies pictures from a campaign's `folder` into `stored`/<sha256 in hex>."""

    def __init__(self, folder: Path, stored: Path) -> None:
        self._folder, self._stored = folder, stored
        self._known: dict[tuple[str, str, tuple[int, int, int]], Media] = {}

    def of(self, message: Message) -> tuple[Media, ...]:
        """The message's pictures, copied; raises `Problems`."""
        if not message.pictures:
            return ()
        with Folder(self._folder) as opened:
            return tuple(
                self._one(opened, message, number) for number in range(len(message.pictures))
            )

    def _one(self, opened: Folder, message: Message, number: int) -> Media:
        picture = message.pictures[number]
        version = opened.version(picture.file)
        known = (picture.file, picture.alt, version)
        if known in self._known and any(version):
            return self._known[known]
        try:
            self._known[known] = self._copy(opened, picture)
        except Refused as refused:
            place = place_of_picture(message, number)
            problem = Problem(place=place, code=refused.code, what=refused.what, mend=refused.mend)
            raise Problems((problem,)) from refused
        return self._known[known]

    def _copy(self, opened: Folder, picture: Picture) -> Media:
        data = opened.read(picture.file, at_most=LARGEST_PICTURE)
        found = examine(data, picture.file)
        digest = hashlib.sha256(data).hexdigest()
        keep(self._stored, digest, data)
        return Media(
            sha256=digest,
            mime=found.mime,
            width=found.width,
            height=found.height,
            size=len(data),
            alt=picture.alt,
            name=picture.file.rsplit("/", 1)[-1],
            file=self._stored / digest,
        )


def keep(stored: Path, digest: str, data: bytes) -> None:
    """Write bytes under their digest, atomically and durably; nothing is done when they are there already."""
    target = stored / digest
    if target.exists() and target.stat().st_size == len(data):
        return
    stored.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=stored, prefix=".", delete=False) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(target)
