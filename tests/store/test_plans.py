"""SQLite answers what pages ask most by an index, so that a long record costs no more than a short one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from outreach.domain.delivery import State
from outreach.store.glances import Glances
from outreach.store.leafing import Choice, Leafing
from tests.store.office import DUE

ASKED: dict[str, Callable[[Engine], object]] = {
    "by state": lambda engine: Glances(engine).first([State.PUBLISHED], 8, latest=True),
    "by channel": lambda engine: Glances(engine).first([State.PUBLISHED], 1, channel="website"),
    "used of a quota": lambda engine: Glances(engine).gone_out("website", DUE),
    "by text": lambda engine: Glances(engine).of_text("d" * 64),
    "of messages": lambda engine: Glances(engine).of_messages("thang", ["m"]),
    "banners": lambda engine: Glances(engine).banners(["truc-tiep"], 9),
    "log": lambda engine: list(Leafing(engine).back(Choice(), 9)),
    "log on": lambda engine: Leafing(engine).on(Choice(channel="website"), 0, 9),
}


@pytest.mark.parametrize("name", ASKED)
def test_nothing_is_searched_row_by_row(sqlite_engine: Engine, name: str) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(_c: object, _k: object, statement: str, values: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, values))  # type: ignore[arg-type]  # as the driver has it

    event.listen(sqlite_engine, "before_cursor_execute", note)
    ASKED[name](sqlite_engine)
    event.remove(sqlite_engine, "before_cursor_execute", note)
    with sqlite_engine.connect() as connection:
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert not [step for *_, step in plan if step.startswith("SCAN")], plan
