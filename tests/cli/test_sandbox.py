"""`outreach sandbox`: what it prints is enough to speak to it, and needs no account."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import AdapterPlace, Channel
from outreach.channels._http import HttpClient
from outreach.channels.registry import open_channels
from outreach.cli import site_server
from outreach.cli.exit_codes import ExitCode
from outreach.cli.screen import Screen
from outreach.sandbox.facebook import Sandbox
from outreach.settings import parse_settings
from outreach.testing import MemorySteps, sample_rendition
from tests.cli.conftest import Office, run

EXPORT = re.compile(r"^export (\w+)=(\S+)$", re.MULTILINE)
TABLE = re.compile(r"^\[channels.*?(?=\n\n)", re.MULTILINE | re.DOTALL)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What would be served, instead of serving it."""
    apps: list[Any] = []
    monkeypatch.setattr(site_server, "run", lambda pair: apps.append(pair[0]))
    return apps


def channel(said: str, app: Any, state: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """The channel that the printed lines configure, with the application for a network."""
    for name, value in EXPORT.findall(said):
        monkeypatch.setenv(name, value)
    table = TABLE.search(said)
    assert table
    settings = parse_settings(table[0], file=None, folder=state)
    place = AdapterPlace(state=state, clock=lambda: datetime.now(UTC), network=app)
    opened = open_channels(settings.channels.values(), lambda _: place)
    assert opened.problems == opened.absent == ()
    return next(iter(opened.channels.values()))


@pytest.mark.parametrize("platform", ["facebook", "zalo"])
def test_its_lines_are_all_that_a_channel_needs(
    office: Office, served: list[Any], monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    said = run("sandbox", platform, "--port", "0", "--folder", platform)
    assert said.code is ExitCode.OK
    found = channel(said.out, served[0], office.folder / "state", monkeypatch)
    health = asyncio.run(found.check())
    assert health.ok, health.summary


def test_what_it_was_told_is_there_the_next_time(
    office: Office, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ((), ("--faults", "3")):
        said = run("sandbox", "facebook", "--port", "0", *words)
        found = channel(said.out, served[-1], office.folder / "x", monkeypatch)
        if not words:
            asyncio.run(found.publish(sample_rendition(), key="k", steps=MemorySteps()))
        since = datetime.now(UTC)
        seen = asyncio.run(found.find(sample_rendition(), key="k", since=since))
        assert type(seen).__name__ == "Found"


@pytest.mark.slow
def test_it_serves_until_ctrl_c(office: Office) -> None:
    command = [sys.executable, "-m", "outreach", "sandbox", "facebook", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        address = re.search(r"http://127\.0\.0\.1:\d+/_sandbox/page", lines[1])
        assert address
        with urllib.request.urlopen(address[0], timeout=30) as page:
            assert "Sở Công Thương" in page.read().decode()
        process.send_signal(signal.SIGINT)
        process.wait(60)
        assert process.returncode in (ExitCode.OK, ExitCode.INTERRUPTED)


def test_a_rehearsals_followers_pages_stand_beside_the_website(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Trang tin</h1>", "utf-8")
    sandbox = Sandbox()
    sandbox.graph.add_post(message="Bình đẳng giới")
    screen = Screen("en")
    site = site_server.rehearsed(
        tmp_path, screen, {"facebook-page": sandbox.pages}, "http://site.invalid"
    )

    def read(path: str) -> str:
        url = f"http://site.invalid{path}"
        return asyncio.run(HttpClient(network=site).send("GET", url)).body.decode()

    assert "Trang tin" in read("/")
    assert "Bình đẳng giới" in read("/dien-tap/facebook-page/")
