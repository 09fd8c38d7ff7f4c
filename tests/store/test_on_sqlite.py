"""SQLite keeps the store's promises."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.contracts.store_contract import StoreContract, queue

__all__ = ["queue"]


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


class TestStoreOnSqlite(StoreContract):
    """The whole contract."""
