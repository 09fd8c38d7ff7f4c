"""Opening a database: settings that last, refusals that explain."""

from __future__ import annotations

import _sqlite3
import contextlib
import ctypes
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.dialects import sqlite

from outreach.store import copies, migrations, restoration
from outreach.store.columns import LARGEST, Instant, Span
from outreach.store.engine import (
    SCHEMA,
    StoreError,
    check_whole,
    migrate,
    open_engine,
    reading,
    wal_is_safe,
    writing,
)
from outreach.store.people_tables import PERSON
from outreach.store.restoration import Restoration
from outreach.store.seals import Seals
from tests.store.blank import blank
from tests.store.office import DUE, WHY, take_over


def ask(engine: Engine, pragma: str) -> object:
    with reading(engine) as connection:
        return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_wal_only_where_its_fault_is_mended(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


@pytest.mark.parametrize(
    ("version", "journal", "synchronous"), [((3, 40, 1), "delete", 3), ((3, 51, 3), "wal", 2)]
)
def test_the_journal_fits_the_library(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, int, int],
    journal: str,
    synchronous: int,
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    assert (ask(engine, "journal_mode"), ask(engine, "synchronous")) == (journal, synchronous)
    assert (ask(engine, "foreign_keys"), ask(engine, "busy_timeout")) == (1, 15_000)
    engine.dispose()


def test_checking_a_file_keeps_nothing_of_it_in_memory(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as made:
        made.execute("PRAGMA synchronous = OFF")
        made.execute("CREATE TABLE large AS SELECT zeroblob(6000000) AS content")
    used = ctypes.CDLL(getattr(_sqlite3, "__file__", None)).sqlite3_memory_used
    used.restype = ctypes.c_int64
    before = used()
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    assert used() - before < 1_000_000
    engine.dispose()


def test_migrations_make_exactly_the_tables_of_the_models(sqlite_engine: Engine) -> None:
    migrate(sqlite_engine)
    with reading(sqlite_engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), PERSON.metadata) == []
    assert migrations.script().get_current_head() == SCHEMA


def test_an_older_database_keeps_its_rows_and_gets_what_it_lacks(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as connection:
        for newer in (
            "delivery_count",
            "alert",
            "recheck",
            "web_session",
            "person",
            "sign_in_failure",
            "approval",
            "approval_rule",
            "api_token",
            "recovery_code",
            "sign_in_errand",
            "restoration",
            "reading_head",
        ):
            connection.execute(text(f"DROP TABLE {newer}"))
        for index in ("delivery_state", "delivery_lane", "delivery_digest", "rendition_kind"):
            connection.execute(text(f"DROP INDEX {index}"))
        for column in ("kind", "title", "topic", "unit"):
            connection.execute(text(f"ALTER TABLE rendition DROP COLUMN {column}"))
        content = '{"kind":"banner","title":"Treo băng rôn","topic":"","unit":"Văn phòng"}'
        connection.execute(
            text("INSERT INTO rendition VALUES ('d', :content, 0)"), {"content": content}
        )
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        connection.execute(text("INSERT INTO page_view VALUES ('2022-11-15', '/', 7)"))
    migrate(sqlite_engine)
    with reading(sqlite_engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), PERSON.metadata) == []
        assert connection.execute(text("SELECT count FROM page_view")).scalar() == 7
        told = connection.execute(text("SELECT kind, title, topic, unit FROM rendition")).one()
        assert tuple(told) == ("banner", "Treo băng rôn", "", "Văn phòng")


def test_a_database_of_a_newer_program_is_refused_untouched(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="form 9999, made by a newer program"):
        migrate(sqlite_engine)


@pytest.mark.fault(3, "a migration that breaks off")
def test_a_failed_migration_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE event (seq INTEGER)"))
    with pytest.raises(Exception, match="already exists"):
        migrate(engine)
    with reading(engine) as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    assert names == ["event"]
    engine.dispose()


@pytest.mark.parametrize("damage", ["header", "page", "not a database"])
@pytest.mark.fault(13, "overwritten bytes")
def test_a_damaged_file_is_refused_with_one_sentence(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "outreach.db"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    content = bytearray(file.read_bytes())
    match damage:
        case "header":
            content[:16] = b"x" * 16
        case "page":
            content[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
        case _:
            content = bytearray("Không phải cơ sở dữ liệu\n".encode() * 500)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"outreach\.db is damaged .* restore the latest backup"):
        open_engine(f"sqlite:///{file}")


def test_a_large_file_is_checked_where_it_must_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach.store.engine.SMALL_FILE", 0)
    file = tmp_path / "outreach.db"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    with reading(engine) as connection:
        where = text("SELECT rootpage FROM sqlite_master WHERE name = :name")
        pages = {n: connection.execute(where, {"name": n}).scalar_one() for n in ("event", "media")}
    engine.dispose()
    sound = file.read_bytes()
    for name, page in pages.items():
        content = bytearray(sound)
        content[4096 * (page - 1) : 4096 * page] = b"\xff" * 4096
        file.write_bytes(content)
        if name == "event":
            with pytest.raises(StoreError, match="is damaged"):
                open_engine(f"sqlite:///{file}")
        else:
            with pytest.raises(StoreError, match="is damaged"):
                check_whole(open_engine(f"sqlite:///{file}"))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("nonsense", "cannot be understood"),
        ("postgresql://x:secret@[::1/y", "cannot be understood"),
        ("mysql://x/y", "must be SQLite or PostgreSQL, not mysql"),
        ("sqlite:////nowhere/at/all.db", "cannot be opened"),
        ("postgresql://:secret@/x?host=/nowhere", "cannot be opened"),
    ],
)
def test_an_address_that_leads_nowhere_is_explained(url: str, why: str) -> None:
    with pytest.raises(StoreError, match=why) as refusal:
        open_engine(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.asvs("16.2.2", "Instants are kept in UTC")
def test_instants_are_aware_and_keep_their_microseconds() -> None:
    cell = Instant()
    there = datetime(2022, 11, 15, 8, 0, 0, 1, tzinfo=timezone(timedelta(hours=7)))
    dialect = sqlite.dialect()
    stored = cell.process_bind_param(there, dialect)
    back = cell.process_result_value(stored, dialect)
    assert back == there
    assert back is not None
    assert back.tzinfo is UTC
    with pytest.raises(ValueError, match="naive"):
        cell.process_bind_param(datetime(2022, 1, 1), dialect)  # noqa: DTZ001 - naive on purpose


def test_a_boundless_span_becomes_the_longest_that_fits() -> None:
    assert Span().process_bind_param(timedelta.max, sqlite.dialect()) == LARGEST
    assert Span().process_result_value(LARGEST, sqlite.dialect()) == timedelta(microseconds=LARGEST)


def test_whoever_has_a_database_open_that_is_exchanged_goes_on_with_the_new_one(
    tmp_path: Path,
) -> None:
    engine, other = blank(tmp_path / "a.db"), blank(tmp_path / "b.db")
    queue, seals = take_over(engine, tmp_path), Seals(engine, now=lambda: DUE)
    for _ in range(3):
        queue.pause("website", WHY, None, actor="lan", now=DUE)
    assert (seals.check().whole, seals.check().upto.seq) == (True, 3)
    found = Restoration(at=DUE, backup=DUE)
    restoration.record(other, found, actor="minh", facts={})
    other.dispose()
    copies.replace(tmp_path / "a.db", tmp_path / "b.db", now=DUE)
    assert (seals.check().whole, seals.check().upto.seq) == (True, 1)
    queue.pause("website", WHY, None, actor="lan", now=DUE)
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db")) as looked_at:
        assert looked_at.execute("SELECT count(*) FROM event").fetchone() == (2,)
    (tmp_path / "a.db").rename(tmp_path / "c.db")
    assert ask(engine, "foreign_keys") == 1
    assert not (tmp_path / "a.db").exists()
    engine.dispose()
