"""The contact sheet: all artwork of a campaign on one sheet, for whoever approves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image

from outreach.art.themes import BUILT_IN
from outreach.typesetting.press import Press

THUMBNAIL = 900
"""Pixels of the longer side of a picture on the sheet."""

_TEMPLATE = "sheet.typ"
_PIXELS = 1800
_WIDTH_INCHES = 420 / 25.4


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One piece on the sheet: its picture as PNG, its name, and what is wrong with it, in the office's language."""

    picture: bytes
    name: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Group:
    """The pieces of one message."""

    title: str
    pieces: tuple[Shown, ...]


@dataclass(frozen=True, kw_only=True)
class ContactSheet:
    """The sheet as PDF and as PNG."""

    pdf: bytes
    png: bytes


def contact_sheet(title: str, about: str, groups: Sequence[Group], language: str) -> ContactSheet:
    """All groups below each other; raises `NotSet`."""
    template = (BUILT_IN / "templates" / _TEMPLATE).read_bytes()
    with Press({_TEMPLATE: template}) as press:
        values = {
            "title": title,
            "about": about,
            "language": language,
            "groups": [_group(press, number, group) for number, group in enumerate(groups)],
        }
        png = press.png(_TEMPLATE, values, ppi=_PIXELS / _WIDTH_INCHES)
        return ContactSheet(pdf=press.pdf(_TEMPLATE, values), png=png[0])


def _group(press: Press, number: int, group: Group) -> dict[str, Any]:
    shown = []
    for place, piece in enumerate(group.pieces):
        name = f"{number}-{place}.jpg"
        small, ratio = _thumbnail(piece.picture)
        press.add(name, small)
        shown.append(
            {"file": name, "name": piece.name, "ratio": ratio, "remarks": list(piece.remarks)}
        )
    return {"title": group.title, "pieces": shown}


def _thumbnail(picture: bytes) -> tuple[bytes, float]:
    """A small JPEG, and how many times wider than high it is."""
    with Image.open(BytesIO(picture)) as opened:
        ratio = opened.width / opened.height
        small = opened.convert("RGB")
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    written = BytesIO()
    small.save(written, "JPEG", quality=88)
    return written.getvalue(), ratio
