"""Small videos: one that another program wrote, and ones put together box by box."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path

from outreach.channel import Media

MP4 = (Path(__file__).parent / "content" / "videos" / "mau.mp4").read_bytes()
MOV = (Path(__file__).parent / "content" / "videos" / "mau.mov").read_bytes()


def box(kind: bytes, *content: bytes) -> bytes:
    inner = b"".join(content)
    return struct.pack(">I4s", len(inner) + 8, kind) + inner


def track(width: int, height: int) -> bytes:
    return box(b"trak", box(b"tkhd", bytes(76), struct.pack(">II", width << 16, height << 16)))


def film(*tracks: bytes, size: int = 100) -> bytes:
    """A whole MP4 whose pictures are `size` bytes of nothing."""
    shown = tracks or (track(640, 360),)
    return box(b"ftyp", b"isom", bytes(4)) + box(b"moov", *shown) + box(b"mdat", b"\x07" * size)


def stored(folder: Path, content: bytes = MP4, name: str = "phat-dong.mp4") -> Media:
    """A video on disk, as the content store keeps it."""
    digest = hashlib.sha256(content).hexdigest()
    file = folder / digest
    file.write_bytes(content)
    return Media(
        sha256=digest,
        mime="video/mp4",
        width=160,
        height=90,
        size=len(content),
        alt="",
        name=name,
        file=file,
    )
