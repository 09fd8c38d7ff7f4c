"""Counts as each platform gives them back, and what keeps them from costing a publication anything."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import (
    AdapterPlace,
    Capabilities,
    Counting,
    Kind,
    Metric,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    counting,
)
from outreach.channels._limited import Limited
from outreach.channels.facebook_page import FacebookPage
from outreach.channels.website import Settings, Website
from outreach.settings import Limits
from outreach.store.views import Views
from outreach.testing import SAMPLE_KEY, FakeChannel, MemorySteps, sample_rendition
from tests.channels.facebook_stage import PLACE, Door, Stage, door, picture, stage_behind
from tests.channels.zalo_office import Office
from tests.sandbox.zalo_server import ZaloServer
from tests.store.blank import blank

LIKED = {"reactions": 12, "shares": 3, "views": 450, "reach": 300, "clicks": 21}


@pytest.fixture(scope="module")
def server() -> Iterator[Door]:
    with door() as opened:
        yield opened


@pytest.fixture
def stage(server: Door, tmp_path: Path) -> Stage:
    return stage_behind(server, tmp_path)


async def published(channel: Any, *, key: str = SAMPLE_KEY, **changes: Any) -> Receipt:
    receipt: Receipt = await channel.publish(
        sample_rendition(**changes), key=key, steps=MemorySteps()
    )
    return receipt


def on_facebook(stage: Stage, *, times: int = 1, **settings: Any) -> list[Any]:
    """What `times` readings of one liked post give or raise."""

    async def scenario() -> list[Any]:
        channel = stage.channel(**settings)
        try:
            receipt = await published(channel)
            stage.sandbox.graph.receive(receipt.remote_id, **LIKED)
            return [await _reading(channel, receipt) for _ in range(times)]
        finally:
            await channel.aclose()

    return asyncio.run(scenario())


async def _reading(channel: Counting, receipt: Receipt) -> Any:
    try:
        return await channel.counts(receipt)
    except NotPublished as failure:
        return failure


def test_facebook_tells_what_everybody_sees_and_its_insights(stage: Stage) -> None:
    (counts,) = on_facebook(stage, first_comment=("hashtags",))
    assert counts == {
        Metric.REACTIONS: 12,
        Metric.COMMENTS: 0,
        Metric.SHARES: 3,
        Metric.VIEWS: 450,
        Metric.REACH: 300,
        Metric.CLICKS: 21,
    }


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("left", [True, False])
def test_our_own_first_comment_is_nobody_s_reaction(stage: Stage, known: bool, left: bool) -> None:
    async def scenario() -> Any:
        if not known:
            stage.sandbox.faults.arm("created-then-reset", on="POST comments")
        channel = stage.channel(first_comment=("hashtags",))
        receipt = await published(channel)
        (own,) = stage.sandbox.graph.ledger.of("comment")
        for said in ("Hay quá", "Cảm ơn Sở"):
            stage.sandbox.graph.comment(receipt.remote_id, said)
        if not left:
            stage.sandbox.graph.ledger.drop(own["id"])
        counts = await channel.counts(receipt)
        await channel.aclose()
        return counts[Metric.COMMENTS]

    assert asyncio.run(scenario()) == 2


def test_an_insight_that_facebook_gave_up_costs_only_itself(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sandbox.faults.arm("invalid-metric", on="GET insights")
    with caplog.at_level(logging.WARNING):
        first, second = on_facebook(stage, times=2)
    assert Metric.VIEWS not in first
    assert (first[Metric.REACH], first[Metric.CLICKS]) == (300, 21)
    assert second == first
    assert "post_media_view" in caplog.text
    assert len(caplog.records) == 1


def test_without_the_permission_the_open_counts_remain(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    message = "(#200) Requires read_insights permission"
    fault = {"code": 200, "message": message, "status": 403, "transient": False}
    stage.sandbox.faults.arm("refused-500", on="GET insights", times=3, **fault)
    with caplog.at_level(logging.WARNING):
        first, second = on_facebook(stage, times=2)
    assert stage.sandbox.calls.count("GET insights") == 1
    assert len(caplog.records) == 1
    assert first == second == {Metric.REACTIONS: 12, Metric.COMMENTS: 0, Metric.SHARES: 3}


def test_half_a_quota_is_kept_for_publishing(stage: Stage) -> None:
    stage.sandbox.usage = 51
    (refused,) = on_facebook(stage)
    assert isinstance(refused, RetryAt)
    assert refused.at == stage.now() + timedelta(hours=1)


@pytest.mark.slow
def test_counting_never_costs_a_publication_its_quota(server: Door, tmp_path: Path) -> None:
    """Twenty posts, each counted, would take the day's hundred calls; publishing keeps the other half."""
    stage = stage_behind(server, tmp_path, replace(PLACE, quota=100))

    async def scenario() -> tuple[list[Receipt], list[Any]]:
        channel = stage.channel()
        receipts, readings = [], []
        for number in range(20):
            receipts.append(await published(channel, key=f"{number:016}", text=f"Tin {number}"))
            readings.append(await _reading(channel, receipts[-1]))
        await channel.aclose()
        return receipts, readings

    receipts, readings = asyncio.run(scenario())
    assert len({receipt.remote_id for receipt in receipts}) == len(stage.sandbox.posts) == 20
    kinds = [type(reading) for reading in readings]
    assert kinds == [dict] * kinds.count(dict) + [RetryAt] * kinds.count(RetryAt)
    assert 5 < kinds.count(dict) < 15
    assert len(stage.sandbox.calls) < 75


def test_throttled_insights_are_said_and_not_asked_on(stage: Stage) -> None:
    stage.sandbox.faults.arm("throttled", on="GET insights")
    first, second = on_facebook(stage, times=2)
    assert isinstance(first, PauseChannel)
    assert first.until is not None
    assert isinstance(second, PauseChannel)


def test_a_deleted_post_is_a_refusal_of_its_own(stage: Stage) -> None:
    async def scenario() -> Any:
        channel = stage.channel()
        receipt = await published(channel)
        await channel.withdraw(receipt, key=SAMPLE_KEY, steps=MemorySteps())
        reading = await _reading(channel, receipt)
        await channel.aclose()
        return reading

    assert isinstance(asyncio.run(scenario()), Reject)


def test_a_cover_has_no_counts(stage: Stage, tmp_path: Path) -> None:
    async def scenario() -> Any:
        channel: FacebookPage = stage.channel()
        receipt = await published(channel, kind=Kind.BANNER, media=(picture(tmp_path),))
        reading = await _reading(channel, receipt)
        await channel.aclose()
        return reading

    assert asyncio.run(scenario()) == {}


@pytest.mark.slow
def test_zalo_tells_views_and_shares_of_an_article_beyond_the_first_page(tmp_path: Path) -> None:
    with ZaloServer(tmp_path / "platform") as server:
        office = Office(server, tmp_path / "state")
        first = office.publish()
        assert isinstance(first, Receipt)
        for number in range(11):
            server.now += timedelta(minutes=1)
            office.publish(key=f"{number:016}")
        article = next(a for a in server.platform.articles if a["id"] == first.remote_id)
        article.update(views=77, shares=5)
        counts = office.run(lambda channel: channel.counts(first))
        gone = Receipt(remote_id="nowhere", at=first.at)
        refused = office.run(lambda channel: _reading(channel, gone))
    assert counts == {Metric.VIEWS: 77, Metric.SHARES: 5}
    assert isinstance(refused, Reject)


def site(folder: Path, counter: Any = None, **settings: Any) -> Website:
    given = {"folder": folder / "site", "base_url": "https://so.example/", "site_title": "Sở"}
    place = AdapterPlace(state=folder, clock=lambda: datetime.now(UTC), views=counter)
    return Website("so-website", Settings(**{**given, **settings}), place)


def test_the_website_tells_its_own_views(tmp_path: Path) -> None:
    engine = blank(tmp_path / "outreach.db")
    views = Views(engine)
    channel = site(tmp_path, views.total, views=True)
    receipt = asyncio.run(published(channel))
    views.bump({(date(2022, 11, 15), f"/{receipt.remote_id}/"): 41})
    assert asyncio.run(channel.counts(receipt)) == {Metric.VIEWS: 41}
    engine.dispose()


def test_a_website_that_nobody_counts_says_so(tmp_path: Path) -> None:
    assert counting(site(tmp_path, views=True)) is None
    assert counting(site(tmp_path, lambda path: 1)) is None


def test_limits_of_the_installer_keep_the_counts() -> None:
    inner = FakeChannel(capabilities=Capabilities(can_count=True))
    inner.received["1"] = {Metric.VIEWS: 4}
    limited = counting(Limited(inner, Limits(slots=1)))
    assert limited is not None
    receipt = Receipt(remote_id="1", at=datetime(2022, 11, 15, tzinfo=UTC))
    assert asyncio.run(limited.counts(receipt)) == {Metric.VIEWS: 4}
