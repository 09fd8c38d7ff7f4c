"""Pictures and videos as they will be sent: kept once under the hash of their bytes, so that a later edit cannot change them.

What a service would not take as it is gets prepared; beside the pictures, `prepared`/ notes what became of which original, so that
this is done once and stays the same when the library that does it is exchanged.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, BinaryIO

from outreach.content.files import Folder
from outreach.content.findings import Refused
from outreach.content.pictures import LARGEST_PICTURE, examine, place_of_picture
from outreach.content.prepared import RECIPE, fitted
from outreach.content.videos import LARGEST_VIDEO, examine_video
from outreach.domain.artwork import CardOrder
from outreach.domain.capabilities import PictureLimits
from outreach.domain.message import Message, Picture
from outreach.domain.problem import Place, Problem, Problems
from outreach.domain.rendition import Media

_PIECE = 1024 * 1024


class MediaStore:
    """Copies pictures from a campaign's `folder` into `stored`/<sha256 in hex>."""

    def __init__(self, folder: Path, stored: Path) -> None:
        self._folder, self._stored = folder, stored
        self._known: dict[tuple[object, ...], Media] = {}

    def of(self, message: Message, limits: PictureLimits | None = None) -> tuple[Media, ...]:
        """The message's pictures, each within the limits; raises `Problems`."""
        if not message.pictures:
            return ()
        with Folder(self._folder) as opened:
            return tuple(
                self._one(opened, message, number, limits)
                for number in range(len(message.pictures))
            )

    def video(self, message: Message, limit: int | None) -> Media | None:
        """The message's video, of at most `limit` bytes; None where the channel takes none. Raises `Problems`."""
        if not message.video or limit is None:
            return None
        with Folder(self._folder) as opened:
            version = opened.version(message.video)
            known = ("video", message.video, version, limit)
            if known not in self._known or not any(version):
                with _told_at(message.place("video")):
                    self._known[known] = self._kept_video(opened, message.video, limit)
            return self._known[known]

    def _kept_video(self, opened: Folder, path: str, limit: int) -> Media:
        with opened.opened(path, at_most=min(limit, LARGEST_VIDEO)) as file:
            found = examine_video(file, path)
            digest, size = keep_copy(self._stored, file)
        return Media(
            sha256=digest,
            mime=found.mime,
            width=found.width,
            height=found.height,
            size=size,
            alt="",
            name=path.rsplit("/", 1)[-1],
            file=self._stored / digest,
        )

    def drawn(self, order: CardOrder, limits: PictureLimits | None = None) -> Media:
        """The card that was ordered, within the limits; drawn once. Raises `Unusable`."""
        known = (order.key, order.alt, limits)
        if known not in self._known:
            data = self._drawing(order)
            medium = self._kept(data, Picture(file=order.name, alt=order.alt))
            self._known[known] = (
                self._prepared(medium, data, limits, as_cover=limits.cover is not None)
                if limits
                else medium
            )
        return self._known[known]

    def _drawing(self, order: CardOrder) -> bytes:
        """What was drawn before, so that it stays the same when the program that draws is exchanged; or a new drawing."""
        note = f"card-{order.key}"
        if digest := self._noted(note):
            return (self._stored / digest).read_bytes()
        drawn = order.draw()
        digest = hashlib.sha256(drawn).hexdigest()
        keep(self._stored, digest, drawn)
        keep(self._stored / "prepared", note, digest.encode())
        return drawn

    def _one(
        self, opened: Folder, message: Message, number: int, limits: PictureLimits | None
    ) -> Media:
        picture = message.pictures[number]
        version = opened.version(picture.file)
        as_cover = number == 0 and limits is not None and limits.cover is not None
        known = (picture.file, picture.alt, version, limits, as_cover)
        if known in self._known and any(version):
            return self._known[known]
        with _told_at(place_of_picture(message, number)):
            data = opened.read(picture.file, at_most=LARGEST_PICTURE)
            medium = self._kept(data, picture)
            if limits:
                medium = self._prepared(medium, data, limits, as_cover=as_cover)
        self._known[known] = medium
        return medium

    def _kept(self, data: bytes, picture: Picture) -> Media:
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

    def _prepared(
        self, original: Media, data: bytes, limits: PictureLimits, *, as_cover: bool
    ) -> Media:
        recipe = hashlib.sha256(repr((RECIPE, limits, as_cover)).encode()).hexdigest()[:16]
        note = f"{original.sha256}-{recipe}"
        digest = self._noted(note)
        if digest is None:
            made = fitted(data, original.name, limits, as_cover=as_cover)
            digest = hashlib.sha256(made).hexdigest()
            keep(self._stored, digest, made)
            keep(self._stored / "prepared", note, digest.encode())
        return original if digest == original.sha256 else self._remade(original, digest)

    def _noted(self, note: str) -> str | None:
        """The digest of what was made before, if both the note and the picture are whole."""
        try:
            digest = (self._stored / "prepared" / note).read_text("ascii")
            made = (self._stored / digest).read_bytes()
        except (OSError, ValueError):
            return None
        return digest if hashlib.sha256(made).hexdigest() == digest else None

    def _remade(self, original: Media, digest: str) -> Media:
        name = original.name.rpartition(".")[0] + ".jpg"
        made = (self._stored / digest).read_bytes()
        found = examine(made, name)
        return replace(
            original,
            sha256=digest,
            mime=found.mime,
            width=found.width,
            height=found.height,
            size=len(made),
            name=name,
            file=self._stored / digest,
            original=original.sha256,
        )


def keep(stored: Path, digest: str, data: bytes) -> None:
    """Write bytes under their digest, atomically and durably; nothing is done when they are there already."""
    target = stored / digest
    if target.exists() and target.stat().st_size == len(data):
        return
    with _new_file(stored) as file:
        file.write(data)
    Path(file.name).replace(target)


def keep_copy(stored: Path, source: BinaryIO) -> tuple[str, int]:
    """As `keep`, an open file, piece by piece; gives the digest and how many bytes that is."""
    digest, size = _through(source)
    target = stored / digest
    if target.exists() and target.stat().st_size == size:
        return digest, size
    with _new_file(stored) as file:
        digest, size = _through(source, file)
    Path(file.name).replace(stored / digest)
    return digest, size


def _through(source: BinaryIO, copy: IO[bytes] | None = None) -> tuple[str, int]:
    """The digest and the length of a whole file, which is copied on the way."""
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while part := source.read(_PIECE):
        digest.update(part)
        size += len(part)
        if copy:
            copy.write(part)
    return digest.hexdigest(), size


@contextmanager
def _new_file(stored: Path) -> Iterator[IO[bytes]]:
    """A file of no consequence until it gets its name; whole and durable at the end."""
    stored.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=stored, prefix=".", delete=False) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _told_at(place: Place) -> Iterator[None]:
    """What is refused is a problem at this place."""
    try:
        yield
    except Refused as refused:
        problem = Problem(place=place, code=refused.code, what=refused.what, mend=refused.mend)
        raise Problems((problem,)) from refused
