"""Which post belongs to which delivery, kept on this machine: two deliveries with the same words never share one post."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file. Losing it is harmless unless two deliveries say the same within minutes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._owners: dict[str, str] = {}
        self._doubts: dict[str, int] = {}
        self._covers: dict[str, dict[str, str]] = {}
        self._commented: set[str] = set()
        self._scheduled: dict[str, dict[str, str]] = {}
        self._videos: dict[str, list[str]] = {}
        self._spent: dict[str, bool] = {}
        self._read = False

    def own(self, name: str, key: str) -> None:
        """The post `name` is the publication of `key`."""
        if self.owner(name) != key:
            self._write({"post": name, "key": key})

    def owner(self, name: str) -> str | None:
        """Whose publication a post is; None when nobody knows."""
        self._load()
        return self._owners.get(name)

    def doubt(self, key: str) -> None:
        """Facebook failed over this publication once more."""
        self._write({"doubt": key, "count": self.doubts(key) + 1})

    def doubts(self, key: str) -> int:
        """How often Facebook has failed over this publication."""
        self._load()
        return self._doubts.get(key, 0)

    def trust(self, key: str) -> None:
        """A person gets as many tries again."""
        self._write({"doubt": key, "count": 0})

    def spend(self, key: str) -> bool:
        """Whether this refusal of the publication is worth another try: every second one is not."""
        self._load()
        first = not self._spent.get(key, False)
        self._write({"spent": key, "is": first})
        return first

    def hang(self, key: str, cover: dict[str, str]) -> None:
        """The cover (`photo`, and the `former` one) is about to be that of `key`."""
        self._write({"cover": cover, "key": key})

    def cover(self, key: str) -> dict[str, str]:
        """The cover of `key`; empty when none was ever tried."""
        self._load()
        return self._covers.get(key, {})

    def schedule(self, key: str, post: str, at: datetime) -> None:
        """The publication of `key` waits as the scheduled post `post`; empty while it is about to be made."""
        if not post or self.scheduled(key).get("post") != post:
            self._write({"scheduled": {"post": post, "at": at.isoformat()}, "key": key})
        if post:
            self.own(post, key)

    def unschedule(self, key: str) -> None:
        """Nothing of `key` waits any more."""
        self._write({"scheduled": {}, "key": key})

    def scheduled(self, key: str) -> dict[str, str]:
        """The scheduled `post` of `key`, and when (`at`) that was noted; empty when none was ever tried."""
        self._load()
        return self._scheduled.get(key, {})

    def show(self, key: str, video: str) -> None:
        """The publication of `key` is about to show this video."""
        if video not in self.videos(key):
            self._write({"video": video, "key": key})

    def videos(self, key: str) -> list[str]:
        """Every video that the publication of `key` may show, the first one first."""
        self._load()
        return self._videos.get(key, [])

    def begin_comment(self, key: str) -> bool:
        """Note that the first comment is about to be made; True when one was begun before."""
        self._load()
        begun = key in self._commented
        if not begun:
            self._write({"comment": key})
        return begun

    def _write(self, entry: dict[str, Any]) -> None:
        self._load()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("ab") as opened:
            opened.write(json.dumps(entry).encode() + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
        self._replay(entry)

    def _load(self) -> None:
        if not self._read:
            self._read = True
            for entry in _entries(self._file):
                self._replay(entry)

    def _replay(self, entry: dict[str, Any]) -> None:
        match entry:
            case {"post": name, "key": key}:
                self._owners[name] = key
            case {"doubt": key, "count": count}:
                self._doubts[key] = count
            case {"cover": cover, "key": key}:
                self._covers[key] = cover
            case {"scheduled": waiting, "key": key}:
                self._scheduled[key] = waiting
            case {"video": video, "key": key}:
                self._videos.setdefault(key, []).append(video)
            case {"spent": key, "is": spent}:
                self._spent[key] = spent
            case {"comment": key}:
                self._commented.add(key)


def _entries(file: Path) -> Iterator[dict[str, Any]]:
    if not file.exists():
        return
    content = file.read_bytes()
    for line in content.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
    if content and not content.endswith(b"\n"):
        with file.open("ab") as opened:
            opened.write(b"\n")
