"""One file that holds a whole state folder: every member named in a manifest with its size and SHA-256."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from outreach.domain.text import Text
from outreach.store.engine import StoreError

MANIFEST = "manifest.json"
DATABASE = "outreach.db"
"""The member that is the SQLite database; an archive of an office on PostgreSQL has none."""

FORM = 1
_CHUNK = 1 << 20
_BROKEN = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, KeyError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an archive holds and of `when` (aware UTC) it is: member -> SHA-256; `lines` and `head` end its delivery log."""

    when: datetime
    lines: int
    head: str
    members: Mapping[str, str]

    @property
    def has_database(self) -> bool:
        """Whether the database itself is in the archive."""
        return DATABASE in self.members


def write(
    file: Path, sources: Mapping[str, Path], *, when: datetime, lines: int, head: str
) -> None:
    """Put the sources (member -> file) into a new archive that only its owner may read; whole or not at all. Raises OSError."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".unfinished-{file.name}")
    unfinished.unlink(missing_ok=True)
    try:
        with _private(unfinished) as opened:
            with tarfile.open(fileobj=opened, mode="w:gz", compresslevel=3) as tar:
                members = {name: _add(tar, name, path) for name, path in sources.items()}
                manifest = {"form": FORM, "when": when.isoformat(), "lines": lines, "head": head}
                _add_bytes(tar, MANIFEST, _json({**manifest, "members": members}))
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(file)
        sync_folder(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def check(file: Path) -> Manifest:
    """Read the whole archive and compare every byte with its manifest. Raises `StoreError` when it is damaged, OSError."""
    found: dict[str, str] = {}
    manifest = b""
    with _opened(file) as tar:
        for member, content in _members(tar):
            if member == MANIFEST:
                manifest = content.read()
            else:
                found[member] = _digest(content)
        said = json.loads(manifest)
        if said["form"] != FORM or said["members"] != found:
            raise ValueError("the members are not those of the manifest")
        return Manifest(
            when=datetime.fromisoformat(said["when"]),
            lines=said["lines"],
            head=said["head"],
            members=found,
        )


def unpack(file: Path, targets: Mapping[str, Path]) -> None:
    """Write these members (member -> file) durably, each with rights for its owner only. Raises `StoreError`, OSError."""
    with _opened(file) as tar:
        for member, content in _members(tar):
            if member in targets:
                _put(targets[member], content)


def sync_folder(folder: Path) -> None:
    """Make sure that a file's new name in the folder survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _private(file: Path) -> Iterator[IO[bytes]]:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        yield opened


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str:
    """The SHA-256 of what was put in; a file may be replaced meanwhile, but never torn."""
    with path.open("rb") as opened:
        if name == DATABASE:
            digest = _digest(opened)
            opened.seek(0)
            tar.addfile(_facts(name, os.fstat(opened.fileno()).st_size), opened)
            return digest
        content = opened.read()
    _add_bytes(tar, name, content)
    return hashlib.sha256(content).hexdigest()


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_facts(name, len(content)), io.BytesIO(content))


def _facts(name: str, size: int) -> tarfile.TarInfo:
    facts = tarfile.TarInfo(name)
    facts.size, facts.mode = size, 0o600
    return facts


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while some := content.read(_CHUNK):
        digest.update(some)
    return digest.hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:gz") as tar:
            yield tar
    except _BROKEN as error:
        what = Text("The backup {file} is damaged: {error}", file=file.name, error=error)
        raise StoreError(what) from error


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    seen: set[str] = set()
    for facts in tar:
        path = PurePosixPath(facts.name)
        content = tar.extractfile(facts) if facts.isreg() else None
        if content is None or path.is_absolute() or ".." in path.parts or facts.name in seen:
            raise ValueError(f"{facts.name!r} has no place in a backup")
        seen.add(facts.name)
        yield facts.name, content


def _put(file: Path, content: IO[bytes]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".unfinished-{file.name}")
    unfinished.unlink(missing_ok=True)
    with _private(unfinished) as opened:
        while some := content.read(_CHUNK):
            opened.write(some)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)
    sync_folder(file.parent)
