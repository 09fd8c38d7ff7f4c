"""PostgreSQL keeps the store's promises, also with several writers at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from outreach.store.engine import migrate, open_engine
from tests.contracts.store_contract import StoreContract, queue
from tests.store.postgresql import Server

__all__ = ["queue"]

pytestmark = pytest.mark.slow


@pytest.fixture
def engine(postgresql_server: Server) -> Iterator[Engine]:
    engine = open_engine(postgresql_server.database())
    migrate(engine)
    yield engine
    engine.dispose()


class TestStoreOnPostgresql(StoreContract):
    """The whole contract."""
