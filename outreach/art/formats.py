"""The formats of artwork: sizes on screens, and those that a campaign has printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach.domain.artwork import Size, Unusable
from outreach.domain.text import Text

POINTS_PER_MM = 72 / 25.4
LONGEST_AT_FULL_SIZE = 5000
"""Millimetres: PDF ends at 14,400 points, 5.08 m."""

BLEED = 20.0
"""Millimetres of ground around a printed piece, for hems and for cutting."""

PREVIEW = 1600
"""Pixels of the longer side of a preview."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format; `width` and `height` in pixels on screens and in millimetres in print.

    Slogans smaller than `least`, and other words smaller than `least_small`, are hard to read where it is seen. `safe` is the
    part of the width that no service cuts off, `density` how many pixels a pixel of the layout gets.
    """

    name: str
    width: float
    height: float
    printed: bool = False
    least: float
    least_small: float
    safe: float = 1.0
    density: int = 1

    @property
    def scale(self) -> int:
        """How many times smaller than the banner its file is."""
        return 10 if self.printed and max(self.width, self.height) > LONGEST_AT_FULL_SIZE else 1

    @property
    def points(self) -> float:
        """The points of the file that one pixel or millimetre takes."""
        return POINTS_PER_MM / self.scale if self.printed else 1.0

    @property
    def density_of_preview(self) -> float:
        """Points per inch at which a page becomes its picture."""
        longest = max(self.width, self.height) * self.points
        return 72 * PREVIEW / longest if self.printed else 72.0 * self.density


SCREENS = (
    Format(name="facebook", width=1200, height=630, least=40, least_small=20),
    Format(
        name="facebook-cover",
        width=820,
        height=312,
        least=20,
        least_small=11,
        safe=0.78,
        density=2,
    ),
    Format(name="zalo", width=1280, height=720, least=42, least_small=21, safe=0.88),
    Format(name="square", width=1080, height=1080, least=36, least_small=20),
    Format(name="web", width=1920, height=300, least=36, least_small=16),
)
"""Where a service has no other wish: Facebook's card and cover, Zalo's cover, a square, a banner for web pages.

The cover shows its middle 640 of 820 pixels on telephones; of Zalo's, the middle survives a cut to 500 × 320.
"""


CARDS = ("facebook", "zalo", "square")
"""The formats in which the card of a message is shown for approval."""


def printed(size: Size) -> Format:
    """The format of a banner: its slogan is read from as many metres as a centimetre of type for each metre of length gives."""
    longest = max(size.width, size.height)
    return Format(
        name=size.name,
        width=size.width,
        height=size.height,
        printed=True,
        least=max(longest / 100, 20),
        least_small=max(longest / 400, 6),
    )


def on_screen(width: int, height: int) -> Format:
    """The format of a picture of so many pixels: the one that we know, or one of its own."""
    for known in SCREENS:
        if (known.width * known.density, known.height * known.density) == (width, height):
            return known
    small = min(width, height)
    return Format(
        name=f"{width}x{height}",
        width=width,
        height=height,
        least=small / 18,
        least_small=small / 36,
    )


def known_formats(sizes: Sequence[Size]) -> tuple[Format, ...]:
    """Every format: what is printed first."""
    return (*map(printed, dict.fromkeys(sizes)), *SCREENS)


def format_named(name: str, sizes: Sequence[Size]) -> Format:
    """The format with that name; raises `Unusable`."""
    known = {each.name: each for each in known_formats(sizes)}
    if name not in known:
        raise Unusable(
            Text("There is no format “{name}”.", name=name),
            Text("There are: {names}", names=", ".join(known)),
        )
    return known[name]
