"""The sample month rehearsed and reported on, without faults and with many: once for all workers, a copy for each."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.reports.official.office_month import Month


@pytest.fixture(scope="session")
def calm_month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return own_copy(tmp_path_factory, faults=None)


@pytest.fixture(scope="session")
def stormy_month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return own_copy(tmp_path_factory, faults=7)


def own_copy(factory: pytest.TempPathFactory, *, faults: int | None) -> Month:
    """Workers wait for each other, so that one of them rehearses."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    made = shared / f"rehearsed-{faults}"
    with (shared / f"rehearsed-{faults}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            rehearse(factory.mktemp("making"), faults).rename(made)
    own = factory.mktemp("month") / "office"
    shutil.copytree(made, own)
    return Month(own)


def rehearse(folder: Path, faults: int | None) -> Path:
    month = Month.rehearse(folder, faults=faults)
    month.report("final", "a.docx", "a.xlsx", "a.pdf")
    return folder
