"""What the adapter makes of each of WordPress's answers; a real WordPress proves the rest (tests/wordpress)."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from outreach.channel import (
    Absent,
    AdapterPlace,
    CannotTell,
    Channel,
    Found,
    Kind,
    Media,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels.wordpress import WordPress, WordPressSettings
from outreach.channels.wordpress.refusals import TABLE
from outreach.testing import (
    SAMPLE_KEY,
    ChannelContract,
    MemorySteps,
    outcome_of,
    sample_rendition,
)
from tests.channels.fault_server import FaultServer, Request
from tests.channels.wordpress_site import PASSWORD, USER, FakeWordPress, error

NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
RENDITION = sample_rendition(topic="Phát động")

Answer = tuple[int, Any]


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    fake = FakeWordPress()
    with FaultServer(fake) as server:
        fake.url = f"http://127.0.0.1:{server.port}/"
        yield fake


def wordpress(site: FakeWordPress, **settings: Any) -> WordPress:
    given = {"url": site.url, "user": USER, "password": SecretStr(PASSWORD), **settings}
    place = AdapterPlace(state=Path("unused"), clock=lambda: NOW)
    return WordPress("site", WordPressSettings(**given), place)


def run(site: FakeWordPress, act: Callable[[WordPress], Awaitable[Any]], **settings: Any) -> Any:
    async def scenario() -> Any:
        channel = wordpress(site, **settings)
        try:
            return await act(channel)
        finally:
            await channel.aclose()

    return asyncio.run(scenario())


def publish(
    site: FakeWordPress,
    rendition: Rendition = RENDITION,
    steps: MemorySteps | None = None,
    **more: Any,
) -> Any:
    used = steps or MemorySteps()
    return run(site, lambda c: outcome_of(c.publish(rendition, key=SAMPLE_KEY, steps=used)), **more)


def look(site: FakeWordPress, **settings: Any) -> Any:
    """What a look says, or the pause that it asks for."""

    async def act(channel: WordPress) -> Any:
        try:
            return await channel.find(RENDITION, key=SAMPLE_KEY, since=RENDITION.due)
        except PauseChannel as refused:
            return refused

    return run(site, act, **settings)


def health(site: FakeWordPress, **settings: Any) -> str:
    found = run(site, lambda c: c.check(), **settings)
    return "" if found.ok else str(found.summary)


class TestContract(ChannelContract):
    @pytest.fixture
    def channel(self, site: FakeWordPress) -> Channel:
        self.site = site
        return wordpress(site)

    def count(self, channel: Channel, key: str) -> int:
        return self.site.public(key)


class TestBlockContract(ChannelContract):
    @pytest.fixture
    def channel(self, site: FakeWordPress) -> Channel:
        self.site = site
        site.blocks[7] = {"id": 7, "status": "publish", "content": {"raw": ""}}
        site.blocks[7]["modified_gmt"] = "2022-11-15T01:00:00"
        return wordpress(site, banner_block=7)

    def rendition(self, channel: Channel) -> Rendition:
        return sample_rendition(kind=Kind.BANNER)

    def count(self, channel: Channel, key: str) -> int:
        raw: str = self.site.blocks[7]["content"]["raw"]
        return raw.count(f"<!-- outreach:{key} -->")


def answering(
    reply: Answer, *, method: str = "POST", part: str = "/wp/v2/posts", status: str = ""
) -> Callable[[Request], Answer | None]:
    """Answer so to every call of that kind; `status` narrows it to bodies that ask for that status."""

    def override(request: Request) -> Answer | None:
        fits = request.method == method and part in request.path
        asked = not status or f'"status": "{status}"'.encode() in request.body
        return reply if fits and asked else None

    return override


HTML = b"<html>There has been a critical error on this website.</html>"
ANSWERS: dict[str, tuple[Answer, type[NotPublished], type[NotPublished]]] = {
    "wrong password": (error(401, "rest_cannot_create"), PauseChannel, PauseChannel),
    "said aloud": (error(403, "incorrect_password"), PauseChannel, PauseChannel),
    "role": (error(403, "rest_cannot_publish"), PauseChannel, PauseChannel),
    "firewall": ((403, HTML), PauseChannel, PauseChannel),
    "no route": (error(404, "rest_no_route"), PauseChannel, PauseChannel),
    "moved": ((301, b""), PauseChannel, PauseChannel),
    "gone": (error(404, "rest_post_invalid_id"), Reject, Reject),
    "our fault": (error(400, "rest_invalid_param"), Reject, Reject),
    "empty": (error(400, "empty_content"), Reject, Reject),
    "not JSON": (error(400, "rest_invalid_json"), Reject, Reject),
    "maintenance": ((503, HTML), RetryAt, RetryAt),
    "busy": ((429, b"{}"), RetryAt, RetryAt),
    "fatal": ((500, HTML), RetryAt, UnknownOutcome),
    "database": (error(500, "db_update_error"), RetryAt, UnknownOutcome),
    "gateway": ((504, HTML), RetryAt, UnknownOutcome),
    "another page": ((200, HTML), RetryAt, UnknownOutcome),
    "no id": ((200, {}), RetryAt, UnknownOutcome),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_to_a_draft_means_that_nothing_is_public(
    site: FakeWordPress, name: str
) -> None:
    reply, meant, _ = ANSWERS[name]
    site.override = answering(reply, status="draft")
    outcome = publish(site)
    assert type(outcome) is meant
    assert site.public(SAMPLE_KEY) == 0
    assert PASSWORD not in str(outcome.evidence)


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_to_publishing_says_what_is_certain(site: FakeWordPress, name: str) -> None:
    reply, _, meant = ANSWERS[name]
    site.override = answering(reply, status="publish")
    assert type(publish(site)) is meant


def test_every_row_of_the_table_decides_about_something() -> None:
    bodies = [body for (_, body), *_ in ANSWERS.values() if isinstance(body, dict)]
    codes = [
        *(body.get("code", "") for body in bodies),
        "rest_upload_hash_mismatch",
        "rest_upload_sideload_error",
    ]
    tried = [(status, code) for code in codes for status in (400, 401, 403, 404, 412, 500, 503)]
    decided = [next((row for row in TABLE if row.fits(*pair)), None) for pair in tried]
    assert [row for row in TABLE if row not in decided] == []


@pytest.mark.parametrize("name", ["fatal", "another page", "maintenance"])
def test_a_look_that_fails_is_never_absent(site: FakeWordPress, name: str) -> None:
    site.override = answering(ANSWERS[name][0], method="GET")
    found = look(site)
    assert isinstance(found, CannotTell)
    assert found.passing


@pytest.mark.parametrize("name", ["wrong password", "firewall", "no route"])
def test_a_look_that_is_refused_pauses_the_channel(site: FakeWordPress, name: str) -> None:
    site.override = answering(ANSWERS[name][0], method="GET")
    assert isinstance(look(site), PauseChannel)


def test_a_lost_password_is_never_absent(site: FakeWordPress) -> None:
    assert isinstance(look(site), Absent)
    refused = look(site, password=SecretStr("wrong"))
    assert isinstance(refused, PauseChannel)
    assert "let this account in" in str(refused.reason)


def test_pictures_come_with_their_slug_and_once(site: FakeWordPress, tmp_path: Path) -> None:
    content = b"\x89PNG"
    digest = hashlib.sha256(content).hexdigest()
    (tmp_path / digest).write_bytes(content)
    media = Media(
        sha256=digest, mime="image/png", width=1, height=1, size=4, alt="Ảnh", name="Ảnh.PNG",
        file=tmp_path / digest,
    )  # fmt: skip
    publish(site, sample_rendition(media=(media,)))
    site.posts.clear()
    publish(site, sample_rendition(media=(media,)))
    assert len(site.media) == 1


@pytest.mark.parametrize(
    ("code", "status", "meant"),
    [
        ("rest_upload_sideload_error", 500, Reject),
        ("rest_upload_hash_mismatch", 412, RetryAt),
        ("rest_cannot_create", 403, PauseChannel),
        ("", 413, Reject),
    ],
)
def test_a_picture_that_is_not_taken(
    site: FakeWordPress, tmp_path: Path, code: str, status: int, meant: type
) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    (tmp_path / digest).write_bytes(b"x")
    media = Media(
        sha256=digest, mime="image/png", width=1, height=1, size=1, alt="", name="x.png",
        file=tmp_path / digest,
    )  # fmt: skip
    site.override = answering(error(status, code), part="/media")
    assert type(publish(site, sample_rendition(media=(media,)))) is meant


def test_a_picture_that_changed_or_vanished_is_not_sent(
    site: FakeWordPress, tmp_path: Path
) -> None:
    file = tmp_path / "x"
    media = Media(
        sha256="0" * 64, mime="image/png", width=1, height=1, size=1, alt="", name="x.png", file=file
    )  # fmt: skip
    assert isinstance(publish(site, sample_rendition(media=(media,))), RetryAt)
    file.write_bytes(b"x")
    assert isinstance(publish(site, sample_rendition(media=(media,))), Reject)


def test_names_that_exist_are_used(site: FakeWordPress) -> None:
    site.terms[9] = ("categories", "Phát Động")
    publish(site)
    (post,) = site.posts.values()
    assert post["categories"] == [9]


def test_a_name_that_appears_meanwhile_is_used(site: FakeWordPress) -> None:
    site.override = answering(error(400, "term_exists", term_id=9), part="/categories")
    site.terms[9] = ("categories", "khác")
    publish(site)
    (post,) = site.posts.values()
    assert post["categories"] == [9]


def test_topics_and_hashtags_may_be_left_out(site: FakeWordPress) -> None:
    publish(site, topic_as_category=False, hashtags_as_tags=False)
    assert not site.terms


def test_a_site_without_a_trash_gets_a_draft(site: FakeWordPress) -> None:
    receipt = publish(site)
    site.override = answering(error(501, "rest_trash_not_supported"), method="DELETE")
    gone = run(site, lambda c: c.withdraw(receipt, key="w" * 16, steps=MemorySteps()))
    assert gone.details == {"left_as": "draft"}
    assert isinstance(look(site), Absent)


@pytest.mark.parametrize("left", ["trash", "draft"])
def test_a_withdrawal_that_is_refused_says_so(site: FakeWordPress, left: str) -> None:
    receipt = publish(site)
    code = error(403, "rest_cannot_delete")
    site.override = answering(code, method="DELETE" if left == "trash" else "GET", part="/posts/")
    call = lambda c: outcome_of(c.withdraw(receipt, key="w" * 16, steps=MemorySteps()))  # noqa: E731 - one call, named
    assert isinstance(run(site, call, withdraw_to=left), PauseChannel)


def test_a_draft_that_is_gone_stays_gone(site: FakeWordPress) -> None:
    receipt = publish(site)
    site.posts.clear()
    call = lambda c: c.withdraw(receipt, key="w" * 16, steps=MemorySteps())  # noqa: E731 - one call, named
    assert run(site, call, withdraw_to="draft").details == {"left_as": "gone"}


def test_the_public_one_is_kept_even_when_a_lower_number_exists(site: FakeWordPress) -> None:
    publish(site)
    (post,) = site.posts.values()
    site.posts[1] = {**post, "id": 1, "status": "draft", "slug": post["slug"] + "-2"}
    receipt = publish(site)
    assert receipt.remote_id == str(post["id"])
    assert site.posts[1]["status"] == "trash"


def test_someone_elses_post_is_left_alone(site: FakeWordPress) -> None:
    publish(site)
    (post,) = site.posts.values()
    copy = {**post, "id": 1, "status": "draft", "slug": "ban-sao-cua-can-bo"}
    site.posts[1] = copy
    publish(site)
    assert copy["status"] == "draft"


def test_a_permalink_that_cannot_be_read_again_is_the_one_that_was_told(
    site: FakeWordPress,
) -> None:
    steps = MemorySteps()
    first = publish(site, steps=steps)
    asked = []

    def override(request: Request) -> Answer | None:
        asked.extend([request] if request.path.partition("?")[0].endswith("/posts/101") else [])
        return (500, HTML) if len(asked) == 2 else None

    site.override = override
    again = publish(site, steps=steps)
    assert again.permalink == first.permalink


def test_a_post_in_another_state_is_in_doubt(site: FakeWordPress) -> None:
    post = {"id": 101, "status": "pending", "link": "x"}
    site.override = answering((200, post), status="publish")
    outcome = publish(site)
    assert isinstance(outcome, UnknownOutcome)
    assert "pending" in str(outcome.reason)


def test_everything_that_stands_in_the_way_is_named(site: FakeWordPress) -> None:
    assert health(site) == ""
    assert "revoked" in health(site, password=SecretStr("x"))
    site.authentication = []
    assert "switched off" in health(site, password=SecretStr("x"))
    site.capabilities = {"edit_posts": True}
    assert "publish_posts, upload_files, manage_categories" in health(site)
    assert "manage_categories" not in health(site, topic_as_category=False)
    site.capabilities = {}
    site.override = answering((200, b"<html></html>"), method="GET", part="users/me")
    assert "not at this address" in health(site)
    site.override = answering(error(404, "rest_no_route"), method="GET", part="users/me")
    assert "not at this address" in health(site)
    assert "refuses connections" in health(site, url="http://127.0.0.1:9/")


def test_an_index_that_is_no_index(site: FakeWordPress) -> None:
    site.override = answering((200, b"<html></html>"), method="GET", part="/wp-json/")
    assert "not at this address" in health(site)

    def closed(request: Request) -> Answer | None:
        is_index = request.path == "/wp-json/"
        return error(401, "rest_disabled") if is_index or "users/me" in request.path else None

    site.override = closed
    assert "closes its REST API" in health(site)


def test_plain_permalinks_are_understood(site: FakeWordPress) -> None:
    asked: list[str] = []

    def override(request: Request) -> Answer | None:
        asked.append(request.path)
        return (200, {"capabilities": dict.fromkeys(
            ("edit_posts", "publish_posts", "upload_files", "manage_categories"), True
        )}) if "rest_route" in request.path else None  # fmt: skip

    site.link = f"{site.url}index.php?rest_route=/"
    site.override = override
    assert health(site) == ""
    assert asked[1] == "/index.php?rest_route=/wp/v2/users/me&context=edit"


@pytest.mark.asvs("1.3.6", "A site cannot send the password to another host")
@pytest.mark.parametrize(
    "link", ["http://other.example/wp-json/", "https://other.example/wp-json/"]
)
def test_the_password_goes_to_no_other_house(site: FakeWordPress, link: str) -> None:
    site.link = link
    outcome = publish(site)
    assert isinstance(outcome, PauseChannel)
    assert link in str(outcome.reason)


def test_a_redirecting_front_page_is_named(site: FakeWordPress) -> None:
    site.override = lambda request: (301, b"") if request.path == "/" else None
    assert "leads on to" in health(site)


def test_a_front_page_that_does_not_name_the_api(site: FakeWordPress) -> None:
    site.link = ">"
    assert health(site) == ""


def test_the_preview_shows_what_is_sent(site: FakeWordPress) -> None:
    channel = wordpress(site, banner_block=7)
    event = sample_rendition(
        kind=Kind.EVENT, place="Hội trường", start=NOW, end=NOW + timedelta(hours=2), deadline=NOW
    )
    shown = channel.preview(event).html
    for part in ("Hội trường", "08:00 15/11/2022 – 10:00 15/11/2022", "<strong>toàn thể</strong>"):
        assert part in shown
    assert "outreach-banner" in channel.preview(sample_rendition(kind=Kind.BANNER)).html
    asyncio.run(channel.aclose())


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://soct.example.gov.vn"},
        {"url": "soct.example.gov.vn"},
        {"api": "http://soct.example.gov.vn/wp-json"},
        {"user": ""},
        {"user": "a:b"},
        {"banner_block": -1},
        {"withdraw_to": "nowhere"},
        {"unknown": 1},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    right: dict[str, Any] = {
        "url": "https://soct.example.gov.vn",
        "user": "a",
        "password": SecretStr("x"),
    }
    assert WordPressSettings(**right).url == "https://soct.example.gov.vn/"
    with pytest.raises(ValidationError):
        WordPressSettings(**{**right, **wrong})


def test_a_post_is_found_with_its_time(site: FakeWordPress) -> None:
    receipt = publish(site)
    found = look(site)
    assert isinstance(found, Found)
    assert found.receipt.at == receipt.at == NOW


def test_a_proof_that_a_person_gave_takes_nothing_down(site: FakeWordPress) -> None:
    by_hand = Receipt(remote_id="", permalink="https://soct.example.gov.vn/bai", at=NOW)
    act = lambda c: outcome_of(c.withdraw(by_hand, key="w" * 16, steps=MemorySteps()))  # noqa: E731 - one call, named
    assert isinstance(run(site, act), Reject)


# --- what staff changed on the site


EDITED = sample_rendition(topic="Phát động", title="Dời sang 9 giờ", html="<p>Dời sang 9 giờ.</p>")


def touched(post: dict[str, Any], what: str) -> None:
    """Someone works on the post in WordPress's editor."""
    content = post["content"]["raw"]
    if what == "title":
        post["title"] = {"raw": "Tên khác"}
    elif what == "words":
        post["content"] = {"raw": content.replace("Mời", "Kính mời")}
    elif what == "link":
        post["content"] = {"raw": content.replace("example.org", "example.com")}
    elif what == "everything":
        post["content"] = {"raw": "<p>Bài viết lại.</p>"}
    elif what == "markup":
        post["content"] = {"raw": content.replace("</p>", "</p>\n\n").replace(' lang="vi"', "")}
    elif what == "old":
        post["content"] = {"raw": re.sub("<!-- outreach-seal.*? -->", "", content)}


@pytest.mark.parametrize("what", ["title", "words", "link", "everything"])
def test_what_staff_changed_is_replaced_only_by_a_persons_word(
    site: FakeWordPress, what: str
) -> None:
    steps = MemorySteps()

    async def act(channel: WordPress) -> None:
        made = await channel.publish(RENDITION, key=SAMPLE_KEY, steps=MemorySteps())
        post = site.posts[int(made.remote_id)]
        touched(post, what)
        before = dict(post)
        for _ in range(2):
            asked = await outcome_of(channel.update(made, EDITED, key=SAMPLE_KEY, steps=steps))
            assert isinstance(asked, UnknownOutcome)
            assert asked.ask_person
            assert post == before
        (question,) = steps.begun
        steps.done[question] = "null"
        let = await outcome_of(channel.update(made, EDITED, key=SAMPLE_KEY, steps=steps))
        assert isinstance(let, Receipt)
        assert post["title"]["raw"] == "Dời sang 9 giờ"
        touched(post, "everything")
        again = await outcome_of(channel.update(made, RENDITION, key=SAMPLE_KEY, steps=steps))
        assert isinstance(again, UnknownOutcome), "the word was given for another text"

    run(site, act)


@pytest.mark.parametrize("what", ["nothing", "markup", "old"])
def test_what_readers_see_unchanged_is_replaced_without_a_question(
    site: FakeWordPress, what: str
) -> None:
    async def act(channel: WordPress) -> None:
        made = await channel.publish(RENDITION, key=SAMPLE_KEY, steps=MemorySteps())
        touched(site.posts[int(made.remote_id)], what)
        for rendition in (EDITED, RENDITION):
            steps = MemorySteps()
            done = await outcome_of(channel.update(made, rendition, key=SAMPLE_KEY, steps=steps))
            assert isinstance(done, Receipt)

    run(site, act)
