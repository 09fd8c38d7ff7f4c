"""From files to the queue: what is asked is queued, what is broken waits, and much that vanishes at once is held."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import TZPATH, ZoneInfo, reset_tzpath

import pytest
from PIL import Image

from outreach.channel import Capabilities, ChannelProfile
from outreach.content.render import Renderer
from outreach.dispatch import sync
from outreach.dispatch.sync import Guarded, Proposal, Sync
from outreach.domain.campaign import Campaign
from outreach.domain.claim import Finish
from outreach.domain.delivery import Action, Delivery, Receipt, State
from outreach.domain.difference import ChangeKind
from outreach.domain.message import Kind
from outreach.store.engine import Engine
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from tests.store.blank import blank

BEFORE = datetime(2022, 11, 1, tzinfo=UTC)
CAMPAIGN = """
name = "Tháng hành động vì bình đẳng giới năm 2022"
short_name = "Tháng hành động 2022"
theme = "{theme}"
office = "Sở Công Thương"
units = ["Văn phòng Sở"]
topics = ["phát động"]
hashtags = ["#BinhDangGioi"]

[plan]
number = "91/KH-SCT"
date = 2022-10-28

[window]
from = 2022-11-15
until = 2022-12-15

[posting]
slots = ["08:00", "19:30"]
"""


@dataclass(frozen=True)
class Desk:
    """One campaign's folder, its queue, and the way between them."""

    folder: Path
    engine: Engine
    queue: Queue
    sync: Sync

    def name_theme(self, theme: str) -> None:
        (self.folder / "campaign.toml").write_text(CAMPAIGN.format(theme=theme), "utf-8")

    def write(self, name: str, *, day: int = 16, more: str = "", text: str = "Xin chào.") -> None:
        head = f"title: Bài {name}\nchannels: [website]\nat: 2022-11-{day} 08:00\n{more}"
        (self.folder / f"{name}.md").write_text(f"---\n{head}---\n{text}\n", "utf-8")

    def look(self, now: datetime = BEFORE) -> Proposal:
        return self.sync.look(self.folder.name, now)

    def apply(self, now: datetime = BEFORE) -> Proposal:
        proposal = self.look(now)
        self.sync.apply_guarded(proposal, now=now, actor="daemon")
        return proposal

    def rows(self) -> dict[str, Delivery]:
        return {row.identity.message: row for row in self.queue.list()}

    def publish_next(self) -> datetime:
        """The earliest delivery goes out at its time, which is returned."""
        due = min(row.due for row in self.rows().values())
        (claim,) = self.queue.exchange((), {"website": 1}, due).claims
        receipt = Receipt(remote_id="1", at=due)
        self.queue.exchange(
            [Finish(claim=claim, state=State.PUBLISHED, at=due, receipt=receipt)], {}, due
        )
        return due

    def states(self) -> dict[str, State]:
        return {name: row.state for name, row in self.rows().items()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "messages" / "thang-hanh-dong"
    folder.mkdir(parents=True)
    engine = blank(tmp_path / "outreach.db")
    lease = Lease.take(engine, tmp_path)
    queue = Queue(engine, media_folder=tmp_path / "media", fence=lease.fence)
    able = Capabilities(kinds=frozenset(Kind), can_withdraw=True, can_update=True)
    sync = Sync(
        messages=folder.parent,
        media_folder=tmp_path / "media",
        profiles=[ChannelProfile(name="website", tags=frozenset(), capabilities=able)],
        queue=queue,
        share=0.3,
    )
    desk = Desk(folder, engine, queue, sync)
    desk.name_theme("An sinh xã hội")
    yield desk
    sync.close()
    lease.release()
    engine.dispose()


def test_files_come_into_the_queue_and_looking_again_changes_nothing(desk: Desk) -> None:
    desk.write("a")
    assert desk.sync.campaigns() == ("thang-hanh-dong",)
    assert desk.queue.list() == []
    assert [change.what for change in desk.apply().changes] == [ChangeKind.NEW]
    assert desk.states() == {"a": State.SCHEDULED}
    assert desk.look().changes == ()


def test_looking_writes_nothing(desk: Desk) -> None:
    desk.write("a")
    assert desk.look().changes
    assert desk.queue.list() == []


@pytest.mark.fault(35, "edited files")
def test_a_changed_text_and_a_changed_theme_are_queued_anew(desk: Desk) -> None:
    desk.write("a", text="Chủ đề: {{ campaign.theme }}.")
    desk.apply()
    first = desk.rows()["a"]
    desk.name_theme("Bình đẳng")
    desk.apply()
    second = desk.rows()["a"]
    content = desk.queue.rendition(second)
    assert first.digest != second.digest
    assert content is not None
    assert content.text == "Chủ đề: Bình đẳng."


@pytest.mark.parametrize(
    ("more", "text"),
    [("kind: bài\n", "Xin chào."), ("", "{{ campaign.them }}")],
    ids=["head", "template"],
)
def test_a_broken_file_holds_only_its_message_until_it_is_mended(
    desk: Desk, more: str, text: str
) -> None:
    desk.write("a")
    desk.write("b")
    desk.apply()
    desk.write("b", more=more, text=text)
    proposal = desk.apply()
    assert desk.states() == {"a": State.SCHEDULED, "b": State.HELD}
    assert [p.place.file.split("/")[-1] for p in proposal.problems] == ["b.md"]
    assert "b.md" in str(desk.rows()["b"].reason)
    desk.write("b", text="Đã sửa.")
    desk.apply()
    assert desk.states() == {"a": State.SCHEDULED, "b": State.SCHEDULED}


def test_a_new_file_that_is_broken_is_reported_and_not_queued(desk: Desk) -> None:
    desk.write("a", text="{{ campaign.them }}")
    assert desk.apply().problems
    assert desk.queue.list() == []


def test_what_is_found_broken_only_while_rendering_is_held_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file may change between the first look at it and its rendering."""
    desk.write("a")
    desk.write("b")
    desk.apply()
    monkeypatch.setattr(sync, "preflight", lambda *_: ())
    desk.write("b", text="{{ campaign.them }}")
    proposal = desk.apply()
    assert desk.states() == {"a": State.SCHEDULED, "b": State.HELD}
    assert [p.place.file.split("/")[-1] for p in proposal.problems] == ["b.md"]


@pytest.mark.fault(36, "a deleted file")
def test_a_deleted_file_cancels_its_delivery(desk: Desk) -> None:
    for name in "abcdef":
        desk.write(name)
    desk.apply()
    (desk.folder / "a.md").unlink()
    proposal = desk.look()
    assert not proposal.guarded
    desk.sync.apply(proposal, now=BEFORE, actor="Lan")
    assert desk.states() == {"a": State.CANCELLED} | dict.fromkeys("bcdef", State.SCHEDULED)
    (desk.folder / "b.md").unlink()
    desk.apply()
    assert desk.states() == dict.fromkeys("ab", State.CANCELLED) | dict.fromkeys(
        "cdef", State.SCHEDULED
    )


@pytest.mark.fault(38, "an emptied folder")
def test_many_deleted_files_are_held_until_a_person_confirms(desk: Desk) -> None:
    for name in "abcdef":
        desk.write(name)
    desk.apply()
    for name in "abcde":
        (desk.folder / f"{name}.md").unlink()
    proposal = desk.apply()
    assert proposal.guarded
    assert desk.states() == dict.fromkeys("abcde", State.HELD) | {"f": State.SCHEDULED}
    assert "vanished at once" in str(desk.rows()["a"].reason)
    with pytest.raises(Guarded, match="5 deliveries"):
        desk.sync.apply(desk.look(), now=BEFORE, actor="Lan")
    desk.sync.apply(desk.look(), now=BEFORE, actor="Lan", confirmed=True)
    assert desk.states() == dict.fromkeys("abcde", State.CANCELLED) | {"f": State.SCHEDULED}


def test_the_guard_leaves_alone_what_is_held_already_and_lets_the_rest_through(desk: Desk) -> None:
    for name in "abcdef":
        desk.write(name)
    desk.apply()
    desk.write("a", more="kind: bài\n")
    desk.apply()
    held = desk.rows()["a"]
    for name in "abcde":
        (desk.folder / f"{name}.md").unlink()
    desk.write("f", text="Đã sửa.")
    before = desk.rows()["f"].digest
    assert desk.apply().guarded
    assert desk.rows()["a"] == held
    assert desk.rows()["f"].digest != before


def test_a_file_that_comes_back_is_scheduled_again(desk: Desk) -> None:
    for name in "abcdef":
        desk.write(name)
    desk.apply()
    away = desk.folder.with_name("away")
    away.mkdir()
    for name in "abcde":
        shutil.move(desk.folder / f"{name}.md", away)
    desk.apply()
    for name in "abcde":
        shutil.move(away / f"{name}.md", desk.folder)
    desk.apply()
    assert set(desk.states().values()) == {State.SCHEDULED}


@pytest.mark.parametrize("gone", ["folder", "campaign.toml", "half of it"])
def test_a_campaign_that_cannot_be_read_is_held_whole(desk: Desk, gone: str) -> None:
    desk.write("a")
    desk.write("b")
    desk.apply()
    if gone == "folder":
        shutil.rmtree(desk.folder)
    elif gone == "campaign.toml":
        (desk.folder / gone).unlink()
    else:
        (desk.folder / "campaign.toml").write_text("name = ", "utf-8")
    assert desk.sync.campaigns() == ("thang-hanh-dong",)
    desk.apply()
    assert desk.states() == {"a": State.HELD, "b": State.HELD}
    reason = str(desk.rows()["a"].reason)
    assert "campaign.toml" in reason or gone == "folder"
    assert str(desk.look().problems[0].what) in reason


def test_what_holds_a_campaign_is_its_own_mistake_and_not_that_of_a_message(desk: Desk) -> None:
    desk.write("a")
    desk.write("b")
    desk.apply()
    desk.write("a", more="kind: bài\n")
    (desk.folder / "campaign.toml").write_text("name = ", "utf-8")
    desk.apply()
    assert desk.states() == {"a": State.HELD, "b": State.HELD}
    assert "campaign.toml:1" in str(desk.rows()["b"].reason)


def test_a_new_text_comes_into_the_queue_with_its_content(desk: Desk) -> None:
    desk.write("a")
    desk.sync.apply(desk.look(), now=BEFORE, actor="Lan")
    content = desk.queue.rendition(desk.rows()["a"])
    assert content is not None
    assert content.text == "Xin chào."


@pytest.mark.fault(35, "a deleted file")
def test_what_went_out_stays_when_its_file_goes(desk: Desk) -> None:
    desk.write("a")
    desk.apply()
    due = desk.publish_next()
    (desk.folder / "a.md").unlink()
    proposal = desk.look(due + timedelta(minutes=1))
    assert proposal.changes == ()
    assert desk.states() == {"a": State.PUBLISHED}


def test_an_edit_of_what_is_public_waits_as_an_update_with_its_content(desk: Desk) -> None:
    desk.write("a")
    desk.apply()
    due = desk.rows()["a"].due
    (claim,) = desk.queue.exchange((), {"website": 1}, due).claims
    receipt = Receipt(remote_id="1", at=due)
    finish = Finish(claim=claim, state=State.PUBLISHED, at=due, receipt=receipt)
    desk.queue.exchange([finish], {}, due)
    desk.write("a", text="Đã sửa.")
    assert [change.what for change in desk.apply(due).changes] == [ChangeKind.ASKED]
    (update,) = [d for d in desk.queue.list() if d.identity.action is Action.UPDATE]
    content = desk.queue.rendition(update)
    assert content is not None
    assert (update.state, content.text) == (State.HELD, "Đã sửa.")
    assert desk.look(due).changes == ()
    desk.write("a")
    assert [change.what for change in desk.apply(due).changes] == [ChangeKind.CANCELLED]


@pytest.fixture
def another_clock(tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Vietnam decides to live by Japan's time: its table is exchanged on the disk."""
    tables = tmp_path / "zoneinfo" / "Asia"
    tables.mkdir(parents=True)
    (tables / "Ho_Chi_Minh").write_bytes(
        files("tzdata.zoneinfo.Asia").joinpath("Tokyo").read_bytes()
    )

    def decide() -> None:
        reset_tzpath(to=[str(tmp_path / "zoneinfo"), *TZPATH])
        ZoneInfo.clear_cache()

    yield decide
    reset_tzpath()
    ZoneInfo.clear_cache()


@pytest.mark.fault(20, "the table of the time zone is exchanged on the disk")
def test_a_country_that_changes_its_time_moves_what_is_to_come_and_leaves_what_went_out(
    desk: Desk, another_clock: Callable[[], None]
) -> None:
    desk.write("out")
    desk.write("to-come", day=20)
    desk.apply()
    due = {name: row.due for name, row in desk.rows().items()}
    desk.publish_next()
    another_clock()
    now = BEFORE + timedelta(days=17)
    assert [change.what for change in desk.apply(now).changes] == [ChangeKind.MOVED]
    rows = desk.rows()
    assert rows["out"].due == due["out"]
    assert rows["to-come"].due == due["to-come"] - timedelta(hours=2)


def test_another_rule_for_approvals_is_a_change_of_its_own(desk: Desk) -> None:
    desk.write("mot")
    desk.apply()
    assert desk.look().count == 0
    text = (desk.folder / "campaign.toml").read_text("utf-8")
    (desk.folder / "campaign.toml").write_text(f'approval = "four-eyes"\n{text}', "utf-8")
    assert (len(desk.look().changes), desk.look().count) == (0, 1)
    desk.apply()
    assert desk.queue.approvals_needed(desk.folder.name) == 2
    (desk.folder / "campaign.toml").write_text("broken", "utf-8")
    desk.apply()
    assert desk.queue.approvals_needed(desk.folder.name) == 2


def test_what_the_files_ask_can_be_read_without_the_queue(desk: Desk) -> None:
    desk.write("mot")
    content, plan = desk.sync.read(desk.folder.name)
    assert [message.id for message in content.messages] == ["mot"]
    assert [one.identity.message for one in plan.planned] == ["mot"]
    assert plan.campaign == desk.folder.name
    assert desk.rows() == {}


def test_a_proposal_names_its_campaign_and_leaves_others_alone(desk: Desk) -> None:
    desk.write("mot")
    desk.apply()
    other = desk.folder.with_name("khac")
    shutil.copytree(desk.folder, other)
    found = desk.sync.look("khac", BEFORE)
    assert (found.campaign, found.plan.campaign) == ("khac", "khac")
    assert [message.id for message in found.content.messages] == ["mot"]
    assert [change.what for change in found.changes] == [ChangeKind.NEW]


def test_templates_are_prepared_anew_only_for_another_campaign_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    class Counted(Renderer):
        def __init__(self, campaign: Campaign, folder: Path, media: Path, **more: Any) -> None:
            made.append(folder)
            super().__init__(campaign, folder, media, **more)

    monkeypatch.setattr(sync, "Renderer", Counted)
    desk.write("mot")
    desk.look()
    desk.look()
    assert made == [desk.folder]
    desk.name_theme("Chủ đề khác")
    desk.look()
    assert made == [desk.folder] * 2


def test_a_picture_is_prepared_into_the_media_folder(desk: Desk) -> None:
    (desk.folder / "media").mkdir()
    Image.new("RGB", (1200, 630), "blue").save(desk.folder / "media" / "le.png")
    desk.write("mot", more="image: media/le.png\nimage_alt: Lễ phát động\n")
    found = desk.look()
    assert found.problems == ()
    (rendition,) = found.renditions.values()
    (picture,) = rendition.media
    assert picture.file.is_relative_to(desk.folder.parent.parent / "media")
    assert picture.file.is_file()
