"""An empty SQLite database; the tables are made once a process and copied, because making them is slow."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import Engine

from outreach.store.engine import migrate, open_engine


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "outreach.db")
        engine = open_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()


def blank(file: Path) -> Engine:
    """A database with all tables and no rows in `file`."""
    file.write_bytes(_migrated())
    return open_engine(f"sqlite:///{file}")
