"""Pictures as a service takes them: upright, flat, in its form and within its limits. The same picture gives the same bytes."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from outreach.content.findings import Refused
from outreach.content.pictures import MOST_PIXELS
from outreach.domain.capabilities import PictureLimits
from outreach.domain.text import Text

if TYPE_CHECKING:
    from PIL.Image import Image

RECIPE = 1
"""Changes when the same original would become another picture."""

_QUALITIES = (88, 80, 70, 60)
_SMALLER = 0.75
_TRIES = 12
_CLOSE = 0.01
"""So far a proportion may be off."""

_LARGEST_PROFILE = 16 * 1024
_ORIENTATION = 0x0112
_UPRIGHT = 1
_REDUCIBLE = ("L", "RGB", "RGBA", "CMYK")
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, OverflowError)
"""What Pillow raises over damaged pictures; struct.error besides."""


def fitted(data: bytes, name: str, limits: PictureLimits, *, as_cover: bool) -> bytes:
    """The picture within the limits: as it is if it fits, otherwise a new JPEG. Raises `Refused` when it is damaged."""
    with _opened(data, name) as opened:
        return _fitted(data, opened, limits, limits.cover if as_cover else None)


def redrawn(data: bytes, name: str) -> bytes:
    """The same picture upright, with nothing that a camera noted in it or anybody hid behind it. Raises `Refused`.

    Its format stays; of a moving picture the first is kept.
    """
    with _opened(data, name) as opened:
        turn, profile = _orientation(opened), opened.info.get("icc_profile")
        how = _as_before(data, opened)
        plain = "RGBA" if opened.mode == "P" and opened.has_transparency_data else opened.mode
        bare = _turned(opened.convert(plain), turn).copy()
        bare.info = {}
        written = BytesIO()
        bare.save(written, icc_profile=profile, **how)
        return written.getvalue()


def _as_before(data: bytes, opened: Image) -> dict[str, Any]:
    """How to write a picture as finely as it was."""
    from PIL.JpegImagePlugin import JpegImageFile, get_sampling  # noqa: PLC0415 - as below

    if isinstance(opened, JpegImageFile):
        tables = {"qtables": opened.quantization, "subsampling": get_sampling(opened)}
        return {"format": "JPEG", "optimize": True, **tables}
    if opened.format == "WEBP":
        return {"format": "WEBP", "lossless": b"VP8L" in data[:1024], "quality": 90}
    return {"format": "PNG"}


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[Image]:
    """The picture, not unpacked yet; whatever fails over it says that it is damaged. Raises `Refused`."""
    from PIL import Image  # noqa: PLC0415 - large, and only planning prepares pictures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise ValueError(opened.size)
                yield opened
    except (*_BROKEN, struct.error, Image.DecompressionBombError) as error:
        what = Text("“{name}” is damaged: it cannot be opened whole.", name=name)
        mend = Text("Open it in a picture program and save it anew as PNG or JPEG.")
        raise Refused("picture-damaged", what, mend) from error


def _fitted(
    data: bytes, opened: Image, limits: PictureLimits, cover: tuple[int, int] | None
) -> bytes:
    turn = _orientation(opened)
    if _is_plain(opened) and turn == _UPRIGHT and _is_within(len(data), opened, limits, cover):
        opened.load()
        return data
    profile = _profile(opened)
    longest = max(cover or (limits.side,))
    opened.draft(None, (longest, longest))
    picture = _flat(_turned(_reduced(opened, longest), turn))
    picture = _on_ground(picture, cover) if cover else _at_most(picture, limits.side)
    return _small_enough(picture, limits.size, profile)


def _is_plain(opened: Image) -> bool:
    return opened.mode in ("L", "P", "RGB") and not opened.has_transparency_data


def _is_within(
    size: int, opened: Image, limits: PictureLimits, cover: tuple[int, int] | None
) -> bool:
    mime = f"image/{str(opened.format).lower()}"
    most = limits.png if mime == "image/png" and limits.png is not None else limits.size
    if mime not in limits.mimes or size > min(most, limits.size):
        return False
    if max(opened.size) > limits.side:
        return False
    if cover is None:
        return True
    proportion = opened.width * cover[1] / (opened.height * cover[0])
    return abs(proportion - 1) <= _CLOSE and opened.width * 2 >= cover[0]


def _orientation(opened: Image) -> int:
    """How the camera was held (1 to 8, as EXIF counts); upright when nothing readable says so."""
    with suppress(*_BROKEN, struct.error):
        turn = opened.getexif().get(_ORIENTATION, _UPRIGHT)
        return turn if turn in range(1, 9) else _UPRIGHT
    return _UPRIGHT


def _reduced(opened: Image, longest: int) -> Image:
    """A huge picture at twice the pixels that are needed at least, so that no second one of its size is in memory."""
    factor = max(opened.size) // (2 * longest)
    return opened.reduce(factor) if factor > 1 and opened.mode in _REDUCIBLE else opened


def _turned(picture: Image, turn: int) -> Image:
    from PIL.Image import Transpose  # noqa: PLC0415 - as above

    ways = (
        Transpose.FLIP_LEFT_RIGHT,
        Transpose.ROTATE_180,
        Transpose.FLIP_TOP_BOTTOM,
        Transpose.TRANSPOSE,
        Transpose.ROTATE_270,
        Transpose.TRANSVERSE,
        Transpose.ROTATE_90,
    )
    return picture if turn == _UPRIGHT else picture.transpose(ways[turn - 2])


def _flat(picture: Image) -> Image:
    """In three colours; what was transparent is white."""
    from PIL import Image  # noqa: PLC0415 - as above

    if picture.mode.startswith("I"):
        return (
            picture.convert("I").point(lambda value: value * (1 / 257)).convert("L").convert("RGB")
        )
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture.convert("RGBA"))
    return ground.convert("RGB")


def _on_ground(picture: Image, size: tuple[int, int]) -> Image:
    """The whole picture in the middle of a ground of its mean colour."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - as above

    mean = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    inside = ImageOps.contain(picture, size, Image.Resampling.LANCZOS)
    ground = Image.new("RGB", size, mean)
    ground.paste(inside, ((size[0] - inside.width) // 2, (size[1] - inside.height) // 2))
    return ground


def _at_most(picture: Image, side: int) -> Image:
    from PIL import Image, ImageOps  # noqa: PLC0415 - as above

    if max(picture.size) <= side:
        return picture
    return ImageOps.contain(picture, (side, side), Image.Resampling.LANCZOS)


def _small_enough(picture: Image, size: int, profile: bytes | None) -> bytes:
    """As a JPEG of at most `size` bytes: first at the cost of detail, then of pixels. Raises ValueError when that is impossible."""
    for _ in range(_TRIES):
        for quality in _QUALITIES:
            found = _jpeg(picture, quality, profile)
            if len(found) <= size:
                return found
        picture = _at_most(picture, int(max(picture.size) * _SMALLER))
    raise ValueError(size)


def _jpeg(picture: Image, quality: int, profile: bytes | None) -> bytes:
    from PIL import Image  # noqa: PLC0415 - as above

    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    written = BytesIO()
    bare.save(written, "JPEG", quality=quality, optimize=True, icc_profile=profile)
    return written.getvalue()


def _profile(opened: Image) -> bytes | None:
    """What its colours mean, if it says so for three colours and briefly."""
    profile = opened.info.get("icc_profile")
    if opened.mode not in ("RGB", "RGBA") or not isinstance(profile, bytes):
        return None
    return profile if len(profile) <= _LARGEST_PROFILE else None
