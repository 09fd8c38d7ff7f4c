"""Weeks of bad luck: whatever fails, every message ends up public once, and no broadcast is ever sent twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import CannotTell, Found, NotPublished, PauseChannel, Receipt, Reject, RetryAt
from outreach.channels.zalo_oa import ZaloOA
from outreach.sandbox.zalo import Faults
from outreach.testing import MemorySteps, outcome_of, sample_rendition
from tests.channels.zalo_office import Office, is_for_people
from tests.sandbox.zalo_server import ZaloServer

pytestmark = pytest.mark.slow

MESSAGES = 6


async def delivered(office: Office, channel: ZaloOA, key: str) -> str:
    """Drive one delivery as the dispatcher does: `published`, or `person` when only a person can know."""
    steps, rendition = MemorySteps(), sample_rendition(title=f"Tin {key}")
    began = office.server.now
    for _ in range(60):
        outcome = await outcome_of(channel.publish(rendition, key=key, steps=steps))
        if isinstance(outcome, Receipt):
            return "published"
        if is_for_people(outcome):
            return "person"
        assert not isinstance(outcome, Reject), outcome
        if isinstance(outcome, RetryAt | PauseChannel):
            later = getattr(outcome, "at", None) or getattr(outcome, "until", None)
            office.server.now = max(later or began, office.server.now + timedelta(minutes=1))
            continue
        if await settled(office, channel, rendition, key, began, outcome):
            return "published"
        steps.begun.clear()
    raise AssertionError("never settled")


async def settled(
    office: Office, channel: ZaloOA, rendition: Any, key: str, since: Any, _: NotPublished
) -> bool:
    """Look until it is found (True) or two looks past the lag have seen nothing (False)."""
    empty = 0
    while empty < 2:
        office.server.now += channel.capabilities.visibility_lag
        try:
            look = await channel.find(rendition, key=key, since=since)
        except PauseChannel:
            continue
        if isinstance(look, Found):
            return True
        assert not isinstance(look, CannotTell) or look.passing, look
        empty += not isinstance(look, CannotTell)
    return False


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("broadcast", [False, True], ids=["articles", "broadcasts"])
def test_nothing_is_lost_and_nothing_doubles(tmp_path: Path, seed: int, broadcast: bool) -> None:
    luck = Faults(
        seed=seed,
        rate=0.25,
        slow=0.0,
        verify_delay=20,
        visibility_lag=40,
        night_hours=False,
        broadcasts_per_day=1000,
        broadcasts_per_month=1000,
        appears_unverified=bool(seed % 2),
    )
    keys = [f"message{number:09d}" for number in range(MESSAGES)]
    with ZaloServer(tmp_path / "platform", luck) as server:
        office = Office(server, tmp_path / "state", broadcast=broadcast)

        async def month(channel: ZaloOA) -> dict[str, str]:
            return {key: await delivered(office, channel, key) for key in keys}

        ends = office.run(month)
        server.now += timedelta(hours=1)
        carrying = {
            article["id"]: next(key for key in keys if key in str(article["content"]))
            for article in server.platform.public
        }
        sent = Counter(carrying[one] for m in server.platform.broadcasts for one in m["articles"])
    assert sorted(carrying.values()) == keys, "each message is public once"
    assert set(sent.values()) <= {1}, "no broadcast is sent twice"
    if broadcast:
        assert {key for key in keys if ends[key] == "published"} <= set(sent)
        assert "published" in ends.values()
    else:
        assert set(ends.values()) == {"published"}


def test_many_deliveries_at_once_share_one_token(tmp_path: Path) -> None:
    luck = Faults(seed=9)
    with ZaloServer(tmp_path / "platform", luck) as server:
        office = Office(server, tmp_path / "state")
        server.now += timedelta(hours=30)

        async def day(channel: ZaloOA) -> list[Any]:
            calls = (
                channel.publish(sample_rendition(), key=f"message{n:09d}", steps=MemorySteps())
                for n in range(8)
            )
            return await asyncio.gather(*calls)

        assert len(office.run(day)) == 8
        assert server.platform._state["grant"]["issued"] == 2
