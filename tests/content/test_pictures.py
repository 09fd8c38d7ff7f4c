"""Pictures are known by their bytes, not by their names."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.content.findings import Refused
from outreach.content.pictures import Format, examine
from tests.content.corpus import GOOD

PNG = (GOOD / "media" / "anh.png").read_bytes()


def jpeg(width: int, height: int, *before: bytes) -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + bytes(9)
    return b"\xff\xd8" + b"".join(before) + frame + b"\xff\xd9"


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def webp(chunk: bytes, content: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 100) + b"WEBP" + chunk + struct.pack("<I", 50) + content


@pytest.mark.parametrize(
    ("data", "name", "found"),
    [
        (PNG, "a.png", Format(mime="image/png", width=8, height=6)),
        (PNG, "A.PNG", Format(mime="image/png", width=8, height=6)),
        (
            jpeg(640, 480, segment(0xE0, b"JFIF" + bytes(10))),
            "a.jpg",
            Format(mime="image/jpeg", width=640, height=480),
        ),
        (
            jpeg(5, 7, segment(0xE1, b"\xff\xc0" * 20), b"\xff"),
            "a.jpeg",
            Format(mime="image/jpeg", width=5, height=7),
        ),
        (
            webp(b"VP8X", bytes(4) + b"\x7f\x02\x00\xdf\x01\x00"),
            "a.webp",
            Format(mime="image/webp", width=640, height=480),
        ),
        (
            webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14)),
            "a.webp",
            Format(mime="image/webp", width=640, height=480),
        ),
        (
            webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 640, 480)),
            "a.webp",
            Format(mime="image/webp", width=640, height=480),
        ),
    ],
)
def test_formats_and_sizes(data: bytes, name: str, found: Format) -> None:
    assert examine(data, name) == found


@pytest.mark.asvs("1.3.4", "SVG is no picture here")
@pytest.mark.asvs("5.2.2", "Pictures begin as their names say")
@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.png", "picture-format"),
        (b"GIF89a" + bytes(20), "a.gif", "picture-format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "picture-format"),
        (PNG[:20], "a.png", "picture-format"),
        (PNG, "a.jpg", "picture-misnamed"),
        (jpeg(0, 5), "a.jpg", "picture-pixels"),
        (jpeg(30_000, 1), "a.jpg", "picture-pixels"),
        (jpeg(20_000, 20_000), "a.jpg", "picture-pixels"),
        (b"\xff\xd8\xff\xda\x00\x08", "a.jpg", "picture-format"),
        (webp(b"VP8L", b"\x2f"), "a.webp", "picture-format"),
        (webp(b"ABCD", bytes(30)), "a.webp", "picture-format"),
    ],
)
def test_what_is_no_usable_picture(data: bytes, name: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        examine(data, name)
    assert refused.value.code == code


@given(
    st.sampled_from(
        [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF1234WEBPVP8 ", b"RIFF1234WEBPVP8L"]
    ),
    st.binary(max_size=60),
)
def test_any_bytes_are_examined_or_refused(start: bytes, rest: bytes) -> None:
    try:
        found: Format | Refused = examine(start + rest, "a.jpg")
    except Refused as refused:
        found = refused
    assert isinstance(found, Format | Refused)
