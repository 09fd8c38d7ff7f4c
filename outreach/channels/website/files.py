"""The site's folder: files appear whole or not at all, and a file that would not change is left alone."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HIDDEN = ".entries"
"""Where the site keeps what it was built from; no server shows names that begin with a dot."""

_UNFINISHED = ".unfinished-"


@dataclass(frozen=True, kw_only=True)
class SiteFolder:
    """A folder that one writer at a time changes; paths inside it are relative, with forward slashes."""

    root: Path

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None when there is none."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def write(self, path: str, content: bytes, *, durable: bool = False) -> bool:
        """Put `content` there in one step and say whether it changed; `durable` survives a power cut. Raises OSError."""
        if self.read(path) == content:
            return False
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(_UNFINISHED + target.name)
        with unfinished.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        unfinished.replace(target)
        if durable:
            _settle(target.parent)
        return True

    def remove(self, path: str) -> None:
        """Take a file away; harmless when it is gone. Raises OSError."""
        (self.root / path).unlink(missing_ok=True)

    def remove_folder(self, path: str) -> None:
        """Take an empty folder away. Raises OSError."""
        (self.root / path).rmdir()

    def files(self, under: str, pattern: str = "*") -> Iterator[str]:
        """The paths of all files below `under`, in order."""
        top = self.root / under
        found = top.rglob(pattern) if top.is_dir() else iter(())
        yield from sorted(p.relative_to(self.root).as_posix() for p in found if p.is_file())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else, in this process or another, changes the site meanwhile."""
        lock = self.root / HIDDEN / "lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
