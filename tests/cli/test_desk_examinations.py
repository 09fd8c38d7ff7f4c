"""The doctor explains what is wrong behind an open database, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.bootstrap import Desk, load_settings, open_desk
from outreach.cli import desk_examinations
from outreach.cli.desk_examinations import examine_desk
from outreach.cli.finding import Grade
from outreach.domain.alert import Cause
from outreach.domain.text import Text
from outreach.store.alerts import Alerts
from outreach.store.engine import durability
from tests.store.blank import blank

CONFIG = """
[channels.bell]
adapter = "outbox"
folder = "bell"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "state").mkdir()
    blank(tmp_path / "state" / "outreach.db").dispose()
    (tmp_path / "messages" / "thang").mkdir(parents=True)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, "utf-8")
    with open_desk(load_settings(config)) as opened:
        yield opened


def found(desk: Desk) -> dict[Grade, str]:
    """Everything that was found, by grade."""
    every = list(examine_desk(desk, datetime.now(UTC)))
    assert all(finding.mend for finding in every if finding.grade is not Grade.WELL)
    return {g: "\n".join(str(f.what) for f in every if f.grade is g) for g in Grade}


def test_what_is_well_is_said_and_what_is_not_has_its_mend(desk: Desk) -> None:
    said = found(desk)
    assert "The database is whole" in said[Grade.WELL]
    assert "lines of the delivery log are intact" in said[Grade.WELL]
    assert "Nobody is told when something goes wrong." in said[Grade.WARNING]
    assert "campaign.toml" in said[Grade.WARNING]
    assert not said[Grade.WRONG]


def test_what_the_service_saw_is_repeated(desk: Desk) -> None:
    alerts = Alerts(desk.engine, media_folder=desk.media_folder, fence=0)
    full = Cause(key="disk", what=Text("Full."), where=Text("here"), mend=Text("Make room."))
    alerts.observe([full], datetime.now(UTC))
    assert "here: Full." in found(desk)[Grade.WARNING]


def test_a_unit_that_does_not_watch_is_found(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = tmp_path / "outreach.service"
    unit.write_text("[Service]\nType=notify\nRestart=on-failure\n", "utf-8")
    monkeypatch.setattr(desk_examinations, "SYSTEMD", tmp_path)
    monkeypatch.setattr(desk_examinations, "UNIT", unit)
    assert "lacks: WatchdogSec=" in found(desk)[Grade.WARNING]
    unit.write_text(unit.read_text("utf-8") + "WatchdogSec=60s\n", "utf-8")
    assert "starts and watches the service" in found(desk)[Grade.WELL]


def test_a_database_that_may_forget_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert durability(desk.engine)[0]
    monkeypatch.setattr("outreach.store.engine.durability", lambda _: (False, "synchronous = 0"))
    assert "synchronous = 0" in found(desk)[Grade.WRONG]
