"""Rendered content by digest: stored once, read often, checked against its digest on the way out."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, select

from outreach.domain.rendition import Media, Rendition
from outreach.store.columns import canonical
from outreach.store.engine import into
from outreach.store.tables import MEDIA, RENDITION

T = TypeVar("T")

KEPT = 2_048
"""How many renditions stay in memory; one takes a few kilobytes."""

BATCH = 500
"""How many keys one question to the database names."""


class Shelf:
    """Renditions of one database. `media_folder` is where this machine keeps pictures. Safe to share between threads."""

    def __init__(self, media_folder: Path) -> None:
        self._media_folder = media_folder
        self._kept: OrderedDict[tuple[str, datetime], Rendition] = OrderedDict()
        self._lock = Lock()

    def put(
        self, connection: Connection, renditions: Iterable[Rendition], now: datetime
    ) -> set[str]:
        """Store what is not stored yet, pictures' facts included; return the digests."""
        texts: dict[str, dict[str, Any]] = {}
        media: dict[str, Media] = {}
        for rendition in renditions:
            text = _content(rendition)
            digest = hashlib.sha256(text.encode()).hexdigest()
            texts[digest] = {"content": text, **_told(rendition)}
            self._keep_if_room(digest, rendition)
            media |= {medium.sha256: medium for medium in rendition.files}
        contents = [{"digest": d, "stored": now, **row} for d, row in texts.items()]
        insert_missing(connection, RENDITION, contents)
        insert_missing(connection, MEDIA, [_facts(medium, now) for medium in media.values()])
        return set(texts)

    def get(
        self, connection: Connection, wanted: Collection[tuple[str, datetime]]
    ) -> dict[tuple[str, datetime], Rendition]:
        """The renditions of (digest, due) pairs; a missing or damaged one is left out."""
        with self._lock:
            found = {pair: self._kept[pair] for pair in wanted if pair in self._kept}
        missing = [pair for pair in dict.fromkeys(wanted) if pair not in found]
        contents = _read(connection, {digest for digest, _ in missing})
        read = {
            pair: self._parse(contents[pair[0]], pair[1]) for pair in missing if pair[0] in contents
        }
        self._keep(read)
        return found | read

    def _parse(self, content: Mapping[str, Any], due: datetime) -> Rendition:
        return Rendition.from_json(
            {**content, "due": due.isoformat()}, media_folder=self._media_folder
        )

    def _keep_if_room(self, digest: str, rendition: Rendition) -> None:
        """Plans come ordered by due time, so the first ones are needed first."""
        if any(medium.file != self._media_folder / medium.sha256 for medium in rendition.files):
            return
        with self._lock:
            if len(self._kept) < KEPT:
                self._kept[digest, rendition.due] = rendition

    def _keep(self, read: Mapping[tuple[str, datetime], Rendition]) -> None:
        with self._lock:
            self._kept.update(read)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def in_batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists that are short enough for one statement."""
    iterator = iter(items)
    while some := list(islice(iterator, BATCH)):
        yield some


def insert_missing(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    if rows:
        connection.execute(into(connection, table).on_conflict_do_nothing(), rows)


def _content(rendition: Rendition) -> str:
    """The canonical text whose SHA-256 is the rendition's digest."""
    content = rendition.to_json()
    del content["due"]
    return canonical(content)


def _told(rendition: Rendition) -> dict[str, str]:
    """What contents are searched by."""
    facts = {name: getattr(rendition, name) for name in ("title", "topic", "unit")}
    return {"kind": rendition.kind.value, **facts}


def _facts(medium: Media, now: datetime) -> dict[str, Any]:
    return {
        "sha256": medium.sha256,
        "mime": medium.mime,
        "width": medium.width,
        "height": medium.height,
        "size": medium.size,
        "stored": now,
    }


def _read(connection: Connection, digests: Iterable[str]) -> dict[str, dict[str, Any]]:
    contents: dict[str, dict[str, Any]] = {}
    for some in in_batches(digests):
        for digest, text in connection.execute(_STORED.where(RENDITION.c.digest.in_(some))):
            if hashlib.sha256(text.encode()).hexdigest() == digest:
                contents[digest] = json.loads(text)
    return contents


_STORED = select(RENDITION.c.digest, RENDITION.c.content)
