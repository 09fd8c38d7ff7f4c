"""A hundred visitors who hold the line, of the website and of the reviewers' pages: everything due goes out, and they are cut off."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from outreach.domain.delivery import State
from tests.daemon.crowd import Visitor, crowd
from tests.daemon.office import Office, wait_for

pytestmark = pytest.mark.slow

HURRIED = """
import runpy
from outreach.daemon import patience
patience.SILENCE_SECONDS = patience.BODY_SECONDS = patience.UNREAD_SECONDS = 2.0
runpy.run_module("outreach", run_name="__main__")
"""
"""The program, which bears with the slow for two seconds instead of half a minute."""

LARGE = 30_000_000
"""Bytes; more than lines hold by themselves."""

POSTS = 10


@contextmanager
def pages(office: Office) -> Iterator[tuple[int, str]]:
    """`outreach web` beside the service: its port, and the cookie of somebody who is signed in."""
    said = office.folder / "web"
    with said.open("wb") as told:
        command = [sys.executable, "-c", HURRIED, "web", "--config", str(office.config)]
        process = subprocess.Popen(command, stderr=told)
    try:
        wait_for(lambda: "code " in said.read_text("utf-8"), "a code for the first sign-in")
        found = re.search(r":(\d+)/welcome.*code (\S+)", said.read_text("utf-8"), re.DOTALL)
        assert found
        yield int(found[1]), signed_in(int(found[1]), found[2])
    finally:
        process.kill()
        process.wait()


def signed_in(port: int, code: str) -> str:
    form = urlencode({"name": "admin", "code": code, "password": "mot cau that dai"})
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("POST", "/welcome", form, {"content-type": "application/x-www-form-urlencoded"})
    cookie = line.getresponse().getheader("set-cookie") or ""
    line.close()
    return cookie.partition(";")[0]


def head(port: int, path: str, *more: str) -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", *more)
    return "\r\n".join(lines).encode()


def slow(site: int, web: int, cookie: str) -> tuple[list[Visitor], list[Visitor]]:
    """Those who must be cut off, and those who may stay: they watch the log, and take nothing of it."""
    body = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{web}\r\nContent-Length: 9000\r\n\r\n"
    cut = [
        *(Visitor(site, head(site, "/", "X-Slow: "), b"x") for _ in range(30)),
        *(Visitor(site, head(site, "/lon.bin", "\r\n")) for _ in range(20)),
        *(Visitor(web, head(web, "/sign-in", "X-Slow: "), b"x") for _ in range(20)),
        *(Visitor(web, body.encode(), b"x") for _ in range(15)),
    ]
    tail = head(web, "/log/live?after=0", f"Cookie: {cookie}", "\r\n")
    return cut, [Visitor(web, tail) for _ in range(15)]


def published(office: Office) -> int:
    return sum(delivery.state is State.PUBLISHED for delivery in office.deliveries())


def port_of(said: str) -> int | None:
    found = re.search(r"The website: http://127\.0\.0\.1:(\d+)/", said)
    return int(found[1]) if found else None


@pytest.mark.asvs("15.2.2", "A hundred who hold the line keep nothing from being published")
@pytest.mark.fault(47, "a hundred visitors who drip their requests or read nothing")
def test_a_hundred_who_hold_the_line_hold_no_publication_up(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.set_up()
    with office.config.open("a", encoding="utf-8") as config:
        config.write('[review]\nlisten = "127.0.0.1:0"\n')
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "lon.bin").write_bytes(bytes(LARGE))
    with office.service(("-c", HURRIED)) as service, pages(office) as (web, cookie):
        service.await_word("READY=1")
        wait_for(lambda: port_of(service.said), "the website is shown")
        site = port_of(service.said) or 0
        cut, tails = slow(site, web, cookie)
        with crowd([*cut, *tails]):
            for number in range(POSTS):
                office.write(f"tin-{number}", datetime.now(UTC) - timedelta(minutes=2))
            wait_for(lambda: published(office) == 2 * POSTS, "everything is published")
            wait_for(lambda: all(one.spans for one in cut), "each slow visitor is cut off")
            with urlopen(f"http://127.0.0.1:{site}/", timeout=60) as answer:
                assert answer.status == 200
    found = office.deliveries()
    assert [delivery.state for delivery in found] == [State.PUBLISHED] * 2 * POSTS
    assert len(list((tmp_path / "outbox").glob("*.json"))) == POSTS
    for delivery in found:
        assert delivery.receipt
        at = delivery.receipt.at
        assert sum(one.held_a_line(at) for one in (*cut, *tails)) >= 10, "they were there meanwhile"
