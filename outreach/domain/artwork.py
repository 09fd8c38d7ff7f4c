"""What a campaign's file says about its artwork."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from outreach.domain.text import Text

EVERY_CHANNEL = "*"
"""Stands for all channels in `Artwork.cards`."""

_SIZE = re.compile(
    r"(?P<width>\d+(?:[.,]\d+)?)\s*(?P<first>mm|cm|m)?\s*[x×]\s*(?P<height>\d+(?:[.,]\d+)?)\s*(?P<unit>mm|cm|m)",
    re.IGNORECASE,
)
_MILLIMETRES = {"mm": 1, "cm": 10, "m": 1000}
SMALLEST, LARGEST = 100, 30_000


@dataclass(frozen=True, kw_only=True, order=True)
class Size:
    """Width and height of something printed, in whole millimetres."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width / 1000:g} x {self.height / 1000:g} m"

    @property
    def name(self) -> str:
        """`8x0.8m`: the format of what is printed in this size, as commands and files call it."""
        return f"{self.width / 1000:g}x{self.height / 1000:g}m"


def spoken(slogan: str) -> str:
    """The slogan without the marks for its lines: `|` breaks, `~` glues, `*…*` stresses."""
    pairs = slogan.count("*") // 2
    return " ".join(slogan.replace("*", "", 2 * pairs).replace("|", " ").replace("~", " ").split())


def parse_size(text: str) -> Size | None:
    """The size that people write as `8 x 0.8 m` or `80x200cm`; None when it is none, or no banner's."""
    found = _SIZE.search(text)
    if found is None:
        return None
    unit = found["unit"].lower()
    width = _millimetres(found["width"], (found["first"] or unit).lower())
    height = _millimetres(found["height"], unit)
    fits = all(SMALLEST <= side <= LARGEST for side in (width, height))
    return Size(width=width, height=height) if fits else None


def _millimetres(number: str, unit: str) -> int:
    return round(float(number.replace(",", ".")) * _MILLIMETRES[unit])


PRINTED = (
    Size(width=8000, height=800),
    Size(width=4000, height=700),
    Size(width=3000, height=1000),
    Size(width=800, height=2000),
)
"""What banners are usually printed in, where a campaign says nothing else."""


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """How artwork looks and what stands on it.

    `cards` are the channels (names or tags) on which a message without a picture gets its card; `office` is the line of who
    invites, `kicker` the few words above the slogan, `logo` a file of the campaign's folder, `page` the address in the QR code;
    `compounds` are words that no line may break, besides those that are known.
    """

    theme: str = "state"
    cards: tuple[str, ...] = ()
    office: str = ""
    kicker: str = ""
    logo: str = ""
    page: str = ""
    sizes: tuple[Size, ...] = PRINTED
    compounds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CardOrder:
    """A picture that a message gets because it has none: `key` names all that goes into it, `draw` makes it, as PNG.

    `draw` raises `Unusable`.
    """

    key: str
    name: str
    alt: str
    draw: Callable[[], bytes]


class Unusable(Exception):
    """Artwork cannot be made as asked: `what` is wrong, `mend` says how to go on; `everywhere` when no other piece can be made either."""

    def __init__(self, what: Text, mend: Text, *, everywhere: bool = False) -> None:
        super().__init__(str(what))
        self.what = what
        self.mend = mend
        self.everywhere = everywhere
