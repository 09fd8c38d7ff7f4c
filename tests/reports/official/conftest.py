"""The sample month rehearsed and reported on, without faults and with many; once per worker."""

from __future__ import annotations

import pytest

from tests.reports.official.office_month import Month


@pytest.fixture(scope="session")
def calm_month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return reported(tmp_path_factory, None)


@pytest.fixture(scope="session")
def stormy_month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return reported(tmp_path_factory, 7)


def reported(factory: pytest.TempPathFactory, faults: int | None) -> Month:
    month = Month.rehearse(factory.mktemp("month"), faults=faults)
    month.report("final", "a.docx", "a.xlsx", "a.pdf")
    return month
