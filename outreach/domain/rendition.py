"""The exact content of a message for one channel, content-addressed by its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from outreach.domain import viet_nam
from outreach.domain.message import Honour, Kind


@dataclass(frozen=True, kw_only=True)
class Media:
    """A picture or video as sent: `sha256` (hex) names its bytes, `file` is where this machine keeps them (not part of the content).

    `original` is the SHA-256 of the staff's picture that it was prepared from; empty when it is that picture itself.
    """

    sha256: str
    mime: str
    width: int
    height: int
    size: int
    alt: str
    name: str
    file: Path = field(compare=False)
    original: str = ""


@dataclass(frozen=True, kw_only=True)
class Rendition:
    """Everything an adapter needs to publish: `markdown`, its plain `text` and clean `html`, media and facts. Instants are aware UTC.

    `without_video` says that the message has a video and this channel takes none.
    """

    campaign: str
    campaign_name: str
    office: str
    theme: str = ""
    message: str
    channel: str
    kind: Kind
    title: str
    summary: str
    markdown: str
    text: str
    html: str
    link: str = ""
    hashtags: tuple[str, ...] = ()
    topic: str = ""
    unit: str = ""
    language: str = "vi"
    zone: str = viet_nam.ZONE
    occurrence: int = 1
    due: datetime
    media: tuple[Media, ...] = ()
    video: Media | None = None
    without_video: bool = False
    start: datetime | None = None
    end: datetime | None = None
    place: str = ""
    places: tuple[str, ...] = ()
    size: str = ""
    maker: str = ""
    deadline: datetime | None = None
    collectives: tuple[Honour, ...] = ()
    individuals: tuple[Honour, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON of the content. `due` is left out: a moved date is not a changed text."""
        content = self.to_json()
        del content["due"]
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The rendition as plain JSON, without the places of files on this machine, and silent about videos where there is none."""
        silent = [name for name in ("video", "without_video") if not getattr(self, name)]
        return {name: _plain(value) for name, value in vars(self).items() if name not in silent}

    @property
    def files(self) -> tuple[Media, ...]:
        """Every picture, and the video."""
        return (*self.media, *([self.video] if self.video else []))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], *, media_folder: Path) -> Rendition:
        """The rendition that `to_json` stored; media bytes lie in `media_folder` under their sha256."""
        content: dict[str, Any] = dict(stored)
        for key in ("due", "start", "end", "deadline"):
            if content.get(key):
                content[key] = datetime.fromisoformat(content[key])
        content["kind"] = Kind(content["kind"])
        content["media"] = tuple(_medium(m, media_folder) for m in content["media"])
        if content.get("video"):
            content["video"] = _medium(content["video"], media_folder)
        for key in ("collectives", "individuals"):
            content[key] = tuple(Honour(**honour) for honour in content[key])
        for key in ("hashtags", "places"):
            content[key] = tuple(content[key])
        return cls(**content)


def _medium(stored: Mapping[str, Any], folder: Path) -> Media:
    return Media(**stored, file=folder / stored["sha256"])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return tuple(_plain(inner) for inner in value)
    if isinstance(value, Media):
        left_out = {"file"} if value.original else {"file", "original"}
        return {name: inner for name, inner in vars(value).items() if name not in left_out}
    if isinstance(value, Honour):
        return dict(vars(value))
    return value
