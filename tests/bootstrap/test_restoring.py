"""A backup of three days ago comes back during a running campaign: nothing lost, nothing twice, on the platforms themselves."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import load_settings, open_store
from outreach.bootstrap.backups import make_backup
from outreach.bootstrap.rehearsals import for_rehearsal, open_rehearsal
from outreach.bootstrap.restoring import Restored, restore
from outreach.channel import CannotTell, Channel, Look, Rendition
from outreach.domain.delivery import State
from outreach.domain.message import Kind
from outreach.domain.text import Text
from outreach.rehearsal.facebook import FacebookEnd
from outreach.rehearsal.memory import Memory
from outreach.rehearsal.rehearse import begin, conclude, play
from outreach.rehearsal.stage import Stage
from outreach.rehearsal.summary import Summary
from outreach.sandbox.facebook import made
from outreach.settings import Settings
from outreach.store import restoration
from outreach.store.queue import Queue
from outreach.store.restoration import Restoration
from tests.crash.killed_months import CAMPAIGN, Month

BACKUP = datetime(2022, 11, 19, 19, 0, tzinfo=UTC)
CRASH = datetime(2022, 11, 22, 19, 0, tzinfo=UTC)

MESSAGE = """---
title: Tin {name}
channels: [website, facebook]
at: {at}
late: 48h
topic: phát động
unit: Văn phòng Sở
---
Đây là tin {name}.
"""


class Stopped(Exception):
    """The month is to end here."""


class Blind:
    """A channel that cannot look."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._channel, name)

    async def find(self, rendition: Rendition, *, key: str, since: datetime) -> Look:
        return CannotTell(why=Text("Nobody can look here."))


class Office:
    """A campaign whose files can be changed on the way, rehearsed in `home` with its platforms."""

    def __init__(self, folder: Path, *, blind: bool = False) -> None:
        configured = load_settings(Month(folder / "month", website=False).config)
        shutil.copytree(configured.messages, folder / "messages")
        self.settings = replace(configured, messages=folder / "messages")
        self.home, self.blind = folder / "home", blind
        backup = replace(configured.backup, folder=folder / "backups")
        inside = for_rehearsal(self.settings, self.home)
        self.inside: Settings = replace(inside, backup=backup)
        self.asked: set[str] = set()

    @property
    def files(self) -> Path:
        return self.settings.messages / CAMPAIGN

    def write(self, name: str, at: str, more: str = "") -> None:
        (self.files / f"{name}.md").write_text(MESSAGE.format(name=name, at=at) + more, "utf-8")

    def play_until(self, instant: datetime) -> None:
        def stop(now: datetime) -> None:
            if now >= instant:
                raise Stopped

        with pytest.raises(Stopped):
            self.play(stop)

    def play(self, progress: Callable[[datetime], None] = lambda _: None) -> Summary:
        with open_rehearsal(self.settings, CAMPAIGN, self.home, faults=None) as opened:
            stage = self._blinded(opened)
            proposal = begin(stage, CAMPAIGN)
            month = proposal.content.campaign
            assert month
            try:
                asyncio.run(play(stage, month, progress))
            finally:
                self.rows = {d.identity.key: d for d in stage.queue.list()}
                self.posts = posts_on(stage.platforms["facebook-page"])
                self.proofs = proofs_of_posts(stage.queue)
                self.accepted = stage.counts(self.rows.values())
            return conclude(stage, proposal, month)

    def _blinded(self, stage: Stage) -> Stage:
        if not self.blind:
            return stage
        channels = {**stage.channels, "so-website": Blind(stage.channels["so-website"])}
        return replace(stage, channels=channels)

    def back_up(self) -> Path:
        engine = open_store(self.inside)
        try:
            return make_backup(self.inside, engine, now=BACKUP)
        finally:
            engine.dispose()

    def restore(self, file: Path) -> Restored:
        return restore(self.inside, file, now=CRASH, actor="Lan")


def posts_on(page: Memory) -> list[str]:
    """The ids of all posts that the Page itself has ever shown; covers are no posts."""
    assert isinstance(page, FacebookEnd)
    return sorted(thing.id for thing in made(page.sandbox.graph) if not thing.cover)


def proofs_of_posts(queue: Queue) -> list[str]:
    """The ids that our own record names as posts on the Page; banners hang as its cover."""
    published = [row for row in queue.list() if row.state is State.PUBLISHED and row.receipt]
    return sorted(
        row.receipt.remote_id
        for row in published
        if row.receipt and row.identity.channel == "facebook-page"
        if (rendition := queue.rendition(row)) and rendition.kind is not Kind.BANNER
    )


def lose_the_disk(office: Office) -> None:
    """Only what the platforms remember is left."""
    for path in office.home.iterdir():
        if path.name != "platforms":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def public_in_between(office: Office) -> set[str]:
    """What went out after the backup."""
    return {
        key
        for key, row in office.rows.items()
        if row.state is State.PUBLISHED and row.receipt and row.receipt.at >= BACKUP
    }


def three_days(office: Office, *, edited: bool = True) -> tuple[Path, set[str]]:
    """A backup, and what goes out in the three days after it, while staff go on writing, editing and deleting.

    `edited`: also a text that is public already. Who has lost the disk too cannot know the post again; the channel then asks a person,
    which its own tests show, because the rehearsed colleague tells posts by their words.
    """
    office.write("sua", "2022-11-21 09:10")
    office.write("xoa", "2022-11-21 10:10")
    office.write("bo", "2022-11-22 09:10")
    office.play_until(BACKUP)
    file = office.back_up()
    office.write("sua", "2022-11-21 09:10", more="Câu viết thêm.\n")
    office.write("moi", "2022-11-22 10:10")
    (office.files / "bo.md").unlink()
    office.play_until(CRASH)
    (office.files / "xoa.md").unlink()
    if edited:
        office.write("moi", "2022-11-22 10:10", more="Sửa sau khi đã đăng.\n")
    return file, public_in_between(office)


def assert_only_words_differ(office: Office, found: Summary) -> None:
    """The rehearsal tells posts by their words; the one whose words were edited is the very post that its receipt names."""
    (edited,) = [
        row
        for row in office.rows.values()
        if (row.identity.message, row.identity.channel) == ("moi", "facebook-page")
    ]
    assert edited.receipt
    assert (found.lost, found.twice) == ((edited.identity.key,), (edited.receipt.remote_id,))


@pytest.mark.slow
@pytest.mark.fault(
    15, "the three-day-old backup of a running campaign comes back, sandboxes untouched"
)
@pytest.mark.parametrize(("lost", "blind"), [(False, True), (True, False)])
@pytest.mark.usefixtures("socket_disabled")
def test_three_days_old(tmp_path: Path, lost: bool, blind: bool) -> None:
    office = Office(tmp_path, blind=blind)
    file, gone_out = three_days(office, edited=not lost)
    messages = {office.rows[key].identity.message for key in gone_out}
    assert {"sua", "xoa", "moi"} <= messages
    assert len(gone_out) >= 12
    if lost:
        lose_the_disk(office)
    restored = office.restore(file)
    assert restored.manifest.when == BACKUP
    assert restored.doubtful >= len(gone_out)
    assert (restored.aside is None) is lost
    found = office.play()
    if lost:
        assert (found.lost, found.twice) == ((), ())
        assert max(office.accepted.values()) == 1
    else:
        assert_only_words_differ(office, found)
    assert office.posts == office.proofs, "each post on the Page is that of one delivery"
    assert max(Counter(office.posts).values()) == 1
    for key in gone_out:
        assert office.rows[key].state is State.PUBLISHED, office.rows[key]
    dropped = [row for row in office.rows.values() if row.identity.message == "bo"]
    assert len(dropped) == 2
    assert not any(office.accepted[row.identity.key] for row in dropped)
    asked = [row for row in office.rows.values() if "colleague looked" in str(row.reason)]
    assert bool(asked) is blind


@pytest.mark.slow
@pytest.mark.usefixtures("socket_disabled")
def test_without_doubt_things_come_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(tmp_path)
    file, gone_out = three_days(office)
    monkeypatch.setattr(restoration, "doubt_waiting", lambda *_, **__: None)
    monkeypatch.setattr(Restoration, "leaves_in_doubt", lambda *_, **__: False)
    office.restore(file)
    found = office.play()
    assert gone_out & set(found.twice)
    assert len(office.posts) > len(office.proofs)
