"""Copies of a SQLite database: made while it is in use, and put in the place of one that is lost or damaged."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from outreach.domain.text import Text
from outreach.store.archive import sync_folder
from outreach.store.engine import BUSY_SECONDS, StoreError, open_engine
from outreach.store.lease import Held, holder_of

COMPANIONS = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, by the ending of its name."""


def file_of(url: str) -> Path | None:
    """The file of a SQLite database by its address; None on PostgreSQL."""
    address = make_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def copy(source: Path, target: Path) -> None:
    """A consistent copy of a database in use, for its owner only; writers wait until it is whole. Raises `StoreError`, OSError."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    try:
        with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as live:
            live.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            with closing(sqlite3.connect(target)) as copied:
                live.backup(copied)
                copied.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise StoreError(Text("The database cannot be copied: {error}", error=error)) from error


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Keep every daemon away from the place of a database, which may be missing or damaged. Raises `Held`."""
    database.parent.mkdir(parents=True, exist_ok=True)
    lock = database.with_name(f"{database.name}.lock")
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Held(_holder(database)) from None
    else:
        yield
    finally:
        os.close(descriptor)


def replace(database: Path, restored: Path, *, now: datetime) -> Path | None:
    """Put `restored` in the place of the database, and the former one aside; gives where that is now, if there was one."""
    aside = database.with_name(f"{database.name}.before-{now:%Y%m%d-%H%M%S}")
    there = database.exists()
    for ending in COMPANIONS:
        with suppress(FileNotFoundError):
            database.with_name(database.name + ending).rename(aside.with_name(aside.name + ending))
    restored.replace(database)
    sync_folder(database.parent)
    return aside if there else None


def _holder(database: Path) -> Text:
    try:
        engine = open_engine(f"sqlite:///{database}")
    except StoreError:
        return Text("another process")
    try:
        return holder_of(engine)
    finally:
        engine.dispose()
