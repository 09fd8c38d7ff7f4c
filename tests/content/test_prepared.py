"""Pictures are brought within a channel's limits: whole, upright, flat, the same every time; the original stays what it is."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from outreach.content import prepared
from outreach.content.findings import Refused
from outreach.content.prepared import fitted
from outreach.domain.capabilities import PictureLimits

LIMITS = PictureLimits(size=60_000, side=300, cover=(250, 160))
RED, BLUE, WHITE = (220, 20, 20), (20, 20, 220), (255, 255, 255)


def encoded(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def halves(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, random.Random(1).randbytes(size[0] * size[1] * 3))


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=("JPEG",))


def is_near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) <= 12 for a, b in zip(pixel, colour, strict=True))


def prepare(data: bytes, *, as_cover: bool = True, limits: PictureLimits = LIMITS) -> bytes:
    return fitted(data, "a.png", limits, as_cover=as_cover)


@pytest.mark.parametrize(
    "size", [(600, 600), (120, 400), (900, 90), (40, 20), (250, 140), (2000, 1300)]
)
def test_a_cover_has_its_size_and_shows_the_whole_picture(size: tuple[int, int]) -> None:
    made = opened(prepare(encoded(halves(size))))
    assert made.size == (250, 160)
    middle = made.height // 2
    scale = min(250 / size[0], 160 / size[1])
    reach = int(size[0] * scale / 2) - 3
    assert is_near(made.getpixel((125 - reach, middle)), RED)
    assert is_near(made.getpixel((125 + reach, middle)), BLUE)


def test_the_ground_has_the_mean_colour_of_the_picture() -> None:
    made = opened(prepare(encoded(halves((160, 160)))))
    mean = tuple((a + b) // 2 for a, b in zip(RED, BLUE, strict=True))
    assert is_near(made.getpixel((5, 80)), mean)  # type: ignore[arg-type] # zip does not say that there are three


@pytest.mark.parametrize("as_cover", [True, False])
def test_what_fits_is_left_alone(as_cover: bool) -> None:
    for form in ("PNG", "JPEG"):
        data = encoded(halves((250, 160)), form)
        assert prepare(data, as_cover=as_cover) == data
    wide = encoded(halves((300, 30)))
    assert (prepare(wide, as_cover=as_cover) == wide) is not as_cover


def test_a_picture_too_long_shrinks_and_keeps_its_proportions() -> None:
    assert opened(prepare(encoded(halves((1200, 400))), as_cover=False)).size == (300, 100)


@pytest.mark.parametrize("as_cover", [True, False])
@pytest.mark.parametrize("most", [60_000, 9_000, 2_000])
def test_even_noise_becomes_small_enough(as_cover: bool, most: int) -> None:
    limits = PictureLimits(size=most, side=300, cover=(250, 160))
    made = prepare(encoded(noise((400, 300))), as_cover=as_cover, limits=limits)
    assert len(made) <= most
    assert opened(made).width >= 40


def test_a_large_png_becomes_a_jpeg_where_the_service_wants_that() -> None:
    data = encoded(noise((400, 300)))
    assert 200_000 < len(data) < 4_000_000
    roomy = PictureLimits(size=4_000_000, side=2048)
    assert prepare(data, as_cover=False, limits=roomy) == data
    limits = PictureLimits(size=4_000_000, side=2048, png=200_000)
    assert opened(prepare(data, as_cover=False, limits=limits)).size == (400, 300)
    small = encoded(halves((400, 300)))
    assert prepare(small, as_cover=False, limits=limits) == small


def test_what_cannot_become_small_enough_is_refused() -> None:
    with pytest.raises(Refused):
        prepare(encoded(noise((400, 300))), limits=PictureLimits(size=100, side=300))


def test_what_shines_through_becomes_white() -> None:
    clear = Image.new("RGBA", (250, 160), (0, 0, 0, 0))
    clear.paste((*RED, 255), (0, 0, 125, 160))
    for picture in (clear, clear.quantize(8)):
        made = opened(prepare(encoded(picture)))
        assert made.mode == "RGB"
        assert is_near(made.getpixel((200, 80)), WHITE)
        assert is_near(made.getpixel((50, 80)), RED)


UPRIGHT: dict[int, Callable[..., Image.Image]] = {
    1: halves,
    2: lambda size: halves(size).transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda size: halves(size).transpose(Image.Transpose.ROTATE_180),
    6: lambda size: halves(size).transpose(Image.Transpose.ROTATE_90),
    8: lambda size: halves(size).transpose(Image.Transpose.ROTATE_270),
}
"""How the camera stored it, by what it noted about that (EXIF)."""


@pytest.mark.parametrize("turn", UPRIGHT)
def test_a_photograph_is_turned_as_the_camera_was_held(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "Máy ảnh của tôi"
    data = encoded(UPRIGHT[turn]((250, 160)), "JPEG", exif=exif, quality=95)
    made = opened(prepare(data))
    assert made.size == (250, 160)
    assert is_near(made.getpixel((30, 80)), RED)
    assert is_near(made.getpixel((220, 80)), BLUE)
    assert turn == 1 or not made.getexif()


def test_grey_of_sixteen_bits_and_printers_colours_stay_what_they_look_like() -> None:
    grey = Image.new("I;16", (500, 320), 40_000)
    assert is_near(opened(prepare(encoded(grey))).getpixel((100, 80)), (155, 155, 155))
    print_colours = halves((250, 160), "CMYK")
    made = opened(prepare(encoded(print_colours, "JPEG", quality=95)))
    assert made.mode == "RGB"


def test_webp_becomes_a_jpeg() -> None:
    assert opened(prepare(encoded(halves((250, 160)), "WEBP"), as_cover=False)).format == "JPEG"


def test_the_same_picture_gives_the_same_bytes_without_its_remarks() -> None:
    data = encoded(noise((500, 320)), "JPEG", comment=b"ghi chu rieng")
    made = prepare(data)
    assert made == prepare(data)
    assert b"ghi chu" not in made


def test_a_damaged_picture_is_refused() -> None:
    whole = encoded(noise((100, 100)))
    for data in (whole[:-2000], whole[:30], encoded(noise((400, 400)), "JPEG")[:9000]):
        with pytest.raises(Refused) as refused:
            prepare(data)
        assert refused.value.code == "picture-damaged"


@pytest.mark.asvs("5.2.3", "Pictures are measured before they are unpacked")
def test_a_picture_that_would_fill_the_memory_is_not_opened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepared, "MOST_PIXELS", 9_999)
    with pytest.raises(Refused):
        prepare(encoded(Image.new("1", (100, 100))))


@given(st.data())
def test_broken_bytes_are_prepared_or_refused_and_never_anything_else(draw: st.DataObject) -> None:
    form = draw.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = bytearray(encoded(halves((60, 40)), form, exif=exif))
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(0, len(data) - 1))
        data[at] = draw.draw(st.integers(0, 255))
    try:
        made = prepare(bytes(data))
    except Refused:
        return
    assert opened(made).size == (250, 160)
