"""An office on PostgreSQL: its own tools carry the database, ours the rest, and the doubt is the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from outreach.bootstrap import open_store
from outreach.bootstrap.backups import make_backup
from outreach.bootstrap.restoring import restore
from outreach.domain.delivery import State
from outreach.domain.difference import ChangeKind
from outreach.settings import Settings, parse_settings
from outreach.store import archive
from outreach.store.engine import Engine, StoreError
from outreach.store.lease import Held, Lease
from tests.bootstrap.test_checkpoints import CONFIG
from tests.store import postgresql
from tests.store.office import DUE, apply, change, fill, only, planned, take_over

pytestmark = pytest.mark.slow

NOW = DUE + timedelta(days=3)


@pytest.fixture(scope="module")
def server() -> Iterator[postgresql.Server]:
    with postgresql.server() as running:
        yield running


@pytest.fixture
def settings(server: postgresql.Server, tmp_path: Path) -> Settings:
    parsed = parse_settings(CONFIG, file=None, folder=tmp_path)
    return replace(parsed, database=SecretStr(server.database()))


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_store(settings)
    yield opened
    opened.dispose()


def test_the_rest_comes_back_and_what_was_due_is_in_doubt(
    settings: Settings, engine: Engine
) -> None:
    queue = take_over(engine, settings.state)
    fill(queue, [planned("a", channel="website")])
    picture = settings.state / "media" / "ab"
    picture.write_bytes(b"picture")
    file = make_backup(settings, engine, now=DUE - timedelta(hours=1))
    assert not archive.check(file).has_database
    picture.unlink()
    lease = Lease.take(engine, settings.state)
    with pytest.raises(Held):
        restore(settings, file, now=NOW, actor="Lan")
    lease.release()
    restored = restore(settings, file, now=NOW, actor="Lan")
    assert restored.aside is None
    assert picture.read_bytes() == b"picture"
    assert only(queue).state is State.HELD, "no file asks for it here"
    released = change(ChangeKind.RELEASED, planned("a"), row=only(queue))
    apply(queue, released, now=NOW)
    assert only(queue).state is State.UNKNOWN
    on_sqlite = replace(settings, database=SecretStr(f"sqlite:///{settings.state / 'x.db'}"))
    with pytest.raises(StoreError, match="another kind of database"):
        restore(on_sqlite, file, now=NOW, actor="Lan")
