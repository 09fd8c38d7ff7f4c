"""The sample month, rehearsed whole: everything accounted for, repeatable, and nothing leaves the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from outreach.bootstrap import load_settings, open_store
from outreach.bootstrap.rehearsals import for_rehearsal, rehearse
from outreach.channels.webhook import adapter as webhook
from outreach.domain.delivery import State
from outreach.rehearsal.summary import Summary
from outreach.settings import Settings
from outreach.store.delivery_log import read
from tests.crash.killed_months import CAMPAIGN, Month

WEBHOOK = """
[channels.cong-thong-tin]
adapter = "webhook"
tags = ["facebook"]
url = "https://portal.example.gov.vn/hooks"
secret = { file = "secret" }
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(Month(tmp_path / "month", website=False).config)


def nothing(_: datetime) -> None:
    """Progress that nobody watches."""


def month(
    settings: Settings,
    home: Path,
    *,
    faults: int | None = None,
    progress: Callable[[datetime], None] = nothing,
) -> Summary:
    return rehearse(settings, CAMPAIGN, home, faults=faults, progress=progress)


def history(settings: Settings, home: Path) -> list[tuple[object, ...]]:
    """What happened, in an order that does not depend on which thread was quicker."""
    engine = open_store(for_rehearsal(settings, home))
    try:
        events = [line.event for line in read(engine)]
    finally:
        engine.dispose()
    return sorted(
        (e.at, e.delivery_id or 0, e.what, e.actor, str(e.data.get("reason"))) for e in events
    )


class Cut(Exception):
    """The rehearsal is stopped here."""


@pytest.mark.slow
def test_every_planned_delivery_is_accounted_for(settings: Settings, tmp_path: Path) -> None:
    instants: list[datetime] = []
    found = month(settings, tmp_path / "a", progress=instants.append)
    assert found.ok
    assert instants == sorted(instants)
    planned = sum(tally.planned for tally in found.channels)
    assert planned == sum(sum(tally.states.values()) for tally in found.channels)
    assert planned == sum(len(day.deliveries) for day in found.days)
    assert planned == sum(t.count(State.PUBLISHED, State.WITHDRAWN) for t in found.channels)
    by_people = next(tally for tally in found.channels if tally.channel == "truc-tiep")
    assert by_people.confirmed == by_people.planned > 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_history(settings: Settings, tmp_path: Path) -> None:
    assert month(settings, tmp_path / "a", faults=7).ok
    assert month(settings, tmp_path / "b", faults=7).ok
    assert month(settings, tmp_path / "c").ok
    first, again, calm = (history(settings, tmp_path / name) for name in "abc")
    assert first == again
    assert len(first) > len(calm)


@pytest.mark.slow
def test_a_month_that_was_cut_off_goes_on_where_it_stood(
    settings: Settings, tmp_path: Path
) -> None:
    reached: list[datetime] = []

    def cut(instant: datetime) -> None:
        reached.append(instant)
        if len(reached) == 20:
            raise Cut

    with pytest.raises(Cut):
        month(settings, tmp_path / "a", faults=3, progress=cut)
    later: list[datetime] = []
    found = month(settings, tmp_path / "a", faults=3, progress=later.append)
    assert found.ok
    assert min(later) >= reached[-2]
    assert not any(tally.count(State.SCHEDULED, State.UNKNOWN) for tally in found.channels)


@pytest.mark.slow
@pytest.mark.usefixtures("socket_disabled")
def test_nothing_leaves_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Month(tmp_path / "month", website=True).config
    (tmp_path / "secret").write_text("whsec_" + "QUJD" * 10, "ascii")
    (tmp_path / "secret").chmod(0o600)
    config.write_text(config.read_text("utf-8") + WEBHOOK, "utf-8")

    async def called(*_: object, **__: object) -> None:
        raise AssertionError("the real channel was called")

    for method in ("publish", "withdraw", "find"):
        monkeypatch.setattr(webhook.Webhook, method, called)
    found = month(load_settings(config), tmp_path / "a", faults=1)
    assert found.ok
    portal = next(tally for tally in found.channels if tally.channel == "cong-thong-tin")
    assert portal.planned == portal.count(State.PUBLISHED, State.WITHDRAWN) > 0
