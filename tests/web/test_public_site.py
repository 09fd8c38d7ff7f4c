"""Our own server of the static site: what it shows, what it hides, and whom it counts."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from outreach.web.public_site import POLICY, public_site
from outreach.web.tally import PAUSE, Tally
from tests.web.served import Client, served

DAY = date(2022, 11, 15)
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


class Views:
    """Counters in memory."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[date, str]] = Counter()
        self.writes = 0

    def bump(self, counts: Mapping[tuple[date, str], int]) -> None:
        self.counts.update(counts)
        self.writes += 1

    def total(self, path: str) -> int:
        return sum(count for (_, seen), count in self.counts.items() if seen == path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "site"
    for path, content in {
        "index.html": "<p>đầu <!--views--></p>",
        "404.html": "<p>không có <!--views--></p>",
        "bai/index.html": "<p>bài <!--views--></p>",
        "en/bai/index.html": "<p>bài <!--views--></p>",
        "feed.xml": "<feed/>",
        "feed.json": "{}",
        "lich.ics": "BEGIN:VCALENDAR",
        "assets/site-abc.css": "p{}",
        "media/a.webp": "x",
        ".entries/bai.json": "{}",
        "bai/.hidden": "secret",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
    (tmp_path / "secret.txt").write_text("secret")
    (root / "out").symlink_to(tmp_path)
    return root


@pytest.fixture
def views() -> Views:
    return Views()


@pytest.fixture
def client(folder: Path, views: Views) -> Iterator[Client]:
    with served(public_site(folder, views, today=lambda: DAY), {"user-agent": READER}) as client:
        yield client


@pytest.mark.asvs("3.2.1", "Browsers may not guess")
@pytest.mark.asvs("3.4.3", "The policy allows own styles and pictures only")
@pytest.mark.asvs("3.4.4", "nosniff on every answer")
@pytest.mark.asvs("3.4.5", "Other sites learn the host only")
@pytest.mark.asvs("3.4.6", "No frame")
def test_pages_come_with_their_type_and_a_policy(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
        POLICY.split("; ")
    )
    assert "set-cookie" not in answer.headers


@pytest.mark.asvs("3.2.1", "Every file has its type")
@pytest.mark.asvs("4.1.1", "Types and charsets are fixed")
@pytest.mark.asvs("5.3.1", "Files are shown, never run")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/feed.xml", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/lich.ics", "text/calendar; charset=utf-8"),
        ("/assets/site-abc.css", "text/css; charset=utf-8"),
        ("/media/a.webp", "image/webp"),
    ],
)
def test_files_have_their_types(client: Client, path: str, kind: str) -> None:
    assert client.get(path).headers["content-type"] == kind


@pytest.mark.asvs("5.3.2", "No path leads out of the site")
@pytest.mark.asvs("13.4.1", "Names with a dot do not exist")
@pytest.mark.asvs("13.4.3", "Folders are not listed")
@pytest.mark.asvs("13.2.5", "The server shows one folder")
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/.entries/bai.json",
        "/bai/.hidden",
        "/%2eentries/bai.json",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/bai/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/out/secret.txt",
        "/assets",
        "/assets/",
        "/index.html/",
        "/a%00b",
        "/" + "a" * 5000,
    ],
)
def test_what_is_not_there_gives_the_page_404(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "không có" in answer.text
    assert "views" not in answer.text
    assert "secret" not in answer.text


@pytest.mark.asvs("3.7.2", "Redirects are paths of our own")
def test_a_folder_without_its_slash_is_redirected(client: Client) -> None:
    answer = client.get("/bai")
    assert (answer.status_code, answer.headers["location"]) == (308, "/bai/")


@pytest.mark.asvs("3.7.2", "Doubled slashes redirect nowhere")
@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/", "/%2f%2fevil.example"])
def test_nobody_is_sent_elsewhere(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.asvs("13.4.4", "TRACE and all but reading are refused")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS", "CONNECT"])
def test_only_reading_is_allowed(client: Client, method: str) -> None:
    answer = client.ask(method, "/", {"x-secret": "geheim"})
    assert answer.status_code in (400, 405)
    assert "geheim" not in answer.text


@pytest.mark.asvs("3.4.2", "No header allows another origin anything")
def test_other_origins_are_allowed_nothing(client: Client) -> None:
    answer = client.get("/feed.json", {"origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.asvs("16.5.1", "A reader sees a number, the log sees the cause")
def test_an_error_tells_nothing_of_the_inside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> bytes:
        raise PermissionError(13, "geheim", str(folder))

    with served(public_site(folder)) as client:
        monkeypatch.setattr(Path, "read_bytes", fail)
        answer = client.get("/")
    assert (answer.status_code, answer.text) == (500, "500")
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "geheim" in capfd.readouterr().err, "it is for the log"


@pytest.mark.asvs("4.2.1", "Two lengths, or two encodings, are refused")
@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Content-Length: +5",
        "Content-Length : 5\r\nTransfer-Encoding : chunked",
    ],
)
def test_a_request_without_a_clear_end_is_refused(client: Client, head: str) -> None:
    ask = (
        f"GET / HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n0\r\n\r\nGET /bai/ HTTP/1.1\r\nHost: x\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", client.port), timeout=20) as connection:
        connection.sendall(ask.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_readers_are_counted_per_page_and_day(folder: Path, views: Views) -> None:
    app = public_site(folder, views, today=lambda: DAY)
    with served(app, {"user-agent": READER}) as client:
        assert "Lượt xem: 1<" in client.get("/bai/").text
        assert "Lượt xem: 2<" in client.get("/bai/index.html").text
        assert "Views: 3<" in client.get("/en/bai/").text
        assert "Lượt xem: 1<" in client.get("/").text
    assert views.counts == {(DAY, "/bai/"): 3, (DAY, "/"): 1}


def test_large_counts_are_written_as_people_write_them(client: Client, views: Views) -> None:
    views.bump({(DAY, "/"): 36096})
    assert "Lượt xem: 36.097<" in client.get("/").text


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "curl/8.0"},
        {"user-agent": ""},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
    ],
)
def test_machines_are_not_counted(client: Client, headers: dict[str, str]) -> None:
    assert "Lượt xem: 0<" in client.get("/bai/", headers).text


def test_head_has_no_body_and_is_not_counted(client: Client) -> None:
    answer = client.ask("HEAD", "/bai/")
    assert answer.status_code == 200
    assert answer.content == b""
    assert "Lượt xem: 1<" in client.get("/bai/").text


def test_an_unchanged_page_is_not_sent_again_but_counted(client: Client) -> None:
    first = client.get("/bai/")
    by_tag = client.get("/bai/", {"if-none-match": first.headers["etag"]})
    since = {"if-modified-since": first.headers["last-modified"]}
    assert by_tag.status_code == client.get("/bai/", since).status_code == 304
    assert by_tag.content == b""
    assert by_tag.headers["content-security-policy"] == POLICY
    assert "Lượt xem: 4<" in client.get("/bai/", {"if-none-match": '"other"'}).text
    assert client.get("/bai/", {"if-modified-since": "nonsense"}).status_code == 200


def test_files_named_by_their_bytes_may_be_kept(client: Client) -> None:
    assert "immutable" in client.get("/assets/site-abc.css").headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "no-cache"


def test_without_a_counter_pages_keep_still(folder: Path) -> None:
    with served(public_site(folder)) as client:
        assert client.get("/").text == "<p>đầu </p>"


def test_a_site_below_a_path_answers_there(folder: Path) -> None:
    with served(public_site(folder, root="/tin/")) as client:
        assert client.get("/tin/bai/").status_code == 200
        assert client.get("/bai/").status_code == 404


def test_an_empty_folder_still_answers(tmp_path: Path) -> None:
    with served(public_site(tmp_path)) as client:
        assert client.get("/").status_code == 404


def test_counts_are_handed_on_after_a_pause() -> None:
    views, now = Views(), [0.0]
    tally = Tally(views, clock=lambda: now[0])
    tally.add(DAY, "/")
    assert (views.writes, tally.total("/")) == (0, 1)
    now[0] = PAUSE
    tally.add(DAY, "/")
    assert views.counts == {(DAY, "/"): 2}
    tally.flush()
    assert views.writes == 1


def test_a_counter_that_fails_costs_no_page_and_no_count() -> None:
    class Moody(Views):
        def bump(self, counts: Mapping[tuple[date, str], int]) -> None:
            if self.writes == 0:
                self.writes = 1
                raise OSError("locked")
            super().bump(counts)

    views, now = Moody(), [0.0]
    tally = Tally(views, clock=lambda: now[0])
    for _ in range(2):
        now[0] += PAUSE
        tally.add(DAY, "/")
    assert views.counts == {(DAY, "/"): 2}
    assert tally.total("/") == 2
