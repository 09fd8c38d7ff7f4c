"""The right to dispatch: one holder per database, and a number that grows with every holder."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DBAPIError

from outreach.domain.text import Text
from outreach.store.engine import is_postgresql, reading, writing
from outreach.store.tables import LEASE

_LOCK = "hashtext('outreach dispatcher')"
_OURS = LEASE.c.name == "dispatcher"


class Held(Exception):
    """Another process dispatches already; `holder` says which (host, process, since when)."""

    def __init__(self, holder: Text) -> None:
        super().__init__(str(holder))
        self.holder = holder
        self.text = Text("Another daemon already works on this database: {holder}.", holder=holder)


class Lease:
    """Held until `release` or the end of the process, however it ends. `fence` is higher than any holder's before."""

    def __init__(
        self, *, fence: int, release: Callable[[], None], alive: Callable[[], bool]
    ) -> None:
        self.fence = fence
        self._release = release
        self._alive = alive

    @classmethod
    def take(cls, engine: Engine, state_folder: Path, *, now: datetime | None = None) -> Lease:
        """Become the holder, at once or not at all: raises `Held`. `state_folder` serves a database without a file."""
        release, alive = (
            _lock_session(engine) if is_postgresql(engine) else _lock_file(engine, state_folder)
        )
        try:
            return cls(
                fence=_next_fence(engine, now or datetime.now(UTC)), release=release, alive=alive
            )
        except BaseException:
            release()
            raise

    def alive(self) -> bool:
        """Whether the lock is still ours; on PostgreSQL a broken connection loses it."""
        return self._alive()

    def release(self) -> None:
        """Give it back; harmless when repeated."""
        self._release()


def _next_fence(engine: Engine, now: datetime) -> int:
    with writing(engine) as connection:
        taken = (
            update(LEASE)
            .where(_OURS)
            .values(fence=LEASE.c.fence + 1, holder=_myself(now), taken=now)
        )
        connection.execute(taken)
        return int(connection.execute(select(LEASE.c.fence).where(_OURS)).scalar_one())


def _myself(now: datetime) -> str:
    holder = Text(
        "{host}, process {process}, since {since} UTC",
        host=socket.gethostname(),
        process=os.getpid(),
        since=f"{now:%Y-%m-%d %H:%M:%S}",
    )
    return json.dumps(holder.to_json())


def holder_of(engine: Engine) -> Text:
    """Who took the lease last (host, process, since when)."""
    with reading(engine) as connection:
        stored = connection.execute(select(LEASE.c.holder).where(_OURS)).scalar_one()
    return Text.from_json(json.loads(stored))


def _lock_file(engine: Engine, state_folder: Path) -> tuple[Callable[[], None], Callable[[], bool]]:
    database = Path(engine.url.database or "")
    folder = database.parent if database.is_file() else state_folder
    name = database.name if database.is_file() else "database"
    descriptor = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise Held(holder_of(engine)) from None
    open_ones = [descriptor]

    def release() -> None:
        if open_ones:
            os.close(open_ones.pop())

    return release, lambda: bool(open_ones)


def _lock_session(engine: Engine) -> tuple[Callable[[], None], Callable[[], bool]]:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    if not connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})")).scalar():
        connection.close()
        raise Held(holder_of(engine))

    def release() -> None:
        if not connection.closed:
            with suppress(DBAPIError):
                connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            connection.close()

    return release, lambda: _answers(connection)


def _answers(connection: Connection) -> bool:
    if connection.closed or connection.invalidated:
        return False
    try:
        connection.exec_driver_sql("SELECT 1")
    except DBAPIError:
        return False
    return True
