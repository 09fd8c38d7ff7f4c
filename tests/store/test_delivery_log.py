"""The delivery log: appended, sealed, and every tampering found."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from outreach.store import seals
from outreach.store.delivery_log import Damage, Event, Head, append, head, read, verify
from outreach.store.engine import migrate, open_engine, writing
from tests.store.office import DUE

LINES = 8


def write(engine: Engine, count: int = LINES, what: str = "published") -> None:
    events = [
        Event(at=DUE + timedelta(seconds=n), actor="lan", what=what, delivery_id=n, data={"số": n})
        for n in range(count)
    ]
    with writing(engine) as connection:
        append(connection, events)


def tamper(engine: Engine, do: Callable[[Connection], None]) -> None:
    """What somebody with the database's password can do: take the seal off, change, go."""
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS event_no_update"))
        connection.execute(text("DROP TRIGGER IF EXISTS event_no_delete"))
        do(connection)


def run(statement: str, **values: object) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        connection.execute(text(statement), values)

    return do


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("log") / "outreach.db"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    write(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="module")
def copy(pattern: Path) -> Callable[[], Engine]:
    numbers = itertools.count()

    def make() -> Engine:
        file = pattern.with_name(f"{next(numbers)}.db")
        file.write_bytes(pattern.read_bytes())
        return open_engine(f"sqlite:///{file}")

    return make


def test_an_untouched_log_is_intact_over_several_appends(sqlite_engine: Engine) -> None:
    assert verify(sqlite_engine).count == 0
    write(sqlite_engine)
    write(sqlite_engine, 3)
    verdict = verify(sqlite_engine, against=head(sqlite_engine))
    assert (verdict.damage, verdict.count) == (None, LINES + 3)
    assert "11" in str(verdict.text)


@pytest.mark.asvs("16.4.2", "The database refuses to change a line")
def test_the_database_itself_refuses_to_change_or_delete_a_line(sqlite_engine: Engine) -> None:
    write(sqlite_engine)
    for statement in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
        with pytest.raises(DBAPIError, match="append-only"), sqlite_engine.begin() as connection:
            connection.execute(text(statement))


def test_lines_are_read_in_order_from_where_one_stopped(sqlite_engine: Engine) -> None:
    write(sqlite_engine)
    assert [line.seq for line in read(sqlite_engine, after=5)] == [6, 7, 8]
    assert [line.seq for line in read(sqlite_engine, since=DUE + timedelta(seconds=6))] == [7, 8]
    assert [line.event.data for line in read(sqlite_engine, delivery_id=2)] == [{"số": 2}]
    assert [line.seq for line in read(sqlite_engine, limit=2)] == [1, 2]


@pytest.mark.parametrize("page", [1, 3, LINES])
def test_pages_hide_nothing(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    write(sqlite_engine)
    monkeypatch.setattr("outreach.store.delivery_log.PAGE", page)
    assert [line.seq for line in read(sqlite_engine)] == list(range(1, LINES + 1))
    assert verify(sqlite_engine).count == LINES


EDITS = {"at": 1, "actor": "mai", "what": "cancelled", "delivery_id": 99, "data": '{"số":7.5}'}


@given(seq=st.integers(1, LINES), column=st.sampled_from(sorted(EDITS)))
@pytest.mark.fault(49, "an edited row")
def test_an_edited_line_is_named(copy: Callable[[], Engine], seq: int, column: str) -> None:
    engine = copy()
    tamper(engine, run(f"UPDATE event SET {column} = :v WHERE seq = :s", v=EDITS[column], s=seq))
    verdict = verify(engine)
    engine.dispose()
    assert (verdict.damage, verdict.seq) == (Damage.EDITED, seq)


@given(st.sets(st.integers(1, LINES), min_size=1))
@pytest.mark.fault(49, "a deleted row")
def test_the_first_deleted_line_is_named(copy: Callable[[], Engine], gone: set[int]) -> None:
    engine = copy()
    numbers = ", ".join(map(str, gone))
    tamper(engine, run(f"DELETE FROM event WHERE seq IN ({numbers})"))
    verdict = verify(engine)
    engine.dispose()
    assert (verdict.damage, verdict.seq) == (Damage.MISSING, min(gone))


@given(st.integers(1, LINES - 1))
def test_a_deleted_line_is_found_when_the_rest_is_renumbered(
    copy: Callable[[], Engine], gone: int
) -> None:
    engine = copy()

    def close_the_gap(connection: Connection) -> None:
        connection.execute(text("DELETE FROM event WHERE seq = :s"), {"s": gone})
        for seq in range(gone + 1, LINES + 1):
            connection.execute(text("UPDATE event SET seq = seq - 1 WHERE seq = :s"), {"s": seq})

    tamper(engine, close_the_gap)
    verdict = verify(engine)
    engine.dispose()
    assert (verdict.damage, verdict.seq) == (Damage.MISSING, gone)


@given(st.sets(st.integers(1, LINES), min_size=2, max_size=2))
@pytest.mark.fault(49, "two rows exchanged")
def test_two_lines_that_changed_places_are_named(
    copy: Callable[[], Engine], pair: set[int]
) -> None:
    engine = copy()
    first, second = sorted(pair)

    def swap(connection: Connection) -> None:
        for old, new in ((first, -1), (second, first), (-1, second)):
            values = {"old": old, "new": new}
            connection.execute(text("UPDATE event SET seq = :new WHERE seq = :old"), values)

    tamper(engine, swap)
    verdict = verify(engine)
    engine.dispose()
    assert (verdict.damage, verdict.seq) == (Damage.REORDERED, first)


def test_an_edited_line_with_a_seal_of_its_own_is_found_by_the_next(
    copy: Callable[[], Engine],
) -> None:
    engine = copy()
    end = head(engine)
    write(engine, 1, "forged")
    forged = list(read(engine))[-1]
    statement = "UPDATE event SET what = 'forged', hash = :h WHERE seq = :s"
    tamper(engine, run("DELETE FROM event WHERE seq > :s", s=LINES))
    tamper(engine, run("UPDATE event_head SET seq = :s, hash = :h", s=end.seq, h=end.hash))
    tamper(engine, run(statement, h=forged.hash, s=3))
    verdict = verify(engine)
    engine.dispose()
    assert verdict.damage is Damage.EDITED
    assert verdict.seq == 3


@pytest.mark.fault(49, "all rows sealed anew")
def test_a_log_that_was_written_anew_differs_from_the_head_noted_earlier(
    copy: Callable[[], Engine], sqlite_engine: Engine
) -> None:
    engine = copy()
    noted = head(engine)
    engine.dispose()
    write(sqlite_engine, LINES, "forged")
    assert verify(sqlite_engine).damage is None
    verdict = verify(sqlite_engine, against=noted)
    assert (verdict.damage, verdict.seq) == (Damage.REWRITTEN, LINES)
    longer = Head(seq=LINES + 5, hash="x")
    assert verify(sqlite_engine, against=longer).damage is Damage.MISSING


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000))
def test_noise_in_a_column_never_passes(
    copy: Callable[[], Engine], noise: bytes, where: int
) -> None:
    engine = copy()
    column = ("actor", "what", "data", "previous", "hash")[where % 5]
    value = noise.hex()
    with suppress(DBAPIError):
        tamper(engine, run(f"UPDATE event SET {column} = :v WHERE seq = 4", v=value))
    verdict = verify(engine)
    engine.dispose()
    assert verdict.damage is not None
    assert verdict.seq == 4


def test_what_was_changed_shows_to_whoever_checks_anew(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "AT_ONCE", 2)
    monkeypatch.setattr(seals, "STRIDE", 2)
    monkeypatch.setattr(seals, "PAUSE_SECONDS", 0)
    clock = [DUE]
    sealed = seals.Seals(sqlite_engine, now=lambda: clock[0])
    with writing(sqlite_engine) as connection:
        append(connection, [Event(at=DUE, actor="lan", what=f"w{n}") for n in range(7)])
    first = sealed.check()
    assert (first.upto.seq, first.whole, first.verdict.intact) == (2, False, True)
    while not sealed.check().whole:
        pass
    while sealed.check().before < 7:
        pass  # the thread is about to end
    tamper(sqlite_engine, run("UPDATE event SET actor = 'mai' WHERE seq = 1"))
    clock[0] += seals.PASS + timedelta(seconds=1)
    assert sealed.check().verdict.damage is Damage.EDITED
    lines = list(read(sqlite_engine))
    assert [seals.is_sealed(line) for line in lines] == [False, *[True] * 6]
