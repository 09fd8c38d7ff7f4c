"""A short video on the Page: sent in pieces, finished once, processed for a while, then shown by its post."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import (
    Absent,
    CannotTell,
    Channel,
    Found,
    Media,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels.facebook_page import FacebookPage
from outreach.channels.facebook_page.native import EARLIEST
from outreach.channels.facebook_page.videos import AT_ONCE, POLLS
from outreach.domain.delivery import Action, State
from outreach.testing import SAMPLE_KEY, ChannelContract, MemorySteps, sample_rendition
from tests.channels.facebook_stage import Stage, picture, stage_without_server
from tests.channels.page_world import PageWorld, world
from tests.channels.test_facebook_page import find, publish, run
from tests.films import MP4, film, stored

SLOW = float(sum(POLLS) + 60)
"""Seconds of processing that are longer than one attempt waits."""


class TestVideos(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> FacebookPage:
        self.stage = stage_without_server(tmp_path)
        return self.stage.channel(first_comment=("hashtags",))

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(video=stored(self.stage.folder))

    def count(self, channel: Channel, key: str) -> int:
        return len(self.stage.sandbox.posts)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = stage_without_server(tmp_path)
    made.sandbox.graph.videos.piece = 700
    return made


@pytest.fixture
def video(stage: Stage) -> Media:
    return stored(stage.folder)


def asked(stage: Stage, phase: str) -> int:
    return stage.sandbox.calls.count(f"POST videos {phase}")


def test_what_followers_see_is_what_was_previewed(stage: Stage, video: Media) -> None:
    shown = sample_rendition(
        video=video, link="https://example.org/a", media=(picture(stage.folder),)
    )
    preview = stage.channel().preview(shown)
    receipt = publish(stage.channel(), shown)
    (post,) = stage.sandbox.posts
    assert isinstance(receipt, Receipt)
    assert (receipt.remote_id, post["message"]) == (post["id"], preview.text)
    assert "https://example.org/a" in preview.text
    assert receipt.permalink.endswith(post["id"])
    assert stage.sandbox.graph.videos.content(post["video"]) == MP4
    assert preview.media
    assert [one.media for one in preview.media] == [video]
    assert preview.card is None
    assert "the pictures" in [str(one.what) for one in preview.dropped]
    assert post["photos"] == []
    assert asked(stage, "transfer") == 3


def test_pieces_in_doubt_go_on_where_facebook_says(stage: Stage, video: Media) -> None:
    steps = MemorySteps()
    stage.sandbox.faults.arm("created-then-reset", on="POST videos transfer")
    assert isinstance(publish(stage.channel(), sample_rendition(video=video), steps=steps), RetryAt)
    assert isinstance(publish(stage.channel(), sample_rendition(video=video), steps=steps), Receipt)
    assert (asked(stage, "start"), asked(stage, "transfer")) == (1, 4)
    (post,) = stage.sandbox.posts
    assert stage.sandbox.graph.videos.content(post["video"]) == MP4


@pytest.mark.parametrize(
    "fault", ["refused-500", "reset", "502-html", "200-with-error", "token-dead"]
)
@pytest.mark.parametrize("phase", ["start", "transfer"])
def test_before_the_end_nothing_is_public_whatever_fails(
    stage: Stage, video: Media, phase: str, fault: str
) -> None:
    stage.sandbox.faults.arm(fault, on=f"POST videos {phase}")
    outcome = publish(stage.channel(), sample_rendition(video=video))
    assert isinstance(outcome, PauseChannel if fault == "token-dead" else RetryAt)
    assert stage.sandbox.posts == []


def test_a_long_upload_is_cut_into_attempts(stage: Stage, video: Media) -> None:
    call = stage.sandbox.app

    async def slow_line(*request: Any) -> None:
        stage.time += AT_ONCE * 0.7
        await call(*request)

    stage.network = slow_line
    steps = MemorySteps()
    outcomes = [
        publish(stage.channel(), sample_rendition(video=video), steps=steps) for _ in range(2)
    ]
    assert [type(one) for one in outcomes] == [RetryAt, Receipt]
    assert asked(stage, "start") == 1


@pytest.mark.parametrize(
    "fault",
    [
        "created-then-500",
        "created-then-1-99",
        "created-then-reset",
        "created-then-502",
        "created-then-200-with-error",
    ],
)
def test_the_lost_reply_of_a_finished_video_is_found_once_it_is_processed(
    stage: Stage, video: Media, fault: str
) -> None:
    stage.sandbox.faults.arm(fault, on="POST videos finish")
    shown: dict[str, Any] = {"video": video}
    assert isinstance(publish(stage.channel(), sample_rendition(**shown)), UnknownOutcome)
    early = find(stage.channel(), stage, **shown)
    assert isinstance(early, CannotTell)
    assert early.passing
    stage.later(minutes=1)
    found = find(stage.channel(), stage, **shown)
    (post,) = stage.sandbox.posts
    assert isinstance(found, Found)
    assert found.receipt.remote_id == post["id"]


def test_it_is_found_by_its_words_when_its_number_was_forgotten(stage: Stage, video: Media) -> None:
    publish(stage.channel(), sample_rendition(video=video))
    (stage.folder / "state" / "journal.jsonl").unlink()
    assert isinstance(find(stage.channel(), stage, video=video), Found)


def test_a_video_that_never_arrived_is_absent(stage: Stage, video: Media) -> None:
    stage.sandbox.faults.arm("refused-500", on="POST videos finish")
    assert isinstance(publish(stage.channel(), sample_rendition(video=video)), UnknownOutcome)
    assert isinstance(find(stage.channel(), stage, video=video), Absent)


def test_slow_processing_is_waited_for_and_nothing_is_sent_again(
    stage: Stage, video: Media
) -> None:
    stage.sandbox.graph.videos.delay = SLOW
    steps = MemorySteps()
    outcome = publish(stage.channel(), sample_rendition(video=video), steps=steps)
    assert isinstance(outcome, UnknownOutcome)
    assert isinstance(find(stage.channel(), stage, video=video), CannotTell)
    assert isinstance(publish(stage.channel(), sample_rendition(video=video), steps=steps), Receipt)
    assert asked(stage, "finish") == 1
    assert len(stage.sandbox.posts) == 1


@pytest.mark.parametrize("fault", ["502-html", "throttled", "token-dead"])
def test_trouble_while_it_is_processed_never_says_that_nothing_is_public(
    stage: Stage, video: Media, fault: str
) -> None:
    stage.sandbox.faults.arm(fault, on="GET ")
    assert isinstance(publish(stage.channel(), sample_rendition(video=video)), UnknownOutcome)


@pytest.mark.parametrize("state", ["error", "upload_failed"])
def test_a_video_that_facebook_cannot_process_is_rejected(
    stage: Stage, video: Media, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    from outreach.sandbox.facebook import views

    real = views.video

    def failed(*given: Any, **more: Any) -> Any:
        return real(*given, **more) | {"status": {"video_status": state}}

    monkeypatch.setattr(views, "video", failed)
    stage.sandbox.graph.videos.delay = SLOW
    outcome = publish(stage.channel(), sample_rendition(video=video))
    assert isinstance(outcome, Reject)
    assert stage.sandbox.posts == []


def test_what_is_no_video_after_all_is_rejected(stage: Stage) -> None:
    broken = stored(stage.folder, b"x" * 900)
    assert isinstance(publish(stage.channel(), sample_rendition(video=broken)), Reject)


def test_a_video_that_vanished_from_the_disk_is_tried_again(stage: Stage, video: Media) -> None:
    video.file.unlink()
    assert isinstance(publish(stage.channel(), sample_rendition(video=video)), RetryAt)


def test_words_can_be_edited_and_another_video_cannot(stage: Stage, video: Media) -> None:
    receipt = publish(stage.channel(), sample_rendition(video=video))
    other = stored(stage.folder, film())

    def edit(**changes: Any) -> Any:
        channel = stage.channel()
        shown = sample_rendition(text="Sửa lại", **changes)
        steps = MemorySteps()
        return run(channel, lambda: channel.update(receipt, shown, key=SAMPLE_KEY, steps=steps))

    assert isinstance(edit(video=other), Reject)
    assert isinstance(edit(), Reject)
    assert isinstance(edit(video=video), Receipt)
    assert stage.messages[0].startswith("Sửa lại")
    plain = publish(stage.channel(), sample_rendition(text="Không phim"), key="qrstuvwxyzabcdef")
    receipt = replace(plain, details={})
    assert isinstance(edit(video=video), Reject)


def test_a_video_is_published_when_it_is_due_also_where_posts_are_handed_over(
    stage: Stage, video: Media
) -> None:
    channel = stage.channel(strategy="native-schedule")
    due = stage.now() + EARLIEST / 2
    rendition = sample_rendition(video=video, due=due)

    async def scenario() -> Any:
        steps = MemorySteps()
        early = await channel.hand_over(rendition, key=SAMPLE_KEY, steps=steps)
        assert early is None
        assert stage.sandbox.calls == []
        stage.time = due
        receipt = await channel.publish(rendition, key=SAMPLE_KEY, steps=steps)
        await channel.aclose()
        return receipt

    assert isinstance(asyncio.run(scenario()), Receipt)
    assert len(stage.sandbox.posts) == 1


# --- through the dispatcher, whatever dies -------------------------------------------------------------

BOUNDARIES = 28
"""Start, three pieces, the end, waiting and the comment are seven steps of four places each."""


def filmed(lives: PageWorld) -> dict[str, Any]:
    lives.stage.sandbox.graph.videos.piece = 700
    return {"video": stored(lives.stage.folder)}


@pytest.mark.slow
@pytest.mark.parametrize("boundary", [*range(BOUNDARIES), BOUNDARIES])
def test_death_at_every_boundary_of_a_video(tmp_path: Path, boundary: int) -> None:
    with world(tmp_path, boundary, first_comment=("hashtags",)) as lives:
        identity = lives.ask("m", **filmed(lives))
        lives.settle()
        assert lives.death.struck is (boundary < BOUNDARIES)
        (post,) = lives.stage.sandbox.posts
        delivery = lives.delivery(identity)
        assert delivery.state is State.PUBLISHED
        assert delivery.receipt
        assert delivery.receipt.remote_id == post["id"]
        assert lives.stage.sandbox.graph.videos.content(post["video"]) == MP4
        assert len(lives.stage.sandbox.graph.ledger.of("comment")) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("boundary", range(0, BOUNDARIES, 3))
@pytest.mark.parametrize("fault", ["created-then-500", "created-then-reset", "refused-500"])
def test_a_fault_and_a_death_together(tmp_path: Path, boundary: int, fault: str) -> None:
    with world(tmp_path, boundary) as lives:
        lives.stage.sandbox.faults.arm(fault, on="POST videos finish")
        lives.stage.sandbox.graph.videos.delay = SLOW
        identity = lives.ask("m", **filmed(lives))
        lives.settle()
        assert lives.delivery(identity).state is State.PUBLISHED
        assert len(lives.stage.sandbox.posts) == 1


@pytest.mark.slow
def test_a_bad_week_of_videos_and_their_end(tmp_path: Path) -> None:
    with world(tmp_path) as lives:
        facts = filmed(lives)
        lives.stage.sandbox.faults.by_chance(seed=7, share=0.3, reads=0.1)
        asked_for = [lives.ask(f"m{n}", text=f"Phim {n}", **facts) for n in range(12)]
        lives.settle()
        assert {lives.delivery(one).state for one in asked_for} == {State.PUBLISHED}
        assert len(set(lives.stage.messages)) == len(lives.stage.messages) == 12
        lives.pass_time(timedelta(hours=1))
        gone = [lives.ask(f"m{n}", action=Action.WITHDRAW, **facts) for n in range(12)]
        lives.settle()
        assert {lives.delivery(one).state for one in gone} == {State.WITHDRAWN}
        assert lives.stage.sandbox.posts == []
