"""Themes: colours, inks and a template, in files that an office may copy and change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outreach.domain.artwork import Unusable
from outreach.domain.text import Text

BUILT_IN = Path(__file__).parent
LEAST_CONTRAST = 4.5
"""WCAG 2 AA for text of any size."""

_HEX = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Ink = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Theme:
    """One theme: `colours` as #rrggbb, `inks` as percentages of cyan, magenta, yellow and black; `pairs` of text and ground."""

    name: str
    title: str
    template: str
    capitals: bool
    colours: Mapping[str, str]
    inks: Mapping[str, Ink] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()

    def faint(self) -> Iterator[tuple[str, str, float]]:
        """Text, ground and contrast of each pair that is not readable enough, on screens or in print."""
        for text, ground in self.pairs:
            ratio = contrast(_rgb(self.colours[text]), _rgb(self.colours[ground]))
            if self.inks:
                printed = contrast(_printed(self.inks[text]), _printed(self.inks[ground]))
                ratio = min(ratio, printed)
            if ratio < LEAST_CONTRAST:
                yield text, ground, ratio


@dataclass(frozen=True, kw_only=True)
class Wardrobe:
    """The themes and templates of a campaign: ours, and in their place those of the same name in the office's `folder`."""

    folder: Path | None = None

    def names(self) -> tuple[str, ...]:
        """The names of all themes."""
        return tuple(
            sorted({file.stem for place in self._places() for file in place.glob("*.toml")})
        )

    def theme(self, name: str) -> Theme:
        """One theme; raises `Unusable`."""
        for place in self._places():
            file = place / f"{name}.toml"
            if _NAME.fullmatch(name) and file.is_file():
                return _read(name, file)
        raise Unusable(
            Text("There is no theme “{name}”.", name=name),
            Text("There are: {names}", names=", ".join(self.names())),
        )

    def templates(self) -> dict[str, bytes]:
        """Every template by its file's name."""
        found = {file.name: file.read_bytes() for file in (BUILT_IN / "templates").glob("*.typ")}
        own = self.folder.glob("*.typ") if self.folder else ()
        return found | {file.name: file.read_bytes() for file in own}

    def _places(self) -> Iterator[Path]:
        if self.folder and self.folder.is_dir():
            yield self.folder
        yield BUILT_IN / "themes"


def _read(name: str, file: Path) -> Theme:
    try:
        return _theme(name, tomllib.loads(file.read_text("utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unusable(
            Text("The theme {file} cannot be read ({why}).", file=file.name, why=str(error)),
            Text("Copy one of the themes that come with the program, and change its colours."),
        ) from error


def _theme(name: str, values: Mapping[str, Any]) -> Theme:
    colours = {key: _colour(value) for key, value in values["colours"].items()}
    inks = {key: _ink(value) for key, value in values.get("cmyk", {}).items()}
    pairs = tuple((text, ground) for text, all_ in values["contrast"].items() for ground in all_)
    for missing in {colour for pair in pairs for colour in pair} - set(colours):
        raise KeyError(missing)
    if inks and (missing_ink := set(colours) - set(inks)):
        raise KeyError(", ".join(sorted(missing_ink)))
    return Theme(
        name=name,
        title=str(values["title"]),
        template=str(values["template"]),
        capitals=bool(values["capitals"]),
        colours=colours,
        inks=inks,
        pairs=pairs,
    )


def _colour(value: str) -> str:
    if not _HEX.fullmatch(value.lower()):
        raise ValueError(value)
    return value.lower()


def _ink(value: list[int]) -> Ink:
    cyan, magenta, yellow, black = (int(part) for part in value)
    if not all(0 <= part <= 100 for part in (cyan, magenta, yellow, black)):
        raise ValueError(value)
    return (cyan, magenta, yellow, black)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _printed(ink: Ink) -> tuple[float, float, float]:
    """About what an ink looks like."""
    cyan, magenta, yellow, black = (1 - part / 100 for part in ink)
    return cyan * black, magenta * black, yellow * black


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
