"""What only the holder of the lease may write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, select

from outreach.store.engine import writing
from outreach.store.records import Fenced
from outreach.store.tables import LEASE


@contextmanager
def fenced(engine: Engine, fence: int) -> Iterator[Connection]:
    """A writing transaction for the lease's holder; raises `Fenced`, with nothing written, when another one has taken over."""
    with writing(engine) as connection:
        if connection.execute(_FENCE).scalar_one() != fence:
            raise Fenced
        yield connection


_FENCE = select(LEASE.c.fence).where(LEASE.c.name == "dispatcher").with_for_update(read=True)
