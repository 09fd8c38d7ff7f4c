"""The fonts that artwork and reports are set in. Those of the system are never used: they differ from machine to machine."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("fonts")
"""Subsets for Vietnamese and English, with their licences."""

DISPLAY = "BeVietnamPro-800ExtraBold"
"""The face of slogans."""

_MEASURED = 1000
_LOOKED_AT = 24
"""Pixels at which letters are measured, and at which they are only looked at."""

_NO_LETTER = "\uffff"


@cache
def fingerprint() -> str:
    """SHA-256 (hex) of all fonts: another font makes other artwork."""
    digest = hashlib.sha256()
    for file in sorted(FOLDER.glob("*.ttf")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


class Face:
    """How wide the letters of one font are, as parts of its size; without kerning."""

    def __init__(self, name: str) -> None:
        file = FOLDER / f"{name}.ttf"
        from PIL import ImageFont  # noqa: PLC0415 - large, and the service itself draws nothing

        self._font = ImageFont.truetype(file, _MEASURED, layout_engine=ImageFont.Layout.BASIC)
        self._small = self._font.font_variant(size=_LOOKED_AT)
        self._widths: dict[str, float] = {}
        self._known: dict[str, bool] = {}
        self._nothing = bytes(self._small.getmask(_NO_LETTER))

    def width(self, text: str) -> float:
        """The sum of the letters' widths."""
        return sum(map(self._width, text))

    def has(self, letter: str) -> bool:
        """Whether the font can draw the letter; a space is drawn by leaving it out."""
        if letter not in self._known:
            drawn = bytes(self._small.getmask(letter)) != self._nothing
            self._known[letter] = drawn or letter.isspace()
        return self._known[letter]

    def _width(self, letter: str) -> float:
        if letter not in self._widths:
            self._widths[letter] = self._font.getlength(letter) / _MEASURED
        return self._widths[letter]


@cache
def face(name: str) -> Face:
    """The face with the name of its file, such as `BeVietnamPro-800ExtraBold`."""
    return Face(name)
