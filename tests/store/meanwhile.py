"""Lets something happen in the middle of somebody's transaction, as another thread or process would do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event, get_ident
from typing import Any

from sqlalchemy import Engine, event, text

from outreach.store.engine import is_postgresql

LONGEST = 30.0


@contextmanager
def meanwhile(engine: Engine, fragment: str, other: Callable[[], Any]) -> Iterator[Future[Any]]:
    """When this thread has run the first statement that holds `fragment`, `other` begins beside it.

    This thread goes on as soon as `other` has ended, or waits for what this one has locked. Gives what becomes of `other`.
    """
    me, future, begins = get_ident(), Future[Any](), Event()

    def begun(_connection: Any) -> None:
        if get_ident() != me:
            begins.set()

    def ran(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if get_ident() == me and fragment in statement and not done:
            done.append(pool.submit(_carry_out, other, future))
            _until_it_waits(engine, future, begins)

    done: list[Future[None]] = []
    event.listen(engine, "engine_connect", begun)
    event.listen(engine, "after_cursor_execute", ran)
    try:
        with ThreadPoolExecutor(1) as pool:
            yield future
            assert done, f"no statement holds {fragment!r}"
            future.exception(LONGEST)
    finally:
        event.remove(engine, "engine_connect", begun)
        event.remove(engine, "after_cursor_execute", ran)


def _carry_out(other: Callable[[], Any], future: Future[Any]) -> None:
    try:
        future.set_result(other())
    except BaseException as error:  # noqa: BLE001 - whoever asks for the result gets it
        future.set_exception(error)


def _until_it_waits(engine: Engine, other: Future[Any], begins: Event) -> None:
    """On SQLite whoever begins waits for the only writer; PostgreSQL says who waits."""
    ended = Event()
    other.add_done_callback(lambda _: ended.set())
    while not ended.wait(0.01):
        if _waits(engine) if is_postgresql(engine) else begins.is_set():
            return


def _waits(engine: Engine) -> bool:
    query = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect() as connection:
        return bool(connection.execute(query).scalar_one())
