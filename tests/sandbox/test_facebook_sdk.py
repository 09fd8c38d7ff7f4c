"""A program that somebody else wrote takes the sandbox for Facebook: the official SDK, unmodified but for its base address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession
from facebook_business.video_uploader import VideoUploader

from outreach.sandbox.facebook import Place, Sandbox
from tests.films import MP4
from tests.web.served import served

PNG = b"\x89PNG\r\n\x1a\n" + b"\r\n\0--" * 40


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(folder=tmp_path / "facebook")


@pytest.fixture
def page(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with served(sandbox.app) as client:
        monkeypatch.setattr(FacebookSession, "GRAPH", client.url)
        place = Place()
        api = FacebookAdsApi.init(place.app, place.secret, place.token, crash_log=False)
        yield Page(place.page, api=api)
        api._session.requests.close()


@pytest.fixture
def picture(tmp_path: Path) -> str:
    file = tmp_path / "picture.png"
    file.write_bytes(PNG)
    return str(file)


def upload(page: Any, picture: str, **params: Any) -> Any:
    with Path(picture).open("rb") as opened:
        path = (page.get_id(), "photos")
        return page._api.call("POST", path, params=params, files={"source": opened}).json()


def messages(posts: Any) -> list[str]:
    return [post["message"] for post in posts]


def test_posts_are_listed_page_by_page_the_newest_first(page: Any) -> None:
    for number in range(7):
        page.create_feed(params={"message": f"Tin {number}"})
    posts = page.get_published_posts(fields=["message"], params={"limit": 3})
    assert messages(posts) == [f"Tin {number}" for number in range(6, -1, -1)]


def test_a_link_is_read_back_with_its_application(page: Any) -> None:
    made = page.create_feed(params={"message": "Xem", "link": "https://example.org/a"})
    post = PagePost(made["id"], api=page._api)
    read = post.api_get(fields=["application", "permalink_url", "created_time"])
    assert read["application"]["id"] == Place().app
    (attached,) = post.get_attachments()
    assert attached["unshimmed_url"] == "https://example.org/a"
    assert read["created_time"].endswith("+0000")


def test_one_photo_with_alternative_text(page: Any, picture: str, sandbox: Sandbox) -> None:
    made = upload(page, picture, caption="Lễ phát động", alt_text_custom="Hội trường")
    assert made["post_id"].startswith(Place().page)
    (post,) = sandbox.posts
    assert post["message"] == "Lễ phát động"
    assert sandbox.graph.photos.content(made["id"]) == PNG


def test_several_photos_become_one_post(page: Any, picture: str, sandbox: Sandbox) -> None:
    names = [upload(page, picture, published=False)["id"] for _ in range(3)]
    attached = [{"media_fbid": name} for name in names]
    page.create_feed(params={"message": "Ba ảnh", "attached_media": attached})
    (post,) = sandbox.posts
    assert post["photos"] == names


def in_pieces(page: Any, content: bytes) -> Any:
    """The pieces that the Page asks for, sent with the SDK's own call for videos; gives the number of the video."""
    asked = page.create_video(params={"upload_phase": "start", "file_size": len(content)})
    session = asked["upload_session_id"]
    begin, end = int(asked["start_offset"]), int(asked["end_offset"])
    while begin != end:
        params = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": begin}
        files = {"video_file_chunk": ("v.mp4", content[begin:end], "video/mp4")}
        path = (page.get_id(), "videos")
        said = page._api.call("POST", path, params=params, files=files).json()
        begin, end = int(said["start_offset"]), int(said["end_offset"])
    done = {"upload_phase": "finish", "upload_session_id": session, "description": "Phim"}
    page.create_video(params=done)
    return asked["video_id"]


def test_a_video_in_pieces_is_processed_and_then_shown(page: Any, sandbox: Sandbox) -> None:
    sandbox.graph.videos.piece = 700
    sandbox.graph.videos.delay = 0
    video = AdVideo(in_pieces(page, MP4), api=page._api)
    seen = video.api_get(fields=["status", "post_id", "permalink_url"])
    assert seen["status"]["video_status"] == "ready"
    (post,) = page.get_published_posts(fields=["message", "status_type"])
    assert (post["id"], post["message"]) == (seen["post_id"], "Phim")
    assert post["status_type"] == "added_video"
    (attached,) = PagePost(post["id"], api=page._api).get_attachments()
    assert attached["media_type"] == "video"
    assert sandbox.graph.videos.content(video.get_id()) == MP4
    PagePost(post["id"], api=page._api).api_delete()
    assert sandbox.posts == []


def test_the_sdks_own_uploader_sends_a_video(
    page: Any, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the host for videos as a literal; only that is exchanged."""
    real = FacebookAdsApi.call

    def call(self: Any, method: str, path: Any, **more: Any) -> Any:
        more.pop("url_override", None)
        return real(self, method, path, **more)

    monkeypatch.setattr(FacebookAdsApi, "call", call)
    sandbox.graph.videos.piece = 700
    sandbox.graph.videos.delay = 0
    file = tmp_path / "phim.mp4"
    file.write_bytes(MP4)
    video = AdVideo(parent_id=page.get_id(), api=page._api)
    video[AdVideo.Field.filepath] = str(file)
    made = VideoUploader().upload(video, wait_for_encoding=True)
    assert sandbox.graph.videos.content(made["id"]) == MP4
    assert len(sandbox.posts) == 1
    assert sandbox.calls.count("POST advideos transfer") == 3


def test_editing_deleting_and_commenting(page: Any, sandbox: Sandbox) -> None:
    post = PagePost(page.create_feed(params={"message": "Sai"})["id"], api=page._api)
    post.api_update(params={"message": "Đúng"})
    post.create_comment(params={"message": "#BinhDangGioi"})
    assert sandbox.posts[0]["message"] == "Đúng"
    assert messages(post.get_comments(fields=["message"])) == ["#BinhDangGioi"]
    post.api_delete()
    assert sandbox.posts == []
    with pytest.raises(FacebookRequestError) as gone:
        post.api_get()
    assert (gone.value.api_error_code(), gone.value.api_error_subcode()) == (100, 33)


def test_a_scheduled_post_waits(page: Any, sandbox: Sandbox) -> None:
    when = int(sandbox.graph.now()) + 3600
    page.create_feed(params={"message": "Mai", "published": False, "scheduled_publish_time": when})
    assert messages(page.get_scheduled_posts(fields=["message"])) == ["Mai"]
    assert list(page.get_published_posts(fields=["message"])) == []


@pytest.mark.filterwarnings("ignore:value of metric")
def test_insights_live_and_dead(page: Any) -> None:
    post = PagePost(page.create_feed(params={"message": "Đo"})["id"], api=page._api)
    (figure,) = post.get_insights(params={"metric": ["post_media_view"]})
    assert figure["name"] == "post_media_view"
    with pytest.raises(FacebookRequestError, match="valid insights metric"):
        post.get_insights(params={"metric": ["post_impressions"]})


def test_the_same_text_twice_in_a_row_is_refused(page: Any) -> None:
    page.create_feed(params={"message": "Lặp"})
    with pytest.raises(FacebookRequestError) as refused:
        page.create_feed(params={"message": "Lặp"})
    assert refused.value.api_error_code() == 506


def test_created_and_then_an_error(page: Any, sandbox: Sandbox) -> None:
    sandbox.faults.arm("created-then-500", on="POST feed")
    with pytest.raises(FacebookRequestError) as failed:
        page.create_feed(params={"message": "Có thật"})
    assert (failed.value.http_status(), failed.value.api_error_code()) == (500, 2)
    assert len(sandbox.posts) == 1


def test_a_wrong_secret_and_a_dead_token(page: Any, sandbox: Sandbox) -> None:
    wrong = FacebookAdsApi.init(Place().app, "wrong", Place().token, crash_log=False)
    with pytest.raises(FacebookRequestError, match="appsecret_proof"):
        Page(Place().page, api=wrong).api_get()
    wrong._session.requests.close()
    sandbox.faults.arm("token-dead")
    for _ in range(2):
        with pytest.raises(FacebookRequestError) as dead:
            page.api_get()
        assert (dead.value.api_error_code(), dead.value.api_error_subcode()) == (190, 463)
