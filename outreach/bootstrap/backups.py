"""Backups of a whole office: the database, pictures and what channels keep, tokens still sealed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from outreach.settings import Settings
from outreach.store import archive, copies, delivery_log
from outreach.store.archive import DATABASE
from outreach.store.delivery_log import Head
from outreach.store.engine import Engine, open_engine

STATE = "state/"
"""What the names of members from the state folder begin with."""

NAMED = re.compile(r"outreach-(\d{8}-\d{6})\.tar\.gz")
_STAMP = "%Y%m%d-%H%M%S"
_LEFT_OUT = {"rehearsal"}


def make_backup(settings: Settings, engine: Engine, *, now: datetime) -> Path:
    """A new backup in its folder, read back and compared; the oldest ones beyond `keep` go. Raises `StoreError`, OSError.

    On PostgreSQL it holds everything but the database, which has tools of its own.
    """
    file = settings.backup.folder / f"outreach-{now.astimezone(UTC):{_STAMP}}.tar.gz"
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = copies.file_of(settings.database.get_secret_value())
    copied = file.with_name(f".copy-{file.name}")
    try:
        if database:
            copies.copy(database, copied)
        end = _end(copied) if database else delivery_log.head(engine)
        sources = {DATABASE: copied} if database else {}
        sources |= {f"{STATE}{name}": path for name, path in _state_files(settings, database)}
        archive.write(file, sources, when=now, lines=end.seq, head=end.hash)
    finally:
        copied.unlink(missing_ok=True)
    archive.check(file)
    for old in backups(settings)[: -settings.backup.keep]:
        old.unlink()
    return file


def backups(settings: Settings) -> list[Path]:
    """The backups in the configured folder, oldest first."""
    folder = settings.backup.folder
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if NAMED.fullmatch(path.name))


def last_backup(settings: Settings) -> datetime | None:
    """When the newest backup was made (aware UTC)."""
    names = [NAMED.fullmatch(path.name) for path in backups(settings)[-1:]]
    return next((_instant(name[1]) for name in names if name), None)


def _end(copied: Path) -> Head:
    """The end of the log in a copied database, which is whole. Raises `StoreError`."""
    engine = open_engine(f"sqlite:///{copied}")
    try:
        return delivery_log.head(engine)
    finally:
        engine.dispose()


def _state_files(settings: Settings, database: Path | None) -> Iterator[tuple[str, Path]]:
    """Every file below the state folder but the database, locks, unfinished files, rehearsals and backups."""
    for path in sorted(settings.state.rglob("*")):
        inside = path.relative_to(settings.state)
        ours = database and path.parent == database.parent and path.name.startswith(database.name)
        passing = path.suffix == ".lock" or any(part.startswith(".") for part in inside.parts)
        skipped = inside.parts[0] in _LEFT_OUT or path.is_relative_to(settings.backup.folder)
        if path.is_file() and not (path.is_symlink() or ours or passing or skipped):
            yield inside.as_posix(), path


def _instant(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
