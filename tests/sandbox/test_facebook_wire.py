"""The sandbox takes every form that clients use, keeps what it accepted, and fails as it is told."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from outreach.sandbox.facebook import FAULTS, Faults, Place, Sandbox, appsecret_proof, made
from tests.films import MP4
from tests.web.served import Client, served

PLACE = Place(require_proof=False)
TOKEN = PLACE.token
FORM = "application/x-www-form-urlencoded"


class Clock:
    """Unix time that only a test moves."""

    now = 1_668_500_000.0

    def __call__(self) -> float:
        return self.now


class Page:
    """A client of its own, as careless as real ones."""

    def __init__(self, sandbox: Sandbox, client: Client) -> None:
        self.sandbox, self.client = sandbox, client

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.client.port, timeout=20)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body or None, headers=sent)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            content = answer.read()
            is_json = "json" in names.get("content-type", "")
            return answer.status, names, json.loads(content) if is_json else content.decode()
        finally:
            connection.close()

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", f"{path}?{urlencode({'access_token': TOKEN, **query})}")[2]

    def post(self, path: str, **form: Any) -> Any:
        body = urlencode({"access_token": TOKEN, **form}).encode()
        return self.ask("POST", path, body, content_type=FORM)[2]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page(tmp_path: Path, clock: Clock) -> Iterator[Page]:
    sandbox = Sandbox(PLACE, folder=tmp_path / "facebook", now=clock)
    with served(sandbox.app) as client:
        yield Page(sandbox, client)


FEED = f"/v26.0/{PLACE.page}/feed"


@pytest.mark.parametrize(
    ("path", "body", "headers"),
    [
        (FEED, urlencode({"message": "Tin", "access_token": TOKEN}), {"content_type": FORM}),
        (f"{FEED}?access_token={TOKEN}", "message=Tin", {"content_type": FORM}),
        (FEED, "message=Tin", {"content_type": FORM, "authorization": f"Bearer {TOKEN}"}),
        (FEED, "message=Tin", {"content_type": FORM, "authorization": f"OAuth {TOKEN}"}),
        (
            FEED,
            json.dumps({"message": "Tin", "access_token": TOKEN}),
            {"content_type": "application/json"},
        ),
        (f"{FEED}/?access_token={TOKEN}&message=Tin", "", {}),
        (f"/{PLACE.page}/feed?access_token={TOKEN}&message=Tin&id=7", "", {}),
        (f"/me/feed?access_token={TOKEN}&message=Tin", "", {}),
    ],
)
def test_a_post_in_every_form(page: Page, path: str, body: str, headers: Any) -> None:
    status, names, answer = page.ask("POST", path, body.encode(), **headers)
    assert status == 200
    assert answer["id"].startswith(f"{PLACE.page}_")
    assert [post["message"] for post in page.sandbox.posts] == ["Tin"]
    assert names["facebook-api-version"] == "v26.0"


@pytest.mark.parametrize("flag", ["false", "False", "0"])
def test_photos_attached_in_every_form(page: Page, flag: str) -> None:
    names = [
        page.post(f"/{PLACE.page}/photos", url="https://example.org/a.jpg", published=flag)["id"]
        for _ in range(3)
    ]
    medium = [json.dumps({"media_fbid": name}) for name in names]
    page.post(FEED, message="a", attached_media=f"[{medium[0]}]")
    page.post(FEED, message="b", **{"attached_media[0]": medium[1]})
    page.post(FEED, message="c", **{"attached_media[0][media_fbid]": names[2]})
    assert [post["photos"] for post in page.sandbox.posts] == [[name] for name in reversed(names)]


def test_deleting_by_an_override(page: Page) -> None:
    made = page.post(FEED, message="Tin")
    assert page.post(f"/v26.0/{made['id']}", method="delete") == {"success": True}
    assert page.sandbox.posts == []


def test_an_empty_listing_has_no_paging(page: Page) -> None:
    assert page.get(f"/{PLACE.page}/published_posts") == {"data": []}


def test_a_limit_above_a_hundred_and_an_unknown_field_are_refused(page: Page) -> None:
    page.post(FEED, message="Tin")
    listing = f"/{PLACE.page}/published_posts"
    assert page.get(listing, limit=101)["error"]["code"] == 100
    assert "nonexisting field" in page.get(listing, fields="id,nothing")["error"]["message"]
    nested = "id,reactions.summary(total_count).limit(0),attachments{url,media}"
    assert page.get(listing, fields=nested)["data"][0]["reactions"]["summary"]


def test_tokens_and_proofs(page: Page) -> None:
    assert page.ask("GET", f"/{PLACE.page}")[2]["error"]["code"] == 104
    assert page.get(f"/{PLACE.page}", access_token="other")["error"]["code"] == 190
    wrong = page.get(f"/{PLACE.page}", appsecret_proof="0" * 64)
    assert "appsecret_proof" in wrong["error"]["message"]
    timed = appsecret_proof("s3cret", "PAGETOK|1700000000")
    assert timed == "cfc54ac4fb99b02a085461d3c0edeaa7ebb410026548819daf2eaa67f5771262"
    right = page.get(f"/{PLACE.page}", appsecret_proof=timed, appsecret_time="1700000000")
    assert right["name"] == PLACE.page_name


def test_what_was_accepted_survives_a_torn_file(page: Page, tmp_path: Path, clock: Clock) -> None:
    made = page.post(FEED, message="Còn mãi")
    file = tmp_path / "facebook" / "facebook.jsonl"
    with file.open("ab") as opened:
        opened.write(b'{"put": {"id": "torn')
    for _ in range(2):
        again = Sandbox(PLACE, folder=tmp_path / "facebook", now=clock)
        assert [post["id"] for post in again.posts] == [made["id"]]
        again.graph.add_post(message="Mới")
        made = again.posts[0]
        again.graph.ledger.drop(again.posts[1]["id"])


def test_unpublished_photos_live_for_a_day(page: Page, clock: Clock) -> None:
    upload = {"url": "https://example.org/a.jpg", "published": "false"}
    name = page.post(f"/{PLACE.page}/photos", **upload)["id"]
    clock.now += 86_401
    medium = json.dumps([{"media_fbid": name}])
    assert page.post(FEED, message="Tin", attached_media=medium)["error"]["code"] == 100


def test_scheduled_posts_appear_when_their_time_comes(page: Page, clock: Clock) -> None:
    soon = {"published": "false", "scheduled_publish_time": int(clock.now) + 60}
    assert page.post(FEED, message="Sớm quá", **soon)["error"]["code"] == 100
    later = {"published": "false", "scheduled_publish_time": int(clock.now) + 3600}
    page.post(FEED, message="Mai", **later)
    assert page.sandbox.posts == []
    clock.now += 3601
    assert [post["message"] for post in page.sandbox.posts] == ["Mai"]


# --- faults ------------------------------------------------------------------------------------------


def test_faults_are_switched_over_the_wire(page: Page) -> None:
    wanted = json.dumps({"name": "created-then-500", "on": "POST feed"}).encode()
    page.ask("POST", "/_sandbox/faults", wanted)
    assert page.post(FEED, message="Tin")["error"]["code"] == 2
    assert len(page.sandbox.posts) == 1
    assert "id" in page.post(FEED, message="Tin khác")


def test_a_broken_connection_and_an_outage_page(page: Page) -> None:
    page.sandbox.faults.arm("created-then-reset")
    with pytest.raises(http.client.IncompleteRead):
        page.post(FEED, message="Tin")
    assert len(page.sandbox.posts) == 1
    page.sandbox.faults.arm("502-html")
    status, names, content = page.ask("GET", f"/{PLACE.page}?access_token={TOKEN}")
    assert (status, "html" in names["content-type"], "<h1>" in content) == (502, True, True)


def test_throttling_names_its_minutes_and_grows_when_ignored(page: Page, clock: Clock) -> None:
    page.sandbox.faults.arm("throttled", minutes=30)
    for minutes in (31, 32):
        path = f"/{PLACE.page}?access_token={TOKEN}"
        status, names, answer = page.ask("GET", path)
        assert (status, answer["error"]["code"]) == (400, 80001)
        (usage,) = json.loads(names["x-business-use-case-usage"])[PLACE.page]
        assert usage["estimated_time_to_regain_access"] == minutes
    clock.now += 32 * 60
    assert page.get(f"/{PLACE.page}")["name"] == PLACE.page_name


def test_usage_headers_have_the_documented_keys(page: Page) -> None:
    _, names, _ = page.ask("GET", f"/{PLACE.page}?access_token={TOKEN}")
    assert set(json.loads(names["x-app-usage"])) == {"call_count", "total_time", "total_cputime"}
    assert "retry-after" not in names


def test_a_post_that_is_seen_late(page: Page, clock: Clock) -> None:
    page.sandbox.faults.arm("visibility-lag", on="POST feed")
    made = page.post(FEED, message="Tin")
    assert page.get(f"/{PLACE.page}/published_posts") == {"data": []}
    assert page.get(f"/{made['id']}")["error"]["error_subcode"] == 33
    clock.now += 91
    assert page.get(f"/{made['id']}")["message"] == "Tin"


def test_chance_is_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults()
        faults.by_chance(seed=seed, share=0.3)
        return [faults.next("POST", "feed") is not None for _ in range(50)]

    assert run(1) == run(1) != run(2)
    assert 5 < sum(run(1)) < 30


def test_reading_fails_by_chance_without_changing_what_creating_meets() -> None:
    def run(reads: float) -> tuple[list[Any], int]:
        faults = Faults()
        faults.by_chance(seed=3, share=0.3, reads=reads)
        met = [(faults.next("GET", "feed"), faults.next("POST", "feed")) for _ in range(200)]
        return [created for _, created in met], sum(read is not None for read, _ in met)

    assert run(0.0) == (run(0.2)[0], 0)
    assert 20 < run(0.2)[1] < 60


def test_an_edit_remembers_what_was_said(page: Page) -> None:
    made_id = page.post(FEED, message="Tin")["id"]
    page.post(f"/{made_id}", message="Tin đã sửa")
    (shown,) = made(page.sandbox.graph)
    assert (shown.id, shown.words) == (made_id, ("Tin", "Tin đã sửa"))


def test_every_named_fault_can_be_armed(page: Page) -> None:
    for name in FAULTS:
        page.sandbox.heal()
        page.sandbox.faults.arm(name, on="GET", pause=0.0)
        try:
            answer = page.get(f"/{PLACE.page}")
        except http.client.IncompleteRead:
            assert FAULTS[name].how == "reset"
            continue
        good = isinstance(answer, dict) and "error" not in answer
        assert good is (FAULTS[name].how in ("none", "drip")), name


# --- what a follower sees ----------------------------------------------------------------------------


def test_the_page_shows_what_a_follower_sees(page: Page) -> None:
    made = page.post(FEED, message="Bình đẳng <giới>", link="https://example.org/a")
    page.post(f"/{made['id']}/comments", message="#BinhDangGioi")
    hidden = {"published": "false", "message": "Chưa đăng"}
    page.post(FEED, **hidden)
    shown = page.ask("GET", "/_sandbox/page")[2]
    assert "Bình đẳng &lt;giới&gt;" in shown
    assert "#BinhDangGioi" in shown
    assert "https://example.org/a" in shown
    assert "Chưa đăng" not in shown
    assert PLACE.page_name in shown


# --- videos ------------------------------------------------------------------------------------------

VIDEOS = f"/v26.0/{PLACE.page}/videos"


def started(page: Page, content: bytes = MP4) -> dict[str, str]:
    begun: dict[str, str] = page.post(VIDEOS, upload_phase="start", file_size=len(content))
    return begun


def sent(page: Page, begun: dict[str, str], start: int, content: bytes) -> Any:
    fields = {
        "access_token": TOKEN,
        "upload_phase": "transfer",
        "upload_session_id": begun["upload_session_id"],
        "start_offset": str(start),
    }
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--x\r\nContent-Disposition: form-data; name="video_file_chunk"; filename="v"\r\n\r\n'
    body = b"".join(parts) + head + content + b"\r\n--x--\r\n"
    return page.ask("POST", VIDEOS, body, content_type="multipart/form-data; boundary=x")[2]


def finished(page: Page, begun: dict[str, str], **more: Any) -> Any:
    session = begun["upload_session_id"]
    return page.post(VIDEOS, upload_phase="finish", upload_session_id=session, **more)


def test_a_video_is_shown_once_it_is_processed(page: Page, clock: Clock) -> None:
    begun = started(page)
    assert (begun["start_offset"], begun["end_offset"]) == ("0", str(len(MP4)))
    assert page.get(f"/{begun['video_id']}")["error"]["code"] == 100
    said = sent(page, begun, 0, MP4)
    assert said == {"start_offset": str(len(MP4)), "end_offset": str(len(MP4))}
    assert finished(page, begun, description="Phim") == {"success": True}
    fields = {"fields": "status,post_id,permalink_url"}
    early = page.get(f"/{begun['video_id']}", **fields)
    assert early["status"]["video_status"] == "processing"
    assert "post_id" not in early
    assert page.get(f"/{PLACE.page}/published_posts")["data"] == []
    clock.now += page.sandbox.graph.videos.delay
    ready = page.get(f"/{begun['video_id']}", **fields)
    (post,) = page.get(f"/{PLACE.page}/published_posts")["data"]
    assert (ready["status"]["video_status"], ready["post_id"]) == ("ready", post["id"])
    shown = page.ask("GET", "/_sandbox/page")[2]
    assert f"videos/{begun['video_id']}" in shown


def test_a_piece_that_is_not_the_next_one_is_told_where_to_go_on(page: Page) -> None:
    begun = started(page)
    sent(page, begun, 0, MP4[:600])
    for start, content in ((0, MP4[:600]), (900, MP4[900:]), (600, MP4), (600, b"")):
        error = sent(page, begun, start, content)["error"]
        assert error["error_subcode"] == 1363037
        assert error["error_data"] == {"start_offset": "600", "end_offset": str(len(MP4))}
    assert finished(page, begun)["error"]["code"] == 6000
    sent(page, begun, 600, MP4[600:])
    assert finished(page, begun) == {"success": True}
    assert finished(page, begun)["error"]["code"] == 6000


def test_pieces_survive_a_restart(page: Page, tmp_path: Path, clock: Clock) -> None:
    begun = started(page)
    sent(page, begun, 0, MP4[:600])
    again = Sandbox(PLACE, folder=tmp_path / "facebook", now=clock)
    with served(again.app) as client:
        other = Page(again, client)
        sent(other, begun, 600, MP4[600:])
        assert finished(other, begun) == {"success": True}
    assert again.graph.videos.content(begun["video_id"]) == MP4


@pytest.mark.parametrize("size", ["", "0", "2000000000"])
def test_a_video_of_no_size_or_too_large_is_refused(page: Page, size: str) -> None:
    assert page.post(VIDEOS, upload_phase="start", file_size=size)["error"]["code"] == 100


def test_what_is_no_video_is_refused_at_the_end(page: Page) -> None:
    begun = started(page, b"x" * 50)
    sent(page, begun, 0, b"x" * 50)
    assert finished(page, begun)["error"]["code"] == 6000
    assert page.post(VIDEOS)["error"]["code"] == 389


def test_a_video_at_once_and_a_planned_one(page: Page, clock: Clock) -> None:
    page.sandbox.graph.videos.delay = 0
    whole = page.post(VIDEOS, file_url="https://example.org/phim.mp4", description="A")
    assert whole["id"]
    when = int(clock.now) + 3600
    page.post(
        VIDEOS,
        file_url="https://example.org/phim.mp4",
        description="B",
        published="false",
        scheduled_publish_time=when,
    )
    assert [post["message"] for post in page.sandbox.posts] == ["A"]
    clock.now = when
    assert [post["message"] for post in page.sandbox.posts] == ["B", "A"]
    page.ask("DELETE", f"/{whole['id']}?access_token={TOKEN}")
    assert [post["message"] for post in page.sandbox.posts] == ["B"]


def test_a_fault_is_aimed_at_one_phase(page: Page) -> None:
    page.sandbox.faults.arm("created-then-500", on="POST videos finish")
    page.sandbox.graph.videos.delay = 0
    begun = started(page)
    sent(page, begun, 0, MP4)
    assert finished(page, begun)["error"]["code"] == 2
    assert len(page.sandbox.posts) == 1
