"""How often pages were read: one number per page and local day, and nothing about the reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Engine, func, select

from outreach.store.engine import into, reading, writing
from outreach.store.tables import PAGE_VIEW


class Views:
    """The page counters of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def bump(self, counts: Mapping[tuple[date, str], int]) -> None:
        """Add to the counters of (local day, path)."""
        if not counts:
            return
        new = into(self._engine, PAGE_VIEW)
        more = {"count": PAGE_VIEW.c.count + new.excluded.count}
        rows = [{"day": day, "path": path, "count": n} for (day, path), n in sorted(counts.items())]
        with writing(self._engine) as connection:
            connection.execute(
                new.on_conflict_do_update(index_elements=["day", "path"], set_=more), rows
            )

    def total(self, path: str) -> int:
        """How often a page was read, all days together."""
        query = select(func.sum(PAGE_VIEW.c.count)).where(PAGE_VIEW.c.path == path)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def totals(self) -> dict[str, int]:
        """Path -> how often it was read, all days together."""
        query = select(PAGE_VIEW.c.path, func.sum(PAGE_VIEW.c.count)).group_by(PAGE_VIEW.c.path)
        with reading(self._engine) as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}
