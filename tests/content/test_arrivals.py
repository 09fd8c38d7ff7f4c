"""Pictures from browsers: which are taken, under which name, and that nothing comes along with them."""

from __future__ import annotations

import io
import unicodedata

import pytest
from PIL import Image

from outreach.content.arrivals import taken_in
from outreach.content.findings import Refused
from outreach.content.pictures import LARGEST_PICTURE, examine

HIDDEN = b"PK\x03\x04<script>alert(1)</script>"


def picture(form: str, mode: str = "RGB", **more: object) -> bytes:
    """A picture whose upper left is red and the rest blue."""
    drawn = Image.new(mode, (40, 20), "blue")
    drawn.paste("red", (0, 0, 8, 8))
    written = io.BytesIO()
    drawn.save(written, form, **more)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def is_red(content: bytes, at: tuple[int, int]) -> bool:
    red, green, blue = opened(content).convert("RGB").getpixel(at)  # type: ignore[misc]  # three of RGB
    return red > 150 and green < 100 and blue < 100


@pytest.mark.parametrize(
    ("form", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "P"), ("PNG", "L"), ("WEBP", "RGB")],
)
def test_a_picture_stays_what_it_is(form: str, mode: str) -> None:
    content = picture(form, "RGB")
    if mode != "RGB":
        written = io.BytesIO()
        opened(content).convert(mode).save(written, form)
        content = written.getvalue()
    name, drawn = taken_in("Ảnh lễ.bmp", content)
    assert name == f"anh-le.{form.lower().replace('jpeg', 'jpg')}"
    assert examine(drawn, name) == examine(content, name)
    assert is_red(drawn, (2, 2)) is (mode != "L")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_neither_place_nor_camera_nor_anything_behind_comes_along(form: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh của Lan"
    exif.get_ifd(0x8825)[2] = (10.0, 20.0, 30.0)
    more = {"comment": "bí mật"} if form == "JPEG" else {}
    content = picture(form, exif=exif, **more) + HIDDEN
    assert opened(content).getexif()
    _, drawn = taken_in("a.jpg", content)
    assert not opened(drawn).getexif()
    assert not {"comment", "exif", "xmp"} & opened(drawn).info.keys()
    for hidden in (HIDDEN, b"<script>", "Máy ảnh".encode(), "bí mật".encode()):
        assert hidden not in drawn


def test_a_photo_that_was_taken_sideways_is_put_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    _, drawn = taken_in("a.jpg", picture("JPEG", exif=exif))
    assert opened(drawn).size == (20, 40)
    assert is_red(drawn, (17, 2))


def test_what_is_transparent_stays_so() -> None:
    clear = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    for mode in ("RGBA", "P"):
        written = io.BytesIO()
        clear.convert(mode).save(written, "PNG", **({"transparency": 0} if mode == "P" else {}))
        _, drawn = taken_in("a.png", written.getvalue())
        assert opened(drawn).convert("RGBA").getpixel((1, 1))[3] == 0  # type: ignore[index]  # four of RGBA


@pytest.mark.asvs("5.2.2", "A picture that is sent is opened whole and drawn anew.")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a/*<script>*/",
        b"\xff\xd8\xff<script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0",
        picture("JPEG")[:200],
        picture("PNG")[:60],
        b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 40,
        b"%PDF-1.7",
    ],
)
def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        taken_in("a.png", content)


@pytest.mark.asvs("5.2.1", "Pictures that are sent have bounds in bytes and in pixels.")
def test_what_is_too_large_is_refused_unopened() -> None:
    with pytest.raises(Refused, match="10240 kB"):
        taken_in("a.png", picture("PNG") + b"\0" * LARGEST_PICTURE)
    bomb = bytearray(picture("PNG"))
    bomb[16:24] = (60_000).to_bytes(4) * 2
    with pytest.raises(Refused, match="60000 × 60000"):
        taken_in("a.png", bytes(bomb))


@pytest.mark.asvs("5.3.2", "The name of what is sent is made anew from its letters and digits.")
@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd.png", "passwd.png"),
        ("C:\\Ảnh\\Lễ phát động.PNG", "le-phat-dong.png"),
        (unicodedata.normalize("NFD", "Đường phố.png"), "duong-pho.png"),
        ("a.md", "a.png"),
        ("….png", "anh.png"),
        (".htaccess", "anh.png"),
        ("a\0b\n.png", "a-b.png"),
        ("x" * 300 + ".png", "x" * 60 + ".png"),
        ("", "anh.png"),
    ],
)
def test_names_are_made_anew(given: str, name: str) -> None:
    assert taken_in(given, picture("PNG"))[0] == name
