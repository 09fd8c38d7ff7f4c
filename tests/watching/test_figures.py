"""The figures tell how the service does, and the two pages show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import ChannelHealth
from outreach.watching.figures import Gauge
from outreach.watching.pages import pages
from outreach.watching.watch import Checked
from tests.store.office import WHY, fill, planned
from tests.watching.watched import Watched

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.close()


def ask(office: Watched, path: str, method: str = "GET") -> tuple[int, str]:
    """What a page answers."""
    gauge = Gauge(
        queue=office.queue,
        write=office.write,
        channels=("website", "bell"),
        health=office.health,
        turned=lambda: office.dispatcher.turned,
        now=lambda: office.now,
    )
    sent: list[dict[str, Any]] = []

    async def send(part: dict[str, Any]) -> None:
        sent.append(part)

    office.run(pages(gauge)({"type": "http", "method": method, "path": path}, None, send))
    return sent[0]["status"], sent[1]["body"].decode()


def test_the_figures_are_those_of_the_queue(office: Watched) -> None:
    office.trouble("hong")
    fill(office.queue, [planned("cho", due=office.now)])
    office.queue.pause("website", WHY, None, actor="lan", now=office.now)
    expires = office.now + timedelta(days=3)
    office.health["website"] = Checked(health=ChannelHealth(ok=True, summary=WHY, expires=expires))
    office.run(office.dispatcher.work_off())
    office.passes(MINUTE)
    status, text = ask(office, "/metrics")
    assert status == 200
    lines = text.splitlines()
    assert 'outreach_deliveries{channel="website",state="needs_person"} 1' in lines
    assert "outreach_queue_depth 1.000" in lines
    assert "outreach_lateness_seconds 60.000" in lines
    assert 'outreach_channel_paused{channel="website"} 1' in lines
    assert 'outreach_channel_paused{channel="bell"} 0' in lines
    assert any(
        line.startswith('outreach_permission_days{channel="website"} 2.99') for line in lines
    )
    assert f"outreach_last_tick_seconds {(office.now - MINUTE).timestamp():.3f}" in lines
    assert all(line.startswith("# ") or len(line.rsplit(" ", 1)) == 2 for line in lines)


def test_health_is_a_dispatcher_that_turns(office: Watched) -> None:
    assert ask(office, "/healthz") == (503, "stale\n")
    office.run(office.dispatcher.work_off())
    assert ask(office, "/healthz") == (200, "ok\n")
    office.passes(2 * MINUTE)
    assert ask(office, "/healthz") == (503, "stale\n")


def test_a_database_that_refuses_is_no_health(
    office: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise OSError("disk I/O error")

    monkeypatch.setattr(office.queue, "backlog", refuse)
    assert ask(office, "/healthz") == (503, "unreadable\n")


def test_there_is_nothing_else(office: Watched) -> None:
    assert ask(office, "/")[0] == 404
    assert ask(office, "/metrics", "POST")[0] == 405
