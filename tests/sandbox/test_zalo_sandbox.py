"""The local Zalo platform keeps the real one's rules, and a client that others wrote works against it unchanged."""

from __future__ import annotations

import importlib
import json
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from outreach.sandbox.zalo import Faults, Platform
from tests.sandbox.zalo_server import JPEG, ZaloServer

COVER = {"cover_type": "photo", "photo_url": "http://127.0.0.1/a.jpg", "status": "show"}
ARTICLE = {
    "type": "normal",
    "title": "Phát động",
    "author": "Sở Công Thương",
    "description": "Lễ phát động",
    "cover": COVER,
    "body": [{"type": "text", "content": "Mời dự."}],
    "status": "show",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ZaloServer]:
    with ZaloServer(tmp_path) as running:
        yield running


class Client:
    """The API as any HTTP library speaks it."""

    def __init__(self, server: ZaloServer) -> None:
        self.server = server
        self.pair = server.platform.issue()

    def get(self, path: str, **query: Any) -> Any:
        return self._send("GET", path, params=query).json()

    def post(self, path: str, body: Any) -> Any:
        return self._send("POST", path, json=body).json()

    def token(self, **form: str) -> Any:
        form = {"app_id": self.server.platform.app_id, "grant_type": "refresh_token", **form}
        headers = {"secret_key": self.server.platform.app_secret}
        url = self.server.url + "/v4/oa/access_token"
        return requests.post(url, data=form, headers=headers, timeout=10).json()

    def publish(self, **changes: Any) -> str:
        token = self.post("/v2.0/article/create", {**ARTICLE, **changes})["data"]["token"]
        return str(self.post("/v2.0/article/verify", {"token": token})["data"]["id"])

    def broadcast(self, *articles: str) -> Any:
        elements = [{"media_type": "article", "attachment_id": one} for one in articles]
        payload = {"template_type": "media", "elements": elements}
        message = {"attachment": {"type": "template", "payload": payload}}
        recipient = {"target": {"gender": "0"}}
        return self.post("/v2.0/oa/message", {"recipient": recipient, "message": message})

    def _send(self, method: str, path: str, **rest: Any) -> requests.Response:
        headers = {"access_token": self.pair.access}
        return requests.request(method, self.server.url + path, headers=headers, timeout=10, **rest)


@pytest.fixture
def client(server: ZaloServer) -> Client:
    return Client(server)


class OnTheSandbox:
    """`requests`, its OAuth host rewritten: the client has that address as a literal."""

    Response = requests.Response
    get = staticmethod(requests.get)

    def __init__(self, base: str) -> None:
        self.base = base

    def post(self, url: str, **rest: Any) -> requests.Response:
        return requests.post(url.replace("https://oauth.zaloapp.com", self.base), **rest)


def test_zalo_sdk_does_a_whole_working_day(
    server: ZaloServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sdk: Any = importlib.import_module("zalo_sdk")
    oa: Any = importlib.import_module("zalo_sdk.oa")
    monkeypatch.setattr(sys.modules["zalo_sdk.BaseClient"], "requests", OnTheSandbox(server.url))
    platform, pair = server.platform, server.platform.issue()
    client = oa.Client(
        platform.app_id,
        platform.app_secret,
        pair.access,
        pair.refresh,
        endpoint_prefix=server.url,
    )
    headers = client.create_request_header("POST")

    def call(method: str, path: str, **rest: Any) -> Any:
        return client.send_request(method, server.url + path, headers=headers, **rest).json()

    token = call("POST", "/v2.0/article/create", body=ARTICLE)["data"]["token"]
    article = call("POST", "/v2.0/article/verify", body={"token": token})["data"]["id"]
    page = call("GET", "/v2.0/article/getslice", params={"offset": 0, "limit": 10, "type": "normal"})  # fmt: skip
    assert [one["id"] for one in page["data"]["medias"]] == [article]
    elements = [{"media_type": "article", "attachment_id": article}]
    payload = {"template_type": "media", "elements": elements}
    message = {"attachment": {"type": "template", "payload": payload}}
    body = {"recipient": {"target": {"gender": "0"}}, "message": message}
    assert call("POST", "/v2.0/oa/message", body=body)["data"]["message_id"]
    assert client.get_zalo_user_quotas("1")["data"]["promotion"]["monthly_remain"] == 3
    used = client.refresh_token
    client.refresh_acccess_token()
    assert client.get_zalo_user_quotas("1")["error"] == 0
    client.refresh_token = used
    with pytest.raises(sdk.ZaloOAException):
        client.refresh_acccess_token()
    client.access_token = pair.access
    with pytest.raises(sdk.ZaloOAException):
        client.get_zalo_user_quotas("1")


def test_an_article_is_hidden_unless_it_says_show(client: Client) -> None:
    hidden = client.publish(status=None)
    assert client.get("/v2.0/article/getdetail", id=hidden)["data"]["status"] == "hide"
    assert client.server.platform.public == []


def test_an_article_can_be_changed_and_removed(client: Client) -> None:
    article = client.publish()
    changed = client.post("/v2.0/article/update", {**ARTICLE, "id": article, "title": "Mới"})
    client.post("/v2.0/article/verify", {"token": changed["data"]["token"]})
    assert client.get("/v2.0/article/getdetail", id=article)["data"]["title"] == "Mới"
    assert client.post("/v2.0/article/remove", {"id": article})["error"] == 0
    assert client.get("/v2.0/article/getdetail", id=article)["error"] == -201


def test_verification_takes_its_time(client: Client) -> None:
    client.server.faults.verify_polls = 1
    client.server.faults.verify_delay = 5
    token = client.post("/v2.0/article/create", ARTICLE)["data"]
    assert [client.post("/v2.0/article/verify", token)["error"] for _ in range(2)] == [-214, -214]
    client.server.now += timedelta(seconds=5)
    assert client.post("/v2.0/article/verify", token)["error"] == 0


@pytest.mark.parametrize("picture", [JPEG + b"x" * 1_000_000, b"<html>"])
def test_a_bad_cover_passes_create_and_fails_at_verify(client: Client, picture: bytes) -> None:
    client.server.fetch = lambda _url: picture
    token = client.post("/v2.0/article/create", ARTICLE)["data"]
    reply = client.post("/v2.0/article/verify", token)
    assert (reply["error"], reply["message"]) == (-200, "Upload media failed")
    assert client.server.platform.public == []


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x" * 151},
        {"title": ""},
        {"description": "x" * 301},
        {"author": "x" * 51},
        {"type": "album"},
        {"body": []},
        {"body": [{"type": "sound"}]},
        {"cover": None},
        {"cover": {"cover_type": "photo", "photo_url": "http://x/ảnh.jpg"}},
        {"cover": {"cover_type": "photo", "photo_url": "http://x/a b.jpg"}},
        {"status": "maybe"},
    ],
)
def test_what_is_against_the_rules_is_refused(client: Client, changes: Any) -> None:
    assert client.post("/v2.0/article/create", {**ARTICLE, **changes})["error"] == -201


def test_strict_lengths_refuse_the_full_length(client: Client) -> None:
    assert client.post("/v2.0/article/create", {**ARTICLE, "title": "x" * 150})["error"] == 0
    client.server.faults.strict_lengths = True
    assert client.post("/v2.0/article/create", {**ARTICLE, "title": "x" * 150})["error"] == -201


def test_the_list_comes_in_pages_newest_first(client: Client) -> None:
    made = []
    for _ in range(12):
        made.append(client.publish())
        client.server.now += timedelta(minutes=1)
    path, kind = "/v2.0/article/getslice", {"type": "normal"}
    pages = [client.get(path, offset=at, limit=10, **kind)["data"] for at in (0, 10)]
    assert [one["id"] for page in pages for one in page["medias"]] == made[::-1]
    assert pages[0]["total"] == 12
    assert client.get(path, offset=0, limit=11, **kind)["message"] == "maximum limit is 10"
    wrapped = client.get(path, data=json.dumps({"offset": 0, "limit": 5, **kind}))
    assert wrapped["message"] == "type accept only 2 value normal and video."


def test_what_was_published_is_seen_after_the_lag(client: Client) -> None:
    client.server.faults.visibility_lag = 60
    client.publish()
    query = {"offset": 0, "limit": 10, "type": "normal"}
    assert client.get("/v2.0/article/getslice", **query)["data"]["total"] == 0
    client.server.now += timedelta(seconds=60)
    assert client.get("/v2.0/article/getslice", **query)["data"]["total"] == 1


def test_broadcasts_have_hours_and_quotas(client: Client) -> None:
    article = client.publish()
    assert client.broadcast(*[article] * 6)["error"] == -201
    assert client.broadcast("none")["error"] == -201
    client.server.now = datetime(2022, 11, 14, 15, 0, tzinfo=UTC)
    assert client.broadcast(article)["error"] == -234
    results = []
    for day in (15, 15, 16, 17, 18, 19):
        client.server.now = datetime(2022, 11, day, 1, 0, tzinfo=UTC)
        client.pair = client.server.platform.issue()
        results.append(client.broadcast(article)["error"])
    assert results == [0, -218, 0, 0, 0, -211]
    client.server.faults.verified = False
    assert client.broadcast(article)["error"] == -221


def test_both_old_tokens_die_when_new_ones_are_issued(client: Client) -> None:
    reply = client.token(refresh_token=client.pair.refresh)
    assert reply["expires_in"] == "90000"
    assert client.get("/v2.0/oa/getoa")["error"] == -216
    refused = client.token(refresh_token=client.pair.refresh)
    assert refused["error"] == -14020
    assert refused["error_name"]
    assert "access_token" not in refused
    assert "error" not in client.token(grant_type="password")
    client.server.now += timedelta(hours=26)
    headers = {"access_token": reply["access_token"]}
    url = client.server.url + "/v2.0/oa/getoa"
    assert requests.get(url, headers=headers, timeout=10).json()["error"] == -220


def test_a_code_buys_one_pair(client: Client) -> None:
    code = client.server.platform.grants.consent("TJRIXgwhrmxBzh3-e2v6zupato5AokdvUCCOUm9QYIA")
    form = {"code": code, "grant_type": "authorization_code", "code_verifier": "v"}
    assert client.token(**form)["refresh_token"]
    assert client.token(**form)["error"] == -14010


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    with ZaloServer(tmp_path) as server:
        client = Client(server)
        article = client.publish()
        client.broadcast(article)
    again = Platform(tmp_path, clock=lambda: server.now, fetch=lambda _url: JPEG)
    assert [one["id"] for one in again.public] == [article]
    assert len(again.broadcasts) == 1
    again.grants.token(
        {
            "app_id": again.app_id,
            "grant_type": "refresh_token",
            "refresh_token": client.pair.refresh,
        },
        again.app_secret,
    )


def test_the_page_shows_what_followers_see(client: Client) -> None:
    article = client.publish(title="<b>Phát động</b>")
    client.broadcast(article)
    with urllib.request.urlopen(client.server.url, timeout=10) as reply:
        shown = reply.read().decode()
    assert shown.count("&lt;b&gt;Phát động&lt;/b&gt;") == 2
    assert "15/11/2022 08:00" in shown


def test_wrong_paths_and_rates_answer_as_the_platform_does(client: Client) -> None:
    reply = requests.post(client.server.url + "/v3.0/oa/article/create", timeout=10)
    assert reply.status_code == 404
    assert reply.json()["message"] == "You currently access to an empty api"
    headers = client._send("GET", "/v2.0/oa/getoa").headers
    assert headers["X-RateLimit-Limit"] == "4000"
    assert int(headers["X-RateLimit-Remain"]) < 4000


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        ("500-after", 1),
        ("reset-after", 1),
        ("html-after", 1),
        ("slow-after", 1),
        ("drip-after", 1),
        ("502-before", 0),
        ("503-before", 0),
        ("reset-before", 0),
        ("401-before", 0),
        ("dead-token", 0),
        ("error:-32:Too fast", 0),
    ],
)
def test_faults_happen_before_or_after_the_fact(client: Client, fault: str, made: int) -> None:
    client.server.faults.slow = 0
    url = client.server.url + "/sandbox/faults"
    switched: Any = {"script": {"create": [fault]}, "slow": 0.0}
    assert requests.post(url, json=switched, timeout=10).status_code == 200
    try:
        reply = client.post("/v2.0/article/create", ARTICLE)
    except requests.RequestException:
        reply = {}
    assert (reply.get("error") == 0) is (fault in ("slow-after", "drip-after"))
    assert len(client.server.platform.articles) == made


def test_seeded_faults_repeat() -> None:
    first, second = Faults(seed=7, rate=0.5), Faults(seed=7, rate=0.5)
    met = [first.next("create") for _ in range(50)]
    assert met == [second.next("create") for _ in range(50)]
    assert 10 < sum(bool(fault) for fault in met) < 40
    assert Faults(rate=1.0).next("token") == ""


@pytest.mark.parametrize(
    "switches", [{"weather": 1}, {"script": {"create": ["rain"]}}, {"script": {"x": [""]}}]
)
def test_unknown_words_are_refused(client: Client, switches: Any) -> None:
    url = client.server.url + "/sandbox/faults"
    assert requests.post(url, json=switches, timeout=10).status_code == 400
