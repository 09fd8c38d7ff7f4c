"""A rehearsal writes as durably as the service; its tests need no disk for that."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory, where there is such a place."""
    made = Path(tempfile.mkdtemp(prefix="outreach-", dir=MEMORY if MEMORY.is_dir() else None))
    yield made
    shutil.rmtree(made)
