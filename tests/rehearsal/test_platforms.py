"""The real Facebook and Zalo adapters through a rehearsed month, counted in the memory of the local platforms."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from outreach.bootstrap import load_settings
from outreach.bootstrap.rehearsals import open_rehearsal
from outreach.dispatch import dispatcher
from outreach.domain.counts import Metric
from outreach.domain.delivery import State
from outreach.domain.text import Text
from outreach.rehearsal import facebook, zalo
from outreach.rehearsal.endings import AFTER_LOGIN, BY_PERSON, LATER_TRY, SAME_TRY, SEEN
from outreach.rehearsal.facebook import FacebookEnd
from outreach.rehearsal.faults import Fault
from outreach.rehearsal.record import Struck
from outreach.rehearsal.rehearse import begin, conclude, play
from outreach.rehearsal.sandboxes import follower_pages
from outreach.rehearsal.stage import Stage
from outreach.rehearsal.summary import Summary
from outreach.rehearsal.zalo import ZaloEnd
from outreach.sandbox.facebook import Made, made
from outreach.settings import Settings
from tests.crash.killed_months import CAMPAIGN, Forgotten, Month, blind

POSTS, BROADCASTS = 34, 4
"""What the sample month asks of Facebook and of Zalo."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(Month(tmp_path / "month", website=False).config)


def nothing(_: datetime) -> None:
    """Progress that nobody watches."""


class Rehearsal:
    """One month whose platforms can be looked at, before and after."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.proposal = begin(stage, CAMPAIGN)
        page, account = stage.platforms["facebook-page"], stage.platforms["zalo-oa"]
        assert isinstance(page, FacebookEnd)
        assert isinstance(account, ZaloEnd)
        self.facebook, self.zalo = page.sandbox, account.platform

    def play(self) -> Summary:
        month = self.proposal.content.campaign
        assert month
        asyncio.run(play(self.stage, month, nothing))
        return self.conclude()

    def conclude(self) -> Summary:
        campaign = self.proposal.content.campaign
        assert campaign
        return conclude(self.stage, self.proposal, campaign)

    @property
    def posts(self) -> list[Made]:
        return [one for one in made(self.facebook.graph) if not one.cover]

    @property
    def received(self) -> dict[Metric, int]:
        """How the month was received, as the platforms themselves remember it."""
        posts = [post["received"] for post in self.facebook.posts]
        articles = [{"views": one["views"], "shares": one["shares"]} for one in self.zalo.public]
        told = Counter({Metric.COMMENTS: len(self.facebook.graph.ledger.of("comment"))})
        for one in (*posts, *articles):
            told.update({Metric(name): count for name, count in one.items()})
        return dict(told)

    @property
    def covers(self) -> list[Made]:
        return [one for one in made(self.facebook.graph) if one.cover]


@contextmanager
def rehearsal(settings: Settings, home: Path, faults: int | None = None) -> Iterator[Rehearsal]:
    with open_rehearsal(settings, CAMPAIGN, home, faults=faults) as stage:
        yield Rehearsal(stage)


def ended(found: Summary, channel: str, *states: State) -> int:
    return next(tally for tally in found.channels if tally.channel == channel).count(*states)


@pytest.mark.usefixtures("socket_disabled")
def test_a_month_on_the_platforms(settings: Settings, tmp_path: Path) -> None:
    with rehearsal(settings, tmp_path / "a") as month:
        found = month.play()
        assert found.ok
        assert ended(found, "facebook-page", State.PUBLISHED) == POSTS == len(month.posts)
        assert ended(found, "zalo-oa", State.PUBLISHED) == BROADCASTS
        assert len(month.zalo.public) == len(month.zalo.broadcasts) == BROADCASTS
        assert found.received.counted == POSTS + BROADCASTS
        assert found.received.totals == month.received
    assert set(follower_pages(settings, tmp_path / "a")) == {"facebook-page", "zalo-oa"}


@pytest.mark.slow
@pytest.mark.usefixtures("socket_disabled")
def test_a_lost_broadcast_is_looked_for_by_a_person(settings: Settings, tmp_path: Path) -> None:
    with rehearsal(settings, tmp_path / "a") as month:
        month.zalo.faults.add("broadcast", "reset-after", "", "reset-before")
        found = month.play()
        assert found.ok
        assert len(month.zalo.broadcasts) == BROADCASTS
        tally = next(tally for tally in found.channels if tally.channel == "zalo-oa")
        assert (tally.count(State.PUBLISHED), tally.confirmed) == (BROADCASTS, 1)
        events = [d.reason for d in month.stage.queue.list(channel="zalo-oa") if d.reason]
        assert any("looked: it was done" in str(reason) for reason in events)


BANNER = """---
title: Băng rôn trên Trang
kind: banner
channels: [facebook-page]
from: 2022-11-16
until: 2022-11-30
topic: băng rôn
unit: Văn phòng Sở
image: media/phat-dong.png
image_alt: Dải ruy băng trắng trên nền cam
---
Hưởng ứng Tháng hành động.
"""


@pytest.mark.parametrize("faults", [None, 1, 2])
@pytest.mark.usefixtures("socket_disabled")
def test_a_banner_hangs_and_is_taken_down(
    settings: Settings, tmp_path: Path, faults: int | None
) -> None:
    folder = tmp_path / "messages" / CAMPAIGN
    shutil.copytree(settings.messages / CAMPAIGN / "media", folder / "media")
    shutil.copy(settings.messages / CAMPAIGN / "campaign.toml", folder)
    (folder / "bang-ron.md").write_text(BANNER, "utf-8")
    changed = replace(settings, messages=tmp_path / "messages")
    with rehearsal(changed, tmp_path / "a", faults) as month:
        found = month.play()
        assert found.ok, (found.lost, found.twice)
        assert ended(found, "facebook-page", State.PUBLISHED) == 1
        assert ended(found, "facebook-page", State.WITHDRAWN) == 1
        before, banner, after = month.covers
        assert before.cover == after.cover != banner.cover
        assert banner.gone


def accounted_for(settings: Settings, home: Path, seed: int) -> tuple[list[Struck], Summary]:
    """What struck in this bad month, in which nothing was lost and nothing came twice, and what came of it."""
    with rehearsal(settings, home, faults=seed) as month:
        found = month.play()
        assert found.ok, (seed, found.lost, found.twice)
        assert not found.unsettled, seed
        published = ended(found, "facebook-page", State.PUBLISHED)
        assert published == len(month.posts), seed
        assert ended(found, "zalo-oa", State.PUBLISHED) == len(month.zalo.broadcasts), seed
        assert published + ended(found, "facebook-page", State.MISSED) == POSTS, seed
        return month.stage.record.struck(), found


@pytest.mark.slow
@pytest.mark.usefixtures("socket_disabled")
def test_a_bad_month_is_accounted_for(settings: Settings, tmp_path: Path) -> None:
    struck, found = accounted_for(settings, tmp_path / "a", 2)
    faults = [one for one in struck if one.fault is not Fault.NONE]
    assert sum(row.times for row in found.faults) == len(faults) > 0
    assert {row.channel for row in found.faults} == {one.channel for one in faults}


MISHAPS = {
    "facebook-page": (facebook.LUCK_OF_CHANGES, facebook.LUCK_OF_LOOKS),
    "zalo-oa": tuple(zalo.LUCK.values()),
}


@pytest.mark.slow
@pytest.mark.usefixtures("socket_disabled")
def test_sixteen_bad_months_are_accounted_for_and_meet_every_fault(
    settings: Settings, tmp_path: Path
) -> None:
    met: dict[str, set[Fault]] = defaultdict(set)
    endings: set[tuple[str, Text]] = set()
    for seed in range(14, 30):
        struck, found = accounted_for(settings, tmp_path / str(seed), seed)
        endings |= {(row.channel, row.ending) for row in found.faults}
        for one in struck:
            met[one.channel].add(one.fault)
    assert set().union(*met.values()) == set(Fault)
    for channel, several in MISHAPS.items():
        assert {mishap.fault for luck in several for mishap in luck.mishaps} <= met[channel]
        for ending in (SAME_TRY, LATER_TRY, AFTER_LOGIN):
            assert (channel, ending) in endings
    assert ("facebook-page", SEEN) in endings
    assert ("zalo-oa", BY_PERSON) in endings


@pytest.mark.slow
@pytest.mark.usefixtures("socket_disabled")
def test_blind_repetition_is_counted(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without read-back and durable steps the same bad month publishes some things twice, and the platforms say so."""
    monkeypatch.setattr(dispatcher, "look", blind)
    monkeypatch.setattr(dispatcher, "DurableSteps", Forgotten)
    with rehearsal(settings, tmp_path / "a", faults=2) as month:
        found = month.play()
        posts = {d.identity.key for d in month.stage.queue.list(channel="facebook-page")}
        assert posts & set(found.twice)
        assert len(month.posts) > ended(found, "facebook-page", State.PUBLISHED)
