"""What the site was built from: one entry per publication, and the page that alone makes it public.

The entry is written first and means nothing by itself. The page that carries the entry's key is the moment of publication;
a page without it was withdrawn. So a crash between the two leaves nothing half public.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from outreach.channel import Rendition
from outreach.channels.website.files import HIDDEN, SiteFolder

_RESERVED = frozenset(
    {"chuyen-muc", "tat-ca", "su-kien", "cuoc-thi", "bieu-duong", "media", "assets", "vi", "en"}
)
_NO_MEDIA = Path()


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One publication; `published` and `modified` are aware UTC, `revision` counts changes of its text from 0."""

    slug: str
    key: str
    published: datetime
    modified: datetime
    revision: int
    rendition: Rendition

    @cached_property
    def stamp(self) -> str:
        """What changes when anything in the entry changes."""
        return hashlib.sha256(self.encoded()).hexdigest()

    @property
    def page(self) -> str:
        """The path of its page inside the site."""
        return f"{self.slug}/index.html"

    @property
    def marker(self) -> str:
        """What its page carries while it is public."""
        return marker(self.key)

    @property
    def order(self) -> tuple[datetime, str]:
        """Newest last; the slug decides between equals."""
        return (self.published, self.slug)

    def encoded(self) -> bytes:
        """The entry as canonical JSON."""
        content = {
            "key": self.key,
            "modified": self.modified.isoformat(),
            "published": self.published.isoformat(),
            "rendition": self.rendition.to_json(),
            "revision": self.revision,
            "slug": self.slug,
        }
        return json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


@lru_cache(maxsize=4096)
def decoded(content: bytes) -> Entry:
    """The entry that `Entry.encoded` wrote."""
    stored: dict[str, Any] = json.loads(content)
    return Entry(
        slug=stored["slug"],
        key=stored["key"],
        published=datetime.fromisoformat(stored["published"]),
        modified=datetime.fromisoformat(stored["modified"]),
        revision=stored["revision"],
        rendition=Rendition.from_json(stored["rendition"], media_folder=_NO_MEDIA),
    )


def marker(key: str) -> str:
    """What the page of the publication `key` carries."""
    return f'<meta name="outreach-key" content="{key}">'


def slugs(rendition: Rendition, key: str) -> tuple[str, str]:
    """Where the publication stands, and where it stands when another one already took that place."""
    campaign = folded(rendition.campaign)
    campaign = f"c-{campaign}" if campaign in _RESERVED else campaign
    name = folded(rendition.message)
    if rendition.occurrence > 1:
        name = f"{name}-{rendition.occurrence}"
    return f"{campaign}/{name}", f"{campaign}/{name}-{key[:6]}"


def folded(words: str) -> str:
    """The words as a piece of an address: a-z, 0-9 and hyphens; never empty."""
    plain = unicodedata.normalize("NFD", words.casefold().replace("đ", "d").replace("ð", "d"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-") or "x"


@dataclass(frozen=True, kw_only=True)
class Entries:
    """All entries of one site folder."""

    folder: SiteFolder

    def at(self, slug: str) -> Entry | None:
        """The entry of that place, None when the place is free."""
        content = self.folder.read(_path(slug))
        return decoded(content) if content else None

    def of(self, rendition: Rendition, key: str) -> Entry | None:
        """The entry of the publication `key`, None when there is none."""
        found = (self.at(slug) for slug in slugs(rendition, key))
        return next((entry for entry in found if entry and entry.key == key), None)

    def place_for(self, rendition: Rendition, key: str) -> str:
        """The slug that the publication `key` has or may take."""
        first, second = slugs(rendition, key)
        holder = self.at(first)
        return first if holder is None or holder.key == key else second

    def save(self, entry: Entry) -> None:
        """Keep the entry through a power cut; it is not public by this. Raises OSError."""
        self.folder.write(_path(entry.slug), entry.encoded(), durable=True)

    def all(self) -> tuple[tuple[Entry, ...], tuple[Entry, ...]]:
        """Those that are public, newest first, and those that were withdrawn."""
        public: list[Entry] = []
        gone: list[Entry] = []
        for entry in self._written():
            page = self.folder.read(entry.page)
            if page is not None:
                (public if entry.marker.encode() in page else gone).append(entry)
        newest = sorted(public, key=lambda entry: entry.order, reverse=True)
        return tuple(newest), tuple(sorted(gone, key=lambda entry: entry.order, reverse=True))

    def is_public(self, entry: Entry) -> bool:
        """Whether readers see it now."""
        return entry.marker.encode() in (self.folder.read(entry.page) or b"")

    def _written(self) -> Iterator[Entry]:
        for path in self.folder.files(HIDDEN, "*.json"):
            content = self.folder.read(path)
            if content and ".unfinished-" not in path:
                yield decoded(content)


def _path(slug: str) -> str:
    return f"{HIDDEN}/{slug}.json"
