"""The service tells people by itself what is wrong, once, also when it is killed and started again."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.bootstrap import load_settings, open_desk
from outreach.domain.alert import NOTICES
from tests.daemon.office import CAMPAIGN, Office, wait_for

pytestmark = pytest.mark.slow

MORE = """
[channels.viec]
adapter = "in_person"
tags = ["person"]
folder = "sheets"
[channels.bell]
adapter = "outbox"
folder = "bell"
[alerts]
channels = ["bell"]
digest = "off"
"""


def test_what_needs_a_person_is_told_once_over_a_kill_and_a_restart(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.set_up()
    office.config.write_text(office.config.read_text("utf-8") + MORE, "utf-8")
    office.write("viec", datetime.now(UTC) - timedelta(minutes=5), channels="person")
    bell = tmp_path / "bell"
    with office.service() as running:
        running.await_word("READY=1")
        wait_for(lambda: needing(office), "a task that waits for a person")
    for _ in range(2):
        with office.service():
            wait_for(lambda: told(bell), "an alert in the box")
    (notice,) = told(bell)
    assert "viec" in notice
    with open_desk(load_settings(office.config), channels=False) as desk:
        assert len(desk.queue.list(campaign=NOTICES)) == 1
        assert desk.queue.campaigns() == (CAMPAIGN,)


def needing(office: Office) -> bool:
    return any(delivery.state == "needs_person" for delivery in office.deliveries())


def told(bell: Path) -> list[str]:
    return [json.loads(f.read_bytes())["rendition"]["text"] for f in bell.glob("*.json")]


def test_health_and_figures_are_shown_on_loopback(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.set_up()
    table = '[metrics]\nlisten = "127.0.0.1:0"\n'
    office.config.write_text(office.config.read_text("utf-8") + table, "utf-8")
    with office.service() as running:
        running.await_word("READY=1")
        wait_for(lambda: "Health and figures: http" in running.said, "the address is logged")
        found = re.search(r"Health and figures: (http://127\.0\.0\.1:\d+/)", running.said)
        assert found
        wait_for(lambda: read(found[1] + "healthz") == "ok\n", "the dispatcher turned")
        assert "outreach_queue_depth 0" in read(found[1] + "metrics")


def read(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error)
