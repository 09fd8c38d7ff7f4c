"""The Facebook Page channel against the sandbox: what is sent, what is found, what keeps it from publishing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

from outreach.channel import (
    Absent,
    CannotTell,
    Channel,
    Found,
    Kind,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels.facebook_page import FacebookPage
from outreach.channels.facebook_page.graph import _proof
from outreach.channels.facebook_page.readback import plain
from outreach.content.media_store import MediaStore
from outreach.domain.message import Picture
from outreach.sandbox.facebook import made
from outreach.testing import (
    SAMPLE_KEY,
    ChannelContract,
    MemorySteps,
    outcome_of,
    sample_rendition,
)
from tests.channels.facebook_stage import (
    PLACE,
    SECRET,
    TOKEN,
    Door,
    Stage,
    door,
    picture,
    stage_behind,
)
from tests.domain import office as planning

OTHER_KEY = "qrstuvwxyzabcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[Door]:
    with door() as opened:
        yield opened


@pytest.fixture
def stage(server: Door, tmp_path: Path) -> Stage:
    return stage_behind(server, tmp_path)


def run(channel: FacebookPage, call: Callable[[], Awaitable[Any]]) -> Any:
    async def scenario() -> Any:
        try:
            return await outcome_of(call())
        finally:
            await channel.aclose()

    return asyncio.run(scenario())


def publish(
    channel: FacebookPage,
    rendition: Rendition | None = None,
    *,
    key: str = SAMPLE_KEY,
    steps: MemorySteps | None = None,
) -> Any:
    shown = rendition or sample_rendition()
    return run(channel, lambda: channel.publish(shown, key=key, steps=steps or MemorySteps()))


def find(channel: FacebookPage, stage: Stage, *, key: str = SAMPLE_KEY, **changes: Any) -> Any:
    """What a look says, or the pause that it asks for."""
    shown = sample_rendition(**changes)
    return run(channel, lambda: channel.find(shown, key=key, since=stage.now()))


class TestPosts(ChannelContract):
    @pytest.fixture
    def channel(self, stage: Stage) -> FacebookPage:
        self.stage = stage
        return stage.channel(first_comment=("hashtags",))

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(media=(picture(self.stage.folder),))

    def count(self, channel: Channel, key: str) -> int:
        return len(self.stage.sandbox.posts)

    def shown(self, channel: Channel) -> tuple[object, ...]:
        """All that was ever public, and whatever else is there now."""
        graph = self.stage.sandbox.graph
        return made(graph), graph.ledger.of("post")


class TestBannersAsCovers(ChannelContract):
    @pytest.fixture
    def channel(self, stage: Stage) -> FacebookPage:
        self.stage = stage
        old = picture(stage.folder, "anh-bia-cu.png")
        channel = stage.channel()
        made = publish(channel, sample_rendition(kind=Kind.BANNER, media=(old,)), key=OTHER_KEY)
        self.former = made.remote_id
        return stage.channel()

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(kind=Kind.BANNER, media=(picture(self.stage.folder),))

    def count(self, channel: Channel, key: str) -> int:
        cover = (self.stage.sandbox.graph.ledger.get("page") or {})["cover"]
        return int(cover != self.former)

    def test_the_former_cover_comes_back(self, channel: FacebookPage, stage: Stage) -> None:
        rendition = self.rendition(channel)
        steps = MemorySteps()

        async def scenario() -> None:
            hung = await channel.publish(rendition, key=SAMPLE_KEY, steps=steps)
            assert self.count(channel, SAMPLE_KEY) == 1
            await channel.withdraw(hung, key=SAMPLE_KEY, steps=MemorySteps())

        run(channel, scenario)
        assert self.count(channel, SAMPLE_KEY) == 0
        assert stage.sandbox.posts == []


# --- what is sent ----------------------------------------------------------------------------------


def test_text_and_hashtags_with_a_link_card(stage: Stage) -> None:
    receipt = publish(stage.channel())
    (post,) = stage.sandbox.posts
    assert post["message"] == "Mời toàn thể cán bộ tham gia.\n\n#BinhDangGioi"
    assert post["link"] == sample_rendition().link
    assert (receipt.remote_id, receipt.at) == (post["id"], stage.now())
    assert receipt.permalink.endswith(post["id"])


def test_photos_keep_their_order_and_their_alternative_text(stage: Stage) -> None:
    media = tuple(picture(stage.folder, f"{n}.png", alt=f"Ảnh “{n}”") for n in range(3))
    publish(stage.channel(), sample_rendition(media=media))
    (post,) = stage.sandbox.posts
    ledger = stage.sandbox.graph.ledger
    photos = [ledger.get(name) or {} for name in post["photos"]]
    assert [photo["alt"] for photo in photos] == ["Ảnh “0”", "Ảnh “1”", "Ảnh “2”"]
    sent = [stage.sandbox.graph.photos.content(name) for name in post["photos"]]
    assert sent == [medium.file.read_bytes() for medium in media]
    assert sample_rendition().link in post["message"]
    assert post["link"] == ""


def test_hashtags_and_link_in_the_first_comment(stage: Stage) -> None:
    receipt = publish(stage.channel(first_comment=("hashtags", "link")))
    (post,), (comment,) = stage.sandbox.posts, stage.sandbox.graph.ledger.of("comment")
    assert post["message"] == "Mời toàn thể cán bộ tham gia."
    assert comment["message"] == f"{sample_rendition().link}\n\n#BinhDangGioi"
    assert receipt.details["first_comment"] == {"id": comment["id"]}


def test_a_comment_that_fails_never_puts_the_post_in_doubt(stage: Stage) -> None:
    stage.sandbox.faults.arm("refused-500", on="POST comments")
    receipt = publish(stage.channel(first_comment=("hashtags",)))
    assert isinstance(receipt, Receipt)
    assert "missing" in receipt.details["first_comment"]
    assert len(stage.sandbox.posts) == 1


def test_a_post_found_without_its_comment_says_so(stage: Stage) -> None:
    stage.sandbox.faults.arm("created-then-500", on="POST feed")
    publish(stage.channel(first_comment=("link",)))
    channel = stage.channel(first_comment=("link",))
    look = find(channel, stage)
    assert isinstance(look, Found)
    assert look.receipt.details["first_comment"] == {"missing": "never made"}


def test_what_is_previewed_is_what_is_sent(stage: Stage) -> None:
    channel = stage.channel(headline=True)
    shown = sample_rendition(link="")
    preview = channel.preview(shown)
    publish(channel, shown)
    assert stage.messages == [preview.text]
    assert preview.text.startswith(shown.title)
    assert preview.problems == ()


def test_what_facebook_would_refuse_is_seen_before(stage: Stage) -> None:
    heavy = replace(picture(stage.folder), size=5_000_000)
    webp = replace(picture(stage.folder), mime="image/webp")
    channel = stage.channel()
    many = channel.preview(sample_rendition(media=(heavy, webp), text="🧡" * 40_000))
    assert len(many.problems) == 3
    assert channel.preview(sample_rendition(kind=Kind.BANNER)).problems


@pytest.mark.parametrize(("size", "problems"), [((851, 315), 0), ((400, 150), 0), ((399, 315), 1)])
def test_a_cover_must_be_large_enough(stage: Stage, size: tuple[int, int], problems: int) -> None:
    shown = replace(picture(stage.folder), width=size[0], height=size[1])
    seen = stage.channel().preview(sample_rendition(kind=Kind.BANNER, media=(shown,)))
    assert len(seen.problems) == problems


def test_pictures_come_prepared_as_facebook_takes_them(stage: Stage, tmp_path: Path) -> None:
    """A large PNG and a WebP become JPEG files of at most 4 MB; ten of them make one post."""
    media = tmp_path / "campaign" / "media"
    media.mkdir(parents=True)
    grain = Image.effect_noise((1400, 1400), 90).convert("RGB")
    grain.save(media / "to.png")
    Image.new("RGB", (300, 200), "teal").save(media / "nho.webp")
    asked = (Picture(file="media/to.png", alt="a"), *[Picture(file="media/nho.webp", alt="b")] * 9)
    message = planning.message("a", planning.once("11-21 08:00"))
    limits = stage.channel().capabilities.pictures
    made = MediaStore(tmp_path / "campaign", tmp_path / "kept").of(
        replace(message, pictures=asked), limits
    )
    assert (media / "to.png").stat().st_size > 4_000_000
    assert {medium.mime for medium in made} == {"image/jpeg"}
    assert max(medium.size for medium in made) <= 4_000_000
    receipt = publish(stage.channel(), sample_rendition(media=made))
    assert isinstance(receipt, Receipt)
    (post,) = stage.sandbox.posts
    assert len(post["photos"]) == 10
    assert stage.channel().preview(sample_rendition(media=made)).problems == ()


# --- what nobody knows -------------------------------------------------------------------------------

MADE = [
    "created-then-500",
    "created-then-1-99",
    "created-then-reset",
    "created-then-502",
    "created-then-200-with-error",
]


@pytest.mark.parametrize("fault", MADE)
def test_created_and_then_a_failure_is_found(stage: Stage, fault: str) -> None:
    stage.sandbox.faults.arm(fault, on="POST feed")
    channel = stage.channel()
    assert isinstance(publish(channel), UnknownOutcome)
    seen = find(stage.channel(), stage)
    assert isinstance(seen, Found)
    assert seen.receipt.remote_id == stage.sandbox.posts[0]["id"]


@pytest.mark.parametrize(("deadline", "kind"), [(0.2, UnknownOutcome), (60.0, Receipt)])
def test_a_reply_that_drips_is_borne_until_the_deadline(
    stage: Stage, deadline: float, kind: type
) -> None:
    stage.sandbox.faults.arm("slow-drip", on="POST feed", pause=0.02)
    channel = stage.channel()
    channel._graph._http._deadline = deadline
    assert isinstance(publish(channel), kind)
    assert isinstance(find(stage.channel(), stage), Found)
    assert len(stage.sandbox.posts) == 1


@pytest.mark.parametrize("fault", ["refused-500", "reset", "502-html", "200-with-error"])
def test_a_failure_without_a_post_is_absent(stage: Stage, fault: str) -> None:
    stage.sandbox.faults.arm(fault, on="POST feed")
    assert isinstance(publish(stage.channel()), UnknownOutcome)
    assert isinstance(find(stage.channel(), stage), Absent)


@pytest.mark.fault(5, "the sandbox shows the post late")
def test_a_post_that_appears_late_is_found_late(stage: Stage) -> None:
    stage.sandbox.faults.arm("created-then-500-lag", on="POST feed")
    assert isinstance(publish(stage.channel()), UnknownOutcome)
    assert isinstance(find(stage.channel(), stage), Absent)
    started = stage.now()
    stage.later(seconds=100)
    channel = stage.channel()
    look = run(channel, lambda: channel.find(sample_rendition(), key=SAMPLE_KEY, since=started))
    assert isinstance(look, Found)
    assert channel.capabilities.visibility_lag > timedelta(seconds=100)


def test_it_is_found_behind_hundreds_of_others(stage: Stage) -> None:
    publish(stage.channel())
    for number in range(230):
        stage.sandbox.graph.add_post(message=f"Tin {number}", app="another")
    assert isinstance(find(stage.channel(), stage), Found)
    assert stage.sandbox.calls.count("GET published_posts") == 3


def test_words_that_facebook_changed_a_little_are_known_again(stage: Stage) -> None:
    text = "Mời  toàn thể\u200b cán bộ\n\n\ntham gia. "
    stage.sandbox.graph.add_post(message=text + "#BinhDangGioi", app=PLACE.app)
    assert isinstance(find(stage.channel(), stage), Found)


@pytest.mark.parametrize(
    "facts",
    [
        {"app": "another"},
        {"app": PLACE.app, "message": "Khác hẳn"},
        {"app": PLACE.app, "link": "https://example.org/khac"},
        {"app": PLACE.app, "created": datetime(2022, 11, 16, 4, 50, tzinfo=UTC).timestamp()},
    ],
)
def test_posts_that_are_not_ours_are_not_taken_for_it(stage: Stage, facts: Any) -> None:
    text = "Mời toàn thể cán bộ tham gia.\n\n#BinhDangGioi"
    stage.sandbox.graph.add_post(**{"message": text, **facts})
    assert isinstance(find(stage.channel(), stage), Absent)


def test_after_a_restore_a_post_of_ours_that_nobody_knows_may_be_it(stage: Stage) -> None:
    """Its words were edited after it went out, and what it was called was lost with the disk."""
    stage.sandbox.graph.add_post(message="Lời cũ, trước khi sửa", app=PLACE.app)
    before, after = stage.channel(), stage.channel()
    for channel, restored in ((before, stage.now()), (after, stage.now() - timedelta(hours=1))):
        channel._reader._forgot = restored
    seen = find(before, stage)
    assert isinstance(seen, CannotTell)
    assert seen.passing
    assert "1 posts of this program" in str(seen.why)
    assert isinstance(find(after, stage), Absent)


def test_the_same_words_by_an_unknown_hand_need_a_person(stage: Stage) -> None:
    text = "Mời toàn thể cán bộ tham gia.\n\n#BinhDangGioi"
    stage.sandbox.graph.add_post(message=text)
    seen = find(stage.channel(), stage)
    assert isinstance(seen, CannotTell)
    assert not seen.passing


def test_a_scheduled_post_with_the_same_words_is_waited_for(stage: Stage) -> None:
    text = "Mời toàn thể cán bộ tham gia.\n\n#BinhDangGioi"
    later = int(stage.now().timestamp()) + 3600
    stage.sandbox.graph.add_post(message=text, app=PLACE.app, published=False, planned=later)
    seen = find(stage.channel(), stage)
    assert isinstance(seen, CannotTell)
    assert seen.passing


def test_two_deliveries_with_the_same_words_never_share_a_post(stage: Stage) -> None:
    media = (picture(stage.folder),)
    publish(stage.channel(), sample_rendition(media=media))
    assert isinstance(find(stage.channel(), stage, key=OTHER_KEY, media=media), Absent)
    assert isinstance(find(stage.channel(), stage, media=media), Found)


def test_a_failing_look_proves_nothing(stage: Stage) -> None:
    stage.sandbox.faults.arm("502-html", on="GET published_posts")
    seen = find(stage.channel(), stage)
    assert isinstance(seen, CannotTell)
    assert seen.passing


# --- repetitions --------------------------------------------------------------------------------------


def test_refused_as_a_repetition_of_ourselves_it_is_adopted(stage: Stage) -> None:
    stage.sandbox.faults.arm("created-then-500", on="POST feed")
    publish(stage.channel())
    again = publish(stage.channel())
    assert isinstance(again, Receipt)
    assert again.remote_id == stage.sandbox.posts[0]["id"]
    assert len(stage.sandbox.posts) == 1


def test_photos_that_are_already_posted_lead_to_their_post(stage: Stage) -> None:
    steps, rendition = MemorySteps(), sample_rendition(media=(picture(stage.folder),))
    stage.sandbox.faults.arm("created-then-500", on="POST feed")
    publish(stage.channel(), rendition, steps=steps)
    steps.begun.clear()
    again = publish(stage.channel(), rendition, steps=steps)
    assert isinstance(again, Receipt)
    assert len(stage.sandbox.posts) == 1


def test_refused_as_a_repetition_of_another_delivery_it_is_rejected(stage: Stage) -> None:
    publish(stage.channel())
    assert isinstance(publish(stage.channel(), key=OTHER_KEY), Reject)


def test_refused_as_a_repetition_of_nothing_that_can_be_seen_asks_a_person(stage: Stage) -> None:
    stage.sandbox.faults.arm("duplicate", on="POST feed")
    outcome = publish(stage.channel())
    assert isinstance(outcome, UnknownOutcome)
    assert outcome.ask_person


def test_endless_failures_over_one_message_lie_in_the_message(stage: Stage) -> None:
    stage.sandbox.faults.arm("refused-500", on="POST feed", times=6)
    outcomes = [publish(stage.channel()) for _ in range(6)]
    assert [type(one) for one in outcomes] == [UnknownOutcome] * 5 + [Reject]
    assert isinstance(publish(stage.channel()), UnknownOutcome)


def test_a_link_that_facebook_has_never_seen_is_fetched_first(stage: Stage) -> None:
    from outreach.sandbox.facebook import Fault

    stage.sandbox.faults.arm(Fault(code=1500), on="POST feed")
    assert isinstance(publish(stage.channel()), Receipt)
    assert stage.sandbox.calls == ["POST feed", "POST", "POST feed"]
    stage.sandbox.faults.arm(Fault(code=1500), on="POST feed", times=2)
    other = sample_rendition(text="Khác", link="https://example.org/khong-co")
    assert isinstance(publish(stage.channel(), other, key=OTHER_KEY), Reject)


def test_an_upload_in_doubt_is_harmless(stage: Stage) -> None:
    steps, rendition = MemorySteps(), sample_rendition(media=(picture(stage.folder),))
    stage.sandbox.faults.arm("created-then-reset", on="POST photos")
    assert isinstance(publish(stage.channel(), rendition, steps=steps), RetryAt)
    assert isinstance(publish(stage.channel(), rendition, steps=steps), Receipt)
    assert len(stage.sandbox.posts) == 1


def test_photos_uploaded_a_day_ago_are_uploaded_again(stage: Stage) -> None:
    steps, rendition = MemorySteps(), sample_rendition(media=(picture(stage.folder),))
    stage.sandbox.faults.arm("too-fast", on="POST feed")
    assert isinstance(publish(stage.channel(), rendition, steps=steps), PauseChannel)
    stage.later(hours=25)
    assert isinstance(publish(stage.channel(), rendition, steps=steps), Receipt)


# --- pace --------------------------------------------------------------------------------------------------


def test_throttling_holds_the_channel_for_the_minutes_that_the_headers_name(stage: Stage) -> None:
    stage.sandbox.faults.arm("throttled", on="POST feed", minutes=47)
    channel = stage.channel()
    outcome = publish(channel)
    assert isinstance(outcome, PauseChannel)
    assert outcome.until
    assert timedelta(minutes=47) <= outcome.until - stage.now() <= timedelta(minutes=49)


def test_while_throttled_nobody_even_looks(stage: Stage) -> None:
    stage.sandbox.faults.arm("throttled", on="POST feed")
    channel = stage.channel()
    publish(channel)
    asked = len(stage.sandbox.calls)
    looked = find(channel, stage)
    assert isinstance(looked, PauseChannel)
    assert looked.until
    assert isinstance(publish(channel), PauseChannel)
    assert len(stage.sandbox.calls) == asked


@pytest.mark.parametrize("kind", [Kind.POST, Kind.BANNER])
def test_a_dead_token_met_while_looking_pauses_until_a_person_acts(
    stage: Stage, kind: Kind
) -> None:
    shown: dict[str, Any] = {"kind": kind, "media": (picture(stage.folder),)}
    publish(stage.channel(), sample_rendition(**shown))
    stage.sandbox.dead = True
    looked = find(stage.channel(), stage, **shown)
    assert isinstance(looked, PauseChannel)
    assert looked.until is None


def test_a_quota_that_runs_short_slows_down(stage: Stage) -> None:
    stage.sandbox.usage = 90
    channel = stage.channel()
    assert isinstance(publish(channel), Receipt)
    outcome = publish(channel, sample_rendition(text="Khác"), key=OTHER_KEY)
    assert isinstance(outcome, RetryAt)
    assert outcome.at == stage.now() + timedelta(minutes=15)
    stage.later(minutes=16)
    assert isinstance(publish(channel, sample_rendition(text="Khác"), key=OTHER_KEY), Receipt)


def test_a_quota_that_is_spent_keeps_everything_back(stage: Stage) -> None:
    stage.sandbox.usage = 100
    channel = stage.channel()
    publish(channel)
    outcome = publish(channel, sample_rendition(text="Khác"), key=OTHER_KEY)
    assert isinstance(outcome, PauseChannel)
    assert outcome.until == stage.now() + timedelta(minutes=60)


# --- edits ------------------------------------------------------------------------------------------------


def update(stage: Stage, receipt: Receipt, steps: MemorySteps | None = None, **changes: Any) -> Any:
    channel, shown = stage.channel(first_comment=("hashtags",)), sample_rendition(**changes)
    return run(
        channel,
        lambda: channel.update(receipt, shown, key=SAMPLE_KEY, steps=steps or MemorySteps()),
    )


def test_an_edit_changes_the_words_and_nothing_else(stage: Stage) -> None:
    media = (picture(stage.folder, "1.png"), picture(stage.folder, "2.png"))
    receipt = publish(stage.channel(first_comment=("hashtags",)), sample_rendition(media=media))
    stage.later(days=2)
    edited = update(stage, receipt, text="Đã sửa giờ.", media=media)
    (post,) = stage.sandbox.posts
    assert post["message"].startswith("Đã sửa giờ.")
    assert len(post["photos"]) == 2
    assert edited == replace(receipt, at=stage.now())
    assert len(stage.sandbox.graph.ledger.of("comment")) == 1


@pytest.mark.parametrize("fault", [*MADE, "refused-500", "502-html"])
def test_an_edit_whose_reply_is_lost_is_repeated_harmlessly(stage: Stage, fault: str) -> None:
    steps, receipt = MemorySteps(), publish(stage.channel())
    name = receipt.remote_id
    stage.sandbox.faults.arm(fault, on="POST")
    outcome = update(stage, receipt, steps, text="Đã sửa.")
    assert isinstance(outcome, UnknownOutcome)
    outcome = update(stage, receipt, steps, text="Đã sửa.")
    assert isinstance(outcome, Receipt)
    assert [post["id"] for post in stage.sandbox.posts] == [name]
    assert stage.messages == ["Đã sửa."]
    update(stage, receipt, steps, text="Đã sửa.")
    assert stage.sandbox.calls.count("POST") == 2


def test_a_second_edit_and_a_return_to_the_first_words(stage: Stage) -> None:
    receipt = publish(stage.channel())
    for text in ("Một.", "Hai.", "Một."):
        update(stage, receipt, text=text)
    assert stage.messages == ["Một."]


def test_a_post_that_staff_deleted_is_not_brought_back(stage: Stage) -> None:
    receipt = publish(stage.channel())
    stage.sandbox.graph.ledger.drop(receipt.remote_id)
    assert isinstance(update(stage, receipt, text="Đã sửa."), Reject)
    assert stage.messages == []


def test_what_facebook_does_not_exchange_is_rejected(stage: Stage) -> None:
    one, other = picture(stage.folder, "1.png"), picture(stage.folder, "2.png")
    with_photo = publish(stage.channel(), sample_rendition(media=(one,)))
    before = stage.messages
    assert isinstance(update(stage, with_photo, text="Đã sửa.", media=(other,)), Reject)
    unnamed = replace(with_photo, details={})
    assert isinstance(update(stage, unnamed, text="Đã sửa.", media=(one, other)), Reject)
    assert stage.messages == before
    with_link = publish(stage.channel(), sample_rendition(text="Khác"), key=OTHER_KEY)
    assert isinstance(update(stage, with_link, link="https://example.org/khac"), Reject)
    assert isinstance(update(stage, with_link, link=""), Reject)
    by_hand = stage.sandbox.graph.add_post(message="Tin", app="another")
    receipt = Receipt(remote_id=by_hand["id"], at=stage.now())
    assert isinstance(update(stage, receipt, link=""), Reject)
    assert "POST" not in stage.sandbox.calls


def test_a_cover_with_another_picture_is_another_banner(stage: Stage) -> None:
    banner: dict[str, Any] = {"kind": Kind.BANNER, "media": (picture(stage.folder),)}
    hung = publish(stage.channel(), sample_rendition(**banner))
    assert isinstance(update(stage, hung, **banner, text="Chữ khác"), Receipt)
    other: dict[str, Any] = {**banner, "media": (picture(stage.folder, "khac.png"),)}
    assert isinstance(update(stage, hung, **other), Reject)
    publish(stage.channel(), sample_rendition(**other), key=OTHER_KEY)
    assert isinstance(update(stage, hung, **banner), Reject)


# --- taking down -----------------------------------------------------------------------------------------


def withdraw(channel: FacebookPage, receipt: Receipt) -> Any:
    return run(channel, lambda: channel.withdraw(receipt, key=OTHER_KEY, steps=MemorySteps()))


def test_a_deletion_that_facebook_hides_from_us_is_not_believed(stage: Stage) -> None:
    from outreach.sandbox.facebook import Fault

    receipt = publish(stage.channel())
    stage.sandbox.faults.arm(Fault(code=100, subcode=33), on="DELETE")
    assert isinstance(withdraw(stage.channel(), receipt), Reject)
    assert isinstance(withdraw(stage.channel(), receipt), Receipt)
    assert stage.sandbox.posts == []
    assert isinstance(withdraw(stage.channel(), receipt), Receipt)


def test_a_cover_that_staff_changed_is_left_alone(stage: Stage) -> None:
    banner = sample_rendition(kind=Kind.BANNER, media=(picture(stage.folder),))
    other = sample_rendition(kind=Kind.BANNER, media=(picture(stage.folder, "khac.png"),))
    first = publish(stage.channel(), banner)
    second = publish(stage.channel(), other, key=OTHER_KEY)
    assert isinstance(withdraw(stage.channel(), first), Receipt)
    assert (stage.sandbox.graph.ledger.get("page") or {})["cover"] == second.remote_id


def test_a_banner_may_be_a_post(stage: Stage) -> None:
    publish(stage.channel(banner="post"), sample_rendition(kind=Kind.BANNER))
    assert len(stage.sandbox.posts) == 1


# --- check, versions, secrets --------------------------------------------------------------------------


def check(channel: FacebookPage) -> Any:
    return run(channel, channel.check)


def test_it_is_well(stage: Stage) -> None:
    health = check(stage.channel())
    assert health.ok
    assert health.expires is None
    assert "Sở Công Thương" in str(health.summary)


@pytest.mark.slow
def test_facebook_is_asked_about_the_token_once_a_day(stage: Stage) -> None:
    channel = stage.channel()

    async def month() -> None:
        for _ in range(49):
            assert (await channel.check()).ok
            stage.later(hours=1)

    run(channel, month)
    assert stage.sandbox.calls.count("GET") == 49 + 3


@pytest.mark.fault(31, "a token with an end")
def test_a_token_that_ends_says_how_many_days_are_left(server: Door, tmp_path: Path) -> None:
    end = int(datetime(2022, 11, 26, 6, 0, tzinfo=UTC).timestamp())
    health = check(stage_behind(server, tmp_path, replace(PLACE, expires=end)).channel())
    assert health.ok
    assert health.expires == datetime.fromtimestamp(end, UTC)
    assert "10 days" in str(health.summary)


@pytest.mark.fault(34, "the sandbox takes roles away")
def test_each_thing_that_is_wrong_is_told_apart(server: Door, tmp_path: Path) -> None:
    end = int(datetime(2022, 11, 1, tzinfo=UTC).timestamp())
    broken = {
        "expired": replace(PLACE, expires=end),
        "role": replace(PLACE, pages=("999",)),
        "permissions": replace(PLACE, scopes=("pages_show_list",)),
    }
    said = {}
    for name, place in broken.items():
        health = check(stage_behind(server, tmp_path / name, place).channel())
        assert not health.ok
        said[name] = str(health.summary)
    stage = stage_behind(server, tmp_path)
    said["Development"] = str(check(stage.channel(app_is_live=False)).summary)
    said["secret"] = str(check(stage.channel(app_secret=SecretStr("wrong"))).summary)
    said["another app"] = str(check(stage.channel(app_id="7", app_secret=None)).summary)
    assert "expired" in said["expired"]
    assert "no role" in said["role"]
    assert "pages_manage_posts" in said["permissions"]
    assert "Development mode" in said["Development"]
    assert len(set(said.values())) == len(said)


def test_a_version_that_facebook_no_longer_speaks_is_told(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "outreach.channels.facebook_page"):
        health = check(stage.channel(version="v19.0"))
    assert health.ok
    assert "v26.0 instead of v19.0" in str(health.summary)
    assert [record.message for record in caplog.records] == [
        "Facebook answers in Graph API v26.0 instead of v19.0"
    ]


def test_the_proof_is_what_others_compute() -> None:
    known = "89f6f9d168c6449beaa293d5ac80374f4f5f3c5212bb8aaf2dfdfc6e2044906f"
    assert _proof("s3cret", "PAGETOK") == known


def test_no_secret_reaches_reasons_evidence_files_or_logs(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    from outreach.sandbox.facebook import Fault

    caplog.set_level(logging.DEBUG)
    said = []
    for fault in (
        Fault(code=100, message=f"bad token {TOKEN} {SECRET}"),
        Fault(how="html", status=502),
        Fault(how="reset"),
        Fault(code=190, subcode=463),
    ):
        stage.sandbox.faults.arm(fault, on="POST feed")
        outcome = publish(stage.channel())
        said += [repr(outcome), str(outcome.reason), repr(outcome.evidence)]
    said += [repr(check(stage.channel())), repr(stage.channel()._settings), caplog.text]
    files = [path for path in (stage.folder / "state").rglob("*") if path.is_file()]
    said += [path.read_text() for path in files]
    everything = "\n".join(said)
    assert "CANARY" not in everything
    assert _proof(SECRET, TOKEN) not in everything


@pytest.mark.parametrize(
    ("text", "same"), [("a\u0301\ufe0f b\n c", "á b c"), ("  x\u200b y ", "x y")]
)
def test_plain_words(text: str, same: str) -> None:
    assert plain(text) == same
