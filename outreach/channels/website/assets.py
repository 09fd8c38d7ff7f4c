"""Files that come from the program and the settings, not from entries: the style sheet, the icon and the logo."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file whose name carries its content, so that browsers may keep it for ever."""

    path: str
    content: bytes


@cache
def style() -> Asset:
    """The style sheet."""
    return _named("site", "css", _shipped("site.css"))


@cache
def icon() -> Asset:
    """What a browser shows beside the title; without one it asks the server for `/favicon.ico`."""
    return _named("icon", "svg", _shipped("icon.svg"))


@cache
def logo(file: Path | None) -> Asset | None:
    """The office's logo, read once; None when there is none. Raises OSError."""
    return _named("logo", file.suffix.lstrip(".").lower(), file.read_bytes()) if file else None


def _shipped(name: str) -> bytes:
    return resources.files(__package__).joinpath("static", name).read_bytes()


def _named(name: str, extension: str, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:10]
    return Asset(path=f"assets/{name}-{digest}.{extension}", content=content)
