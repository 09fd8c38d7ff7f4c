"""Articles as readers get them, what is refused before anything is sent, and a process that dies at every boundary."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from outreach.channel import (
    Absent,
    AdapterPlace,
    CannotTell,
    Found,
    Kind,
    Media,
    PauseChannel,
    Per,
    PictureLimits,
    Quota,
    Receipt,
    Reject,
    RetryAt,
    Severity,
    Text,
    UnknownOutcome,
)
from outreach.channels._previews import utf16
from outreach.channels.website.cards import media_path
from outreach.channels.zalo_oa import ZaloOA, ZaloSettings
from outreach.channels.zalo_oa.article import article, cut, picture_address, problems
from outreach.sandbox.zalo.platform import Platform, fetch_over_http
from outreach.testing import SAMPLE_KEY, Crash, MemorySteps, outcome_of, sample_rendition
from tests.channels.fault_server import FaultServer, answer
from tests.channels.zalo_office import KEY, NOWHERE, DyingSteps, Office, is_for_people
from tests.domain import office as planning
from tests.sandbox.zalo_server import JPEG, ZaloServer


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with ZaloServer(tmp_path / "platform") as server:
        yield Office(server, tmp_path / "state")


@pytest.fixture
def sender(tmp_path: Path) -> Iterator[Office]:
    """An office whose channel also sends to followers."""
    with ZaloServer(tmp_path / "platform") as server:
        yield Office(server, tmp_path / "state", broadcast=True)


def medium(**changes: Any) -> Media:
    given: dict[str, Any] = {
        "sha256": "ab" * 32,
        "mime": "image/jpeg",
        "width": 1000,
        "height": 640,
        "size": 900_000,
        "alt": "Lễ phát động",
        "name": "phat-dong.jpg",
        "file": Path("unused"),
    }
    return Media(**{**given, **changes})


def settings(**changes: Any) -> ZaloSettings:
    given = {"app_id": "1", "app_secret": SecretStr("s"), "token_key": SecretStr(KEY)}
    return ZaloSettings(**{**given, "picture_base_url": "https://x.vn/media", **changes})


def wrong(**changes: Any) -> list[Severity]:
    chosen = settings(cover_url="https://x.vn/bia.jpg")
    return [one.severity for one in problems(sample_rendition(**changes), chosen)]


# --- what readers get ------------------------------------------------------------------------------


def test_an_article_shows_the_message(office: Office) -> None:
    receipt = office.publish(media=(medium(), medium(sha256="cd" * 32, mime="image/png")))
    assert isinstance(receipt, Receipt)
    (shown,) = office.server.platform.public
    assert receipt.remote_id == shown["id"]
    assert receipt.permalink.startswith("https://post.oa.zalo.me/d?id=")
    content = shown["content"]
    assert content["title"] == "Phát động Tháng hành động vì bình đẳng giới"
    assert content["description"] == "Lễ phát động sáng 15/11."
    assert content["author"] == "Sở Công Thương"
    assert content["cover"]["photo_url"] == f"{NOWHERE}/{'ab' * 10}.jpg"
    text, picture, end = content["body"]
    assert text["content"] == "<p>Mời <strong>toàn thể</strong> cán bộ tham gia.</p>"
    assert picture["url"] == f"{NOWHERE}/{'cd' * 10}.png"
    assert picture["caption"] == "Lễ phát động"
    for part in ("https://example.org/phat-dong", "#BinhDangGioi", f"Mã bài: {SAMPLE_KEY}"):
        assert part in end["content"]


def test_pictures_stand_where_the_website_puts_them() -> None:
    for mime in ("image/jpeg", "image/png"):
        one = medium(mime=mime)
        address = picture_address(one, "https://x.vn/media/")
        assert address == "https://x.vn/" + media_path(one)


def test_addresses_are_percent_encoded() -> None:
    chosen = settings(picture_base_url="https://sở.vn/tin tức/ảnh", cover_url="https://x.vn/a%20b")
    assert chosen.picture_base_url == "https://xn--s-lym.vn/tin%20t%E1%BB%A9c/%E1%BA%A3nh"
    assert chosen.cover_url == "https://x.vn/a%20b"


def test_texts_are_composed_and_cut_at_a_word() -> None:
    loose = unicodedata.normalize("NFD", "Bình đẳng giới ") * 40
    content = article(
        sample_rendition(title=loose[:100], summary=loose),
        key="k",
        settings=settings(),
        language="vi",
    )
    assert unicodedata.is_normalized("NFC", content["title"] + content["description"])
    assert utf16(content["description"]) <= 250
    assert content["description"].endswith(("Bình…", "đẳng…", "giới…"))
    assert cut("x" * 300, 250) == "x" * 249 + "…"
    assert utf16(cut("👩‍🏫" * 100, 50)) <= 50


# --- what is refused before anything is sent ----------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 141},
        {"media": (medium(size=1_000_001),)},
        {"media": (medium(), medium(mime="image/webp"))},
    ],
)
def test_what_zalo_would_refuse_is_not_sent(office: Office, changes: Any) -> None:
    assert wrong(**changes) == [Severity.ERROR]
    assert isinstance(office.publish(**changes), Reject)
    assert office.server.platform.articles == []


def test_the_longest_title_passes(office: Office) -> None:
    office.server.faults.strict_lengths = True
    assert wrong(title="x" * 140) == []
    assert isinstance(office.publish(title="x" * 140, summary="y " * 300), Receipt)


def test_an_article_needs_a_cover(office: Office) -> None:
    office.settings = office.settings.model_copy(update={"cover_url": ""})
    assert isinstance(office.publish(), Reject)
    assert isinstance(office.publish(media=(medium(),)), Receipt)


def test_banners_are_refused(office: Office) -> None:
    assert isinstance(office.publish(kind=Kind.BANNER), Reject)


def test_late_broadcasts_are_warned_of() -> None:
    late = sample_rendition(due=datetime(2022, 11, 15, 14, 10, tzinfo=UTC))
    sending = settings(cover_url="https://x.vn/bia.jpg", broadcast=True)
    assert [one.severity for one in problems(late, sending)] == [Severity.WARNING]
    assert list(problems(late, settings(cover_url="https://x.vn/bia.jpg"))) == []


def test_preview_shows_what_readers_see(office: Office) -> None:
    preview = office.run(_preview)
    assert preview.text.startswith("Phát động Tháng hành động vì bình đẳng giới\n\nLễ phát động")
    assert preview.text.endswith("#BinhDangGioi\nMã bài: …")


async def _preview(channel: Any) -> Any:
    return channel.preview(sample_rendition())


def test_broadcasts_are_planned_by_quota_and_hours(office: Office, sender: Office) -> None:
    can = sender.channel().capabilities
    assert can.quotas == (Quota(count=4, per=Per.MONTH), Quota(count=1, per=Per.DAY))
    assert can.hours == (time(6, 0), time(21, 59))
    assert office.channel().capabilities.quotas == ()


@pytest.mark.parametrize(
    "change",
    [
        {"token_key": SecretStr("short")},
        {"token_key": SecretStr("QUFB")},
        {"picture_base_url": "media/"},
        {"broadcasts_per_month": 0},
        {"app_id": ""},
    ],
)
def test_settings_that_cannot_work_are_refused(change: Any) -> None:
    with pytest.raises(ValidationError):
        settings(**change)


# --- covers ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "kind"), [(404, RetryAt), (200, Receipt), (403, Receipt)])
def test_a_picture_that_is_not_public_yet_is_waited_for(
    office: Office, status: int, kind: type
) -> None:
    with FaultServer(answer(status)) as website:
        office.settings = office.settings.model_copy(update={"cover_url": website.url})
        assert isinstance(office.publish(), kind)
    assert len(office.server.platform.articles) == (kind is Receipt)


def test_pictures_are_public_before_the_article_names_them(tmp_path: Path) -> None:
    shown: list[tuple[str, int]] = []

    def show(one: Media, address: str) -> bool:
        shown.append((address, len(server.platform.articles)))
        if len(shown) == 1:
            raise RetryAt(Text("The site's folder cannot be written: {error}", error="x"))
        return True

    with ZaloServer(tmp_path / "platform") as server:
        office = Office(server, tmp_path / "state", show=show)
        media = (medium(), medium(sha256="cd" * 32, mime="image/png"))
        steps = MemorySteps()
        assert isinstance(office.publish(steps, media=media), RetryAt)
        assert server.platform.articles == []
        assert isinstance(office.publish(steps, media=media), Receipt)
    first, second = f"{NOWHERE}/{'ab' * 10}.jpg", f"{NOWHERE}/{'cd' * 10}.png"
    assert shown == [(first, 0), (first, 0), (second, 0)]


def test_pictures_are_planned_as_zalo_takes_them(office: Office) -> None:
    limits = office.channel().capabilities.pictures
    assert limits == PictureLimits(size=1_000_000, side=1600, cover=(1000, 640))


def test_a_cover_refused_at_verify_is_mended_by_a_new_article(office: Office) -> None:
    office.server.fetch = lambda _url: JPEG + b"x" * 1_000_000
    steps = MemorySteps()
    assert isinstance(office.publish(steps), Reject)
    assert isinstance(office.publish(steps), Reject)
    office.server.fetch = lambda _url: JPEG
    assert isinstance(office.publish(steps, media=(medium(),)), Receipt)
    assert len(office.server.platform.public) == 1


def test_the_platform_fetches_the_cover_from_the_website(office: Office) -> None:
    office.server.fetch = fetch_over_http
    steps = MemorySteps()
    with FaultServer(answer(200, b"<html>no picture</html>")) as website:
        office.settings = office.settings.model_copy(update={"cover_url": website.url})
        assert isinstance(office.publish(steps), Reject)
        website.handler = answer(200, JPEG)
        assert isinstance(office.publish(MemorySteps()), Receipt)
    assert [request.method for request in website.requests].count("GET") == 2


# --- processing -----------------------------------------------------------------------------------------


def test_processing_is_waited_for(office: Office) -> None:
    office.server.faults.verify_delay = 60
    office.server.faults.verify_polls = 3
    began = office.server.now
    assert isinstance(office.publish(), Receipt)
    assert timedelta(seconds=60) <= office.server.now - began < timedelta(minutes=2)


@pytest.mark.slow
@pytest.mark.parametrize("unverified", [True, False])
def test_endless_processing_is_unknown_and_taken_up_again(office: Office, unverified: bool) -> None:
    office.server.faults.verify_delay = 900
    office.server.faults.appears_unverified = unverified
    steps = MemorySteps()
    assert isinstance(office.publish(steps), UnknownOutcome)
    assert isinstance(office.find(), Absent)
    office.server.now += timedelta(minutes=15)
    assert isinstance(office.find(), Found if unverified else Absent)
    assert isinstance(office.publish(steps), Receipt)
    assert len(office.server.platform.articles) == 1


@pytest.mark.parametrize("fault", ["503-before", "reset-after", "error:-32", "error:-221"])
def test_trouble_while_verifying_never_says_that_nothing_is_public(
    office: Office, fault: str
) -> None:
    office.server.faults.add("verify", fault)
    steps = MemorySteps()
    assert isinstance(office.publish(steps), UnknownOutcome)
    assert isinstance(office.publish(steps), Receipt)
    assert len(office.server.platform.articles) == 1


# --- looking ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_our_article_is_found_among_many(office: Office) -> None:
    mine = office.publish()
    for number in range(25):
        office.server.now += timedelta(minutes=1)
        office.publish(key=f"other{number:011d}")
    look = office.find()
    assert isinstance(look, Found)
    assert isinstance(mine, Receipt)
    assert look.receipt.remote_id == mine.remote_id
    assert look.receipt.permalink == mine.permalink


def test_two_of_a_kind_and_a_hidden_one_are_for_people(office: Office) -> None:
    office.publish()
    office.server.platform.articles[0]["content"]["status"] = "hide"
    assert isinstance(office.find(), CannotTell)
    office.server.platform.articles[0]["content"]["status"] = "show"
    (office.state / "articles.jsonl").unlink()
    office.publish()
    look = office.find()
    assert isinstance(look, CannotTell)
    assert not look.passing


@pytest.mark.parametrize("fault", ["502-before", "reset-before", "error:-32"])
def test_looking_that_fails_proves_nothing(office: Office, fault: str) -> None:
    office.server.faults.add("getslice", fault)
    look = office.find()
    assert isinstance(look, CannotTell)
    assert look.passing


@pytest.mark.parametrize("faults", [["error:-221"], ["error:-216", "error:-216"]])
def test_a_look_that_is_refused_for_good_pauses_the_channel(
    office: Office, faults: list[str]
) -> None:
    office.server.faults.add("getslice", *faults)
    with pytest.raises(PauseChannel) as refused:
        office.find()
    assert refused.value.until is None


# --- a changed text, and taking down -------------------------------------------------------------------


def test_a_text_mended_while_the_broadcast_waits_changes_the_article(sender: Office) -> None:
    sender.server.faults.add("broadcast", "error:-211")
    steps = MemorySteps()
    sender.publish(steps)
    assert isinstance(sender.publish(steps, title="Sửa lại"), Receipt)
    (shown,) = sender.server.platform.public
    assert shown["content"]["title"] == "Sửa lại"
    assert len(sender.server.platform.broadcasts) == 1


def edited(
    office: Office, receipt: Receipt, steps: MemorySteps | None = None, **changes: Any
) -> Any:
    """The outcome of one try to change the article."""
    rendition = sample_rendition(channel="zalo", **changes)
    chosen = steps or MemorySteps()
    return office.run(
        lambda channel: outcome_of(channel.update(receipt, rendition, key=SAMPLE_KEY, steps=chosen))
    )


def published(office: Office) -> Receipt:
    receipt = office.publish()
    assert isinstance(receipt, Receipt)
    return receipt


def titles(office: Office) -> list[str]:
    return [article["content"]["title"] for article in office.server.platform.public]


def test_an_edited_article_keeps_its_id_its_mark_and_its_broadcast(sender: Office) -> None:
    receipt = published(sender)
    sender.server.now += timedelta(hours=1)
    changed = edited(sender, receipt, title="Sửa lại")
    assert isinstance(changed, Receipt)
    assert changed == replace(receipt, at=changed.at)
    assert titles(sender) == ["Sửa lại"]
    assert isinstance(sender.find(title="Sửa lại"), Found)
    assert len(sender.server.platform.broadcasts) == 1


def test_edits_there_and_back_reach_the_article_every_time(office: Office) -> None:
    receipt, steps = published(office), MemorySteps()
    for title in ("Một", "Hai", "Một", "Hai"):
        assert isinstance(edited(office, receipt, steps, title=title), Receipt)
        assert titles(office) == [title]


@pytest.mark.parametrize(
    "fault", ["502-before", "500-after", "reset-before", "reset-after", "html-after"]
)
@pytest.mark.parametrize("call", ["update", "verify"])
def test_a_lost_answer_to_an_edit_is_unknown_and_the_edit_is_sent_again(
    office: Office, call: str, fault: str
) -> None:
    receipt = published(office)
    office.server.faults.add(call, fault)
    steps = MemorySteps()
    assert isinstance(edited(office, receipt, steps, title="Sửa lại"), UnknownOutcome)
    office.server.now += timedelta(minutes=5)
    assert isinstance(office.find(title="Sửa lại"), Found)
    assert isinstance(edited(office, receipt, steps, title="Sửa lại"), Receipt)
    assert titles(office) == ["Sửa lại"]
    assert len(office.server.platform.articles) == 1


def test_an_edit_in_the_moment_of_a_dead_token_renews_it(office: Office) -> None:
    receipt = published(office)
    office.server.faults.add("update", "dead-token")
    assert isinstance(edited(office, receipt, title="Sửa lại"), Receipt)
    assert titles(office) == ["Sửa lại"]


def test_a_slow_edit_is_waited_for_and_readers_see_the_former_text_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = published(office)
    office.server.faults.verify_delay = 20
    before, meanwhile = titles(office), []
    wait = office.server.sleep

    async def look(seconds: float) -> None:
        meanwhile.append(titles(office))
        await wait(seconds)

    monkeypatch.setattr(office.server, "sleep", look)
    assert isinstance(edited(office, receipt, title="Sửa lại"), Receipt)
    assert meanwhile.count(before) > 2
    assert titles(office) == ["Sửa lại"]


def tickets(office: Office) -> dict[str, Any]:
    """What the platform was ever given to process."""
    given: dict[str, Any] = office.server.platform._state["tickets"]
    return given


def test_an_edit_that_takes_many_minutes_is_sent_once_and_asked_for_again_and_again(
    office: Office,
) -> None:
    receipt, steps = published(office), MemorySteps()
    office.server.faults.verify_delay = 400
    for _ in range(3):
        assert isinstance(edited(office, receipt, steps, title="Sửa lại"), UnknownOutcome)
    assert len(tickets(office)) == 2
    office.server.now += timedelta(minutes=5)
    assert isinstance(edited(office, receipt, steps, title="Sửa lại"), Receipt)
    assert titles(office) == ["Sửa lại"]
    assert len(tickets(office)) == 2


def test_an_edit_of_which_zalo_knows_nothing_any_more_is_sent_anew_once(office: Office) -> None:
    receipt, steps = published(office), MemorySteps()
    office.server.faults.verify_delay = 400
    assert isinstance(edited(office, receipt, steps, title="Sửa lại"), UnknownOutcome)
    office.server.faults.verify_delay = 0
    tickets(office).popitem()
    assert isinstance(edited(office, receipt, steps, title="Sửa lại"), Receipt)
    assert titles(office) == ["Sửa lại"]


@pytest.mark.slow
@pytest.mark.parametrize("fatal", range(1, 10))
def test_a_crash_at_any_boundary_of_an_edit_leaves_one_article_with_the_new_text(
    tmp_path: Path, fatal: int
) -> None:
    with ZaloServer(tmp_path / "platform") as server:
        office = Office(server, tmp_path / "state")
        receipt, steps = published(office), DyingSteps(fatal)
        server.faults.verify_delay = 5
        if fatal > 8:
            assert isinstance(edited(office, receipt, steps, title="Sửa lại"), Receipt)
            assert steps.passed == 8
        else:
            with pytest.raises(Crash):
                edited(office, receipt, steps, title="Sửa lại")
            steps.fatal = 0
            assert isinstance(edited(office, receipt, steps, title="Sửa lại"), Receipt)
        assert titles(office) == ["Sửa lại"]
        assert len(server.platform.articles) == 1


@pytest.mark.parametrize("state", ["removed", "hidden"])
def test_what_staff_took_away_is_not_brought_back_by_an_edit(office: Office, state: str) -> None:
    receipt = published(office)
    (article,) = office.server.platform.articles
    if state == "removed":
        article["state"] = "removed"
    else:
        article["content"]["status"] = "hide"
    assert isinstance(edited(office, receipt, title="Sửa lại"), Reject)
    assert office.server.platform.public == []


def test_an_edit_that_zalo_would_refuse_changes_nothing(office: Office) -> None:
    receipt = published(office)
    before = titles(office)
    assert isinstance(edited(office, receipt, title="x" * 141), Reject)
    office.server.fetch = lambda _url: JPEG + b"x" * 1_000_000
    assert isinstance(edited(office, receipt, title="Sửa lại"), Reject)
    assert titles(office) == before


def test_what_staff_removed_is_gone_and_other_refusals_are_told(office: Office) -> None:
    receipt = office.publish()
    assert isinstance(receipt, Receipt)

    def withdraw() -> Any:
        return office.run(
            lambda channel: outcome_of(channel.withdraw(receipt, key="w" * 16, steps=MemorySteps()))
        )

    office.server.faults.add("remove", "error:-248")
    assert isinstance(withdraw(), Reject)
    office.server.platform.articles[0]["state"] = "removed"
    assert isinstance(withdraw(), Receipt)


def test_check_says_what_is_wrong(sender: Office) -> None:
    sender.server.faults.verified = False
    health = sender.run(lambda channel: channel.check())
    assert not health.ok
    sender.server.faults.add("getoa", "error:-204")
    health = sender.run(lambda channel: channel.check())
    assert "-204" in str(health.summary)


def test_check_tells_how_many_broadcasts_are_left(sender: Office) -> None:
    assert sender.run(lambda channel: channel.check()).quota_left is None
    asking = sender.settings.model_copy(update={"follower": "2512523625412515"})
    sender.settings = asking
    for left in (4, 3):
        health = sender.run(lambda channel: channel.check())
        assert (health.ok, health.quota_left) == (True, left)
        assert str(health.summary).endswith(f"Broadcasts left this month: {left}.")
        sender.publish()
    sender.server.faults.add("quota", "error:-213")
    health = sender.run(lambda channel: channel.check())
    assert (health.ok, health.quota_left) == (True, None)


def test_check_tells_when_the_package_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    account = office.server.platform.getoa({})

    def through(day: str) -> Any:
        changed = {**account, "package_valid_through_date": day}
        monkeypatch.setattr(Platform, "getoa", lambda *_: changed)
        with ZaloServer(office.state / "another", start=office.server.now) as server:
            other = Office(server, office.state / f"state {day.replace('/', '-')}")
            return other.run(lambda channel: channel.check())

    end = datetime(2022, 11, 19, 17, tzinfo=UTC)
    assert (through("19/11/2022").ok, through("19/11/2022").expires) == (True, end)
    assert through("14/11/2022").ok is False
    assert "14/11/2022" in str(through("14/11/2022").summary)
    for day in ("", "31/12/2099", "30/02/2023"):
        assert through(day).expires == office.server.now + timedelta(days=90)


def test_calls_are_signed_where_the_office_wants_it(tmp_path: Path) -> None:
    with FaultServer(answer(200, b'{"error": 0, "data": {"name": "x"}}')) as server:
        chosen = settings(
            api_url=server.url,
            proof=True,
            refresh_token=SecretStr("r"),
            access_token=SecretStr("a"),
        )
        asyncio.run(_check(chosen, tmp_path))
    (request,) = server.requests
    expected = hmac.new(b"s", b"a", hashlib.sha256).hexdigest()
    assert request.headers["appsecret_proof"] == expected
    assert request.headers["access_token"] == "a"


async def _check(chosen: ZaloSettings, folder: Path) -> None:
    place = AdapterPlace(state=folder, clock=lambda: datetime(2022, 11, 15, tzinfo=UTC))
    channel = ZaloOA("zalo", chosen, place)
    assert (await channel.check()).ok
    await channel.aclose()


# --- death at every boundary --------------------------------------------------------------------------


def carry_on(office: Office, steps: DyingSteps) -> Receipt | None:
    """What the dispatcher does after a crash: look, and publish again only when it is proven absent. None: a person is asked."""
    steps.fatal = 0
    for _ in range(5):
        office.server.now += timedelta(minutes=10)
        look = office.find()
        if isinstance(look, Found):
            return look.receipt
        if isinstance(look, CannotTell):
            assert not look.passing
            return None
        steps.proven_absent()
        outcome = office.publish(steps)
        if isinstance(outcome, Receipt):
            return outcome
    raise AssertionError("never settled")


@pytest.mark.slow
@pytest.mark.parametrize("fatal", range(1, 17))
@pytest.mark.parametrize("broadcast", [False, True], ids=["article", "broadcast"])
def test_a_crash_at_any_boundary_doubles_and_loses_nothing(
    tmp_path: Path, broadcast: bool, fatal: int
) -> None:
    with ZaloServer(tmp_path / "platform") as server:
        server.faults.verify_delay = 5
        office = Office(server, tmp_path / "state", broadcast=broadcast)
        steps = DyingSteps(fatal)
        boundaries = 16 if broadcast else 12
        if fatal > boundaries:
            assert isinstance(office.publish(steps), Receipt)
            assert steps.passed == boundaries
        else:
            with pytest.raises(Crash):
                office.publish(steps)
            settled = carry_on(office, steps)
            assert settled or (broadcast and len(server.platform.broadcasts) == 1)
        assert len(server.platform.public) == 1
        assert len(server.platform.broadcasts) == broadcast


def test_a_crash_inside_the_broadcast_call_asks_a_person(
    sender: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from outreach.channels.zalo_oa.api import Api

    real = Api.post

    async def die(self: Api, path: str, body: Any) -> Any:
        answered = await real(self, path, body)
        if path.endswith("/oa/message"):
            raise Crash("crash")
        return answered

    steps = MemorySteps()
    with monkeypatch.context() as dying:
        dying.setattr(Api, "post", die)
        with pytest.raises(Crash):
            sender.publish(steps)
    assert isinstance(sender.find(), CannotTell)
    assert is_for_people(sender.publish(steps))
    assert len(sender.server.platform.broadcasts) == 1


# --- the plan -----------------------------------------------------------------------------------------


def test_a_month_of_more_than_four_broadcasts_is_refused_with_those_that_are_kept(
    sender: Office,
) -> None:
    can = sender.channel().capabilities
    channel = replace(planning.WEBSITE, capabilities=can)
    daily = planning.message("a", planning.once(*(f"11-{day} 08:00" for day in range(21, 26))))
    plan = planning.plan_of(daily, channels=(channel,))
    assert planning.dues(plan) == [f"11-{day} 08:00" for day in range(21, 25)]
    (problem,) = plan.problems
    assert problem.code == "quota"
    assert "a (2022-11-21 08:00)" in str(problem.what)
