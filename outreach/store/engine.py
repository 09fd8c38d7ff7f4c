"""Opens the database safely: durable settings, one writer at a time, and a refusal where it is damaged or too new."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError

from outreach.domain.text import Text

__all__ = [
    "BUSY_SECONDS",
    "DBAPIError",
    "Engine",
    "StoreError",
    "check_whole",
    "durability",
    "into",
    "is_postgresql",
    "migrate",
    "open_engine",
    "reading",
    "wal_is_safe",
    "writing",
]

BUSY_SECONDS = 15
"""How long a writer waits for another one before it gives up."""

SCHEMA = "0012"
"""The newest migration; a database that has it needs no look at the others."""

SMALL_FILE = 32_000_000
"""Up to so many bytes a SQLite file is checked whole each time that it is opened."""

CACHE_KILOBYTES = 8_000
"""How much of a SQLite file one connection keeps in memory."""

_READS_ONLY = "outreach_reads_only"


class StoreError(Exception):
    """The database cannot be used as it is; `text` says why and how to mend it."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


def open_engine(url: str) -> Engine:
    """The engine for `sqlite:///…` or `postgresql://…`. Raises `StoreError` when it cannot be reached or is damaged."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(Text("The address of the database cannot be understood.")) from error
    match address.get_backend_name():
        case "sqlite":
            engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            event.listen(engine, "checkout", _check_place)
        case "postgresql":
            engine = create_engine(
                address.set(drivername="postgresql+psycopg"),
                pool_pre_ping=True,
                connect_args={
                    "keepalives_idle": 10,
                    "keepalives_interval": 5,
                    "keepalives_count": 3,
                },
            )
        case other:
            raise StoreError(
                Text("The database must be SQLite or PostgreSQL, not {name}.", name=other)
            )
    _check_quickly(engine)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables up to date, all or nothing. Raises `StoreError` when a newer program made them."""
    with reading(engine) as connection:
        if _version(connection) == SCHEMA:
            return
    from outreach.store import migrations  # noqa: PLC0415 - Alembic is slow to import and seldom needed

    with writing(engine) as connection:
        if is_postgresql(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('outreach schema'))"))
        version = _version(connection)
        known = {script.revision for script in migrations.script().walk_revisions()}
        if version is not None and version not in known:
            raise StoreError(
                Text(
                    "The database has form {found}, made by a newer program; this one knows form {known}. "
                    "Install the newer program again, or restore a backup.",
                    found=version,
                    known=SCHEMA,
                )
            )
        migrations.upgrade(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def is_postgresql(bind: Engine | Connection) -> bool:
    """Whether rows can and must be locked one by one."""
    return bind.dialect.name == "postgresql"


def into(bind: Engine | Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what becomes of a row that is there already (ON CONFLICT)."""
    return postgresql.insert(table) if is_postgresql(bind) else sqlite.insert(table)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; on SQLite it holds the only write lock from its first statement."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view that never waits for a writer's turn; writes are not committed."""
    with engine.execution_options(**{_READS_ONLY: True}).connect() as connection:
        if is_postgresql(connection):
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite has the fix of the WAL-reset fault (3.51.3, or backported to 3.50.7 and 3.44.6)."""
    return (
        version >= (3, 51, 3)
        or (version[:2] == (3, 50) and version[2] >= 7)
        or (version[:2] == (3, 44) and version[2] >= 6)
    )


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")
    major, minor, patch = sqlite3.sqlite_version_info
    if wal_is_safe((major, minor, patch)):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    else:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = EXTRA")
    file = connection.execute("PRAGMA database_list").fetchone()[2]
    record.info["opened"] = (file, _identity(file))


def _check_place(_connection: sqlite3.Connection, record: Any, _proxy: Any) -> None:
    """Open anew what was exchanged meanwhile, as a restored backup is: what is written to the former file nobody reads."""
    file, opened = record.info["opened"]
    if _identity(file) not in (opened, None):
        raise DisconnectionError


def _identity(file: str) -> tuple[int, int] | None:
    try:
        facts = Path(file).stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(_READS_ONLY)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def check_whole(engine: Engine) -> None:
    """Look at every page of a SQLite file, which takes seconds per gigabyte. Raises `StoreError`."""
    _check(engine, ("PRAGMA quick_check(1)",))


def durability(engine: Engine) -> tuple[bool, str]:
    """Whether what is committed survives a power cut, and by which settings of the database."""
    on_postgresql = is_postgresql(engine)
    verb, names = (
        ("SHOW", ("fsync", "synchronous_commit"))
        if on_postgresql
        else ("PRAGMA", ("journal_mode", "synchronous"))
    )
    with reading(engine) as connection:
        found = {n: str(connection.exec_driver_sql(f"{verb} {n}").scalar()) for n in names}
    safe = "off" not in found.values() if on_postgresql else found["synchronous"] in ("2", "3")
    return safe, ", ".join(f"{name} = {value}" for name, value in found.items())


def _check_quickly(engine: Engine) -> None:
    """A large file's stored content is left out: its digest is checked whenever it is read."""
    if is_postgresql(engine):
        _check(engine, ("SELECT 'ok'",))
        return
    file = Path(engine.url.database or "")
    small = not file.is_file() or file.stat().st_size <= SMALL_FILE
    tables = ("delivery", "attempt", "step", "event", "event_head", "lease", "channel_state")
    some = tuple(f"PRAGMA quick_check('{table}')" for table in tables)
    _check(engine, ("PRAGMA quick_check(1)",) if small else some)


def _check(engine: Engine, questions: Sequence[str]) -> None:
    try:
        with reading(engine) as connection:
            answers = [str(connection.exec_driver_sql(q).scalars().first()) for q in questions]
            if not is_postgresql(connection):
                connection.exec_driver_sql("PRAGMA shrink_memory")
    except DBAPIError as error:
        engine.dispose()
        raise _refusal(engine, error) from error
    damage = [answer for answer in answers if answer != "ok"]
    if damage:
        engine.dispose()
        raise _damaged(engine, damage[0])


def _refusal(engine: Engine, error: DBAPIError) -> StoreError:
    detail = " ".join(str(error.orig).split())
    if isinstance(error.orig, sqlite3.DatabaseError) and not isinstance(
        error.orig, sqlite3.OperationalError
    ):
        return _damaged(engine, detail)
    place = engine.url.render_as_string(hide_password=True)
    return StoreError(
        Text("The database {place} cannot be opened: {detail}", place=place, detail=detail)
    )


def _damaged(engine: Engine, detail: str) -> StoreError:
    return StoreError(
        Text(
            "The database file {file} is damaged ({detail}). "
            "Keep a copy of it, then restore the latest backup.",
            file=Path(engine.url.database or "").name,
            detail=" ".join(detail.split()),
        )
    )
