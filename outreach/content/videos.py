"""A message's video: that it is there, is what it claims, and is whole. Its boxes (ISO 14496-12) are walked by hand."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from outreach.content.files import Folder
from outreach.content.findings import Findings, Refused
from outreach.content.pictures import Format
from outreach.domain.message import Message
from outreach.domain.text import Text

LARGEST_VIDEO = 100 * 1024 * 1024
MOST_BOXES = 10_000
_SUFFIXES = (".mp4", ".m4v", ".mov")
_NEEDED = {b"ftyp", b"moov", b"mdat"}

Box = tuple[bytes, int, int]
"""Its kind, where its content begins, and where it ends."""


def examine_video(file: BinaryIO, name: str) -> Format:
    """The format of an MP4 or QuickTime video; raises `Refused` when it is none, is not whole, or shows no picture."""
    size = file.seek(0, 2)
    try:
        boxes = {kind: (begin, end) for kind, begin, end in _boxes(file, 0, size)}
        if not boxes.keys() >= _NEEDED:
            raise ValueError("a box is missing")
        width, height = _largest_track(file, *boxes[b"moov"])
        file.seek(boxes[b"ftyp"][0])
        brand = file.read(4)
    except (struct.error, ValueError) as error:
        what = Text("“{name}” is not an MP4 or MOV video, or it is damaged.", name=name)
        mend = Text("Open it in a video program and save it anew as MP4 (H.264).")
        raise Refused("video-format", what, mend) from error
    if not name.lower().endswith(_SUFFIXES):
        what = Text("“{name}” is in truth a video.", name=name)
        mend = Text("Rename it so that it ends in {ending}.", ending=_SUFFIXES[0])
        raise Refused("video-misnamed", what, mend)
    mime = "video/quicktime" if brand == b"qt  " else "video/mp4"
    return Format(mime=mime, width=width, height=height)


def check_video(folder: Folder, message: Message, findings: Findings) -> None:
    """Note a video that could not be published."""
    if not message.video:
        return
    try:
        with folder.opened(message.video, at_most=LARGEST_VIDEO) as file:
            examine_video(file, message.video)
    except Refused as refused:
        findings.error(message.place("video"), refused.code, refused.what, refused.mend)


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[Box]:
    """The boxes between two places, which they must fill. Raises ValueError and struct.error."""
    for _ in range(MOST_BOXES):
        if at == end:
            return
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        begin = at + 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
            begin += 8
        after = end if length == 0 else at + length
        if not begin <= after <= end:
            raise ValueError("a box is cut off")
        yield kind, begin, after
        at = after
    raise ValueError("there are too many boxes")


def _largest_track(file: BinaryIO, at: int, end: int) -> tuple[int, int]:
    """Width and height in pixels of the largest track; sound has none. Raises ValueError when no track shows anything."""
    sizes = [
        _size(file, last)
        for kind, begin, after in _boxes(file, at, end)
        if kind == b"trak"
        for inner, _, last in _boxes(file, begin, after)
        if inner == b"tkhd"
    ]
    width, height = max(sizes, default=(0, 0))
    if not (width and height):
        raise ValueError("nothing to see")
    return width, height


def _size(file: BinaryIO, header_end: int) -> tuple[int, int]:
    """The last two fields of a track's header, whole pixels of 16.16 numbers."""
    file.seek(header_end - 8)
    width, height = struct.unpack(">II", file.read(8))
    return width >> 16, height >> 16
