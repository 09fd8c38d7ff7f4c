"""The service reads counts back by itself: from the website's own views to what `outreach stats` shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from outreach.bootstrap import load_settings, open_desk, open_service
from outreach.daemon.serving import Serving
from outreach.domain.counts import Metric
from outreach.store.counts import CountSeries
from outreach.store.views import Views
from tests.daemon.office import CAMPAIGN, Office

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office with a counted website, where everything may be counted at once."""
    monkeypatch.setattr("outreach.domain.counts.AGES", (timedelta(0),))
    monkeypatch.setattr("outreach.daemon.serving.EVERY", timedelta(seconds=0.2))
    made = Office(tmp_path)
    made.set_up()
    text = made.config.read_text("utf-8").replace(
        'folder = "site"', 'folder = "site"\nviews = true'
    )
    made.config.write_text(text, "utf-8")
    return made


def counted(office: Office) -> dict[str, list[int]]:
    """Message → every number of views that was read."""
    with open_desk(load_settings(office.config), channels=False) as desk:
        return {
            one.delivery.identity.message: [each.counts[Metric.VIEWS] for each in one.readings]
            for one in CountSeries(desk.engine).received(channel="so-website")
        }


def test_views_of_the_website_are_read_back_while_the_service_runs(office: Office) -> None:
    office.write("tin", datetime.now(UTC) - timedelta(minutes=5))
    with open_desk(load_settings(office.config), channels=False) as desk:
        Views(desk.engine).bump({(date(2022, 11, 15), f"/{CAMPAIGN}/tin/"): 7})

    async def go() -> None:
        with open_service(office.config) as service:
            async with Serving(service.build()), asyncio.timeout(60):
                while not counted(office).get("tin"):  # noqa: ASYNC110 - the fact is in the database
                    await asyncio.sleep(0.05)

    asyncio.run(go())
    assert counted(office) == {"tin": [7]}
