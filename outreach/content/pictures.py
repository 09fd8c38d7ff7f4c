"""A message's pictures: that they are there, are what they claim, and are not absurdly large. Headers are read by hand."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from outreach.content.files import Folder
from outreach.content.findings import Findings, Refused, did_you_mean
from outreach.domain.message import Message, Picture
from outreach.domain.problem import Place
from outreach.domain.text import Text

LARGEST_PICTURE = 10 * 1024 * 1024
LARGEST_HEADER = 1024 * 1024
MOST_PIXELS = 50_000_000
LARGEST_SIDE = 20_000
_SUFFIXES = {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg"), "image/webp": (".webp",)}
_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, kw_only=True)
class Format:
    """What a picture's header says; sizes in pixels."""

    mime: str
    width: int
    height: int


def examine(data: bytes, name: str) -> Format:
    """The format of a PNG, JPEG or WebP picture; raises `Refused` when it is none, damaged, misnamed or absurdly large."""
    found = recognise(data, name)
    if not name.lower().endswith(_SUFFIXES[found.mime]):
        what = Text(
            "“{name}” is in truth a picture of the type {type}.", name=name, type=found.mime
        )
        raise Refused(
            "picture-misnamed",
            what,
            Text("Rename it so that it ends in {ending}.", ending=_SUFFIXES[found.mime][0]),
        )
    return found


def recognise(data: bytes, name: str) -> Format:
    """As `examine`, whatever the ending of the name."""
    try:
        found = _png(data) or _jpeg(data) or _webp(data)
    except (struct.error, IndexError):
        found = None
    if found is None:
        what = Text("“{name}” is not a PNG, JPEG or WebP picture, or it is damaged.", name=name)
        raise Refused(
            "picture-format",
            what,
            Text("Open it in a picture program and save it anew as PNG or JPEG."),
        )
    _refuse_absurd(found, name)
    return found


def ending(found: Format) -> str:
    """How the name of a picture of that format ends."""
    return _SUFFIXES[found.mime][0]


def check_pictures(folder: Folder, message: Message, findings: Findings) -> None:
    """Note every picture of a message that could not be published."""
    for number, picture in enumerate(message.pictures):
        if picture.file:
            try:
                head = folder.read(picture.file, at_most=LARGEST_PICTURE, head=LARGEST_HEADER)
                examine(head, picture.file)
            except Refused as refused:
                mend = (
                    _other_names(folder, picture)
                    if refused.code == "file-missing"
                    else refused.mend
                )
                findings.error(
                    place_of_picture(message, number),
                    refused.code,
                    refused.what,
                    mend or refused.mend,
                )


def place_of_picture(message: Message, number: int) -> Place:
    """Where the picture's file is named."""
    key = "image" if "image" in message.places else f"images[{number}]"
    return message.places.get(key, message.place("images"))


def _other_names(folder: Folder, picture: Picture) -> Text | None:
    parent, _, name = picture.file.rpartition("/")
    try:
        names = folder.names(*parent.split("/")) if parent else folder.names()
    except Refused:
        return None
    otherwise = Text("Copy the picture into the folder media/ and write media/ and its name.")
    return did_you_mean(name, names, otherwise)


def _refuse_absurd(found: Format, name: str) -> None:
    if not 0 < found.width <= LARGEST_SIDE or not 0 < found.height <= LARGEST_SIDE:
        pass
    elif found.width * found.height <= MOST_PIXELS:
        return
    what = Text(
        "“{name}” measures {width} × {height} pixels.",
        name=name,
        width=found.width,
        height=found.height,
    )
    raise Refused(
        "picture-pixels", what, Text("Save it with at most 4000 pixels on its longer side.")
    )


def _png(data: bytes) -> Format | None:
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return Format(mime="image/png", width=width, height=height)


def _jpeg(data: bytes) -> Format | None:
    at = 2
    while data.startswith(b"\xff\xd8\xff") and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Format(mime="image/jpeg", width=width, height=height)
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        at += 2 + max(length, 2)
    return None


def _webp(data: bytes) -> Format | None:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        return None
    match data[12:16]:
        case b"VP8X":
            width = 1 + int.from_bytes(data[24:27], "little")
            height = 1 + int.from_bytes(data[27:30], "little")
        case b"VP8L" if data[20] == 0x2F:
            bits = struct.unpack_from("<I", data, 21)[0]
            width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
        case _:
            return None
    return Format(mime="image/webp", width=width, height=height)
