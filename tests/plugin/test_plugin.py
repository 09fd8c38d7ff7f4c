"""Someone else's adapter, installed as a package of its own, works in every command; the project knows nothing of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.channel import AdapterPlace, Channel
from outreach.testing import ChannelContract

pytestmark = pytest.mark.slow  # it installs a package and starts the command many times

PACKAGE = Path(__file__).parent / "package"
ROOT = Path(__file__).parents[2]
CAMPAIGN = "thang-hanh-dong"

CONFIG = """\
messages = "messages"
state = "state"
[channels.loa-phuong]
adapter = "loudspeaker"
tags = ["loa"]
studio = "phat-thanh"
text_limit = 200
"""
TOML = """\
name = "Tháng hành động"
short_name = "Tháng hành động"
theme = "Bình đẳng giới"
office = "Sở Công Thương"
time_zone = "Asia/Ho_Chi_Minh"
language = "vi"
[window]
from = {start}
until = {end}
[posting]
slots = ["08:00", "19:30"]
holidays = "post"
late = "3d"
"""
MESSAGE = """\
---
title: Phát động
channels: [loa]
at: {day} 09:00
---
Mời toàn thể cán bộ tham gia.
"""


@dataclass(frozen=True)
class Ward:
    """An office whose only channel is the loudspeaker; its message was due yesterday."""

    folder: Path
    site: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "OUTREACH_LANGUAGE": "en",
            "PYTHONPATH": os.pathsep.join((str(self.site), str(ROOT))),
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "outreach", *words]

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    @property
    def texts(self) -> list[str]:
        return [file.read_text("utf-8") for file in (self.folder / "phat-thanh").glob("*.txt")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the package was installed, as an installer would do it, without a network."""
    source = tmp_path_factory.mktemp("source") / "package"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(target)]
    subprocess.run([*pip, *offline, str(source)], check=True, timeout=300)
    return target


@pytest.fixture
def ward(tmp_path: Path, site: Path) -> Ward:
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    write_campaign(tmp_path, today)
    return Ward(tmp_path, site)


def write_campaign(folder: Path, today: date) -> None:
    messages = folder / "messages" / CAMPAIGN
    messages.mkdir(parents=True)
    start, end = today - timedelta(days=2), today + timedelta(days=5)
    (folder / "config.toml").write_text(CONFIG, "utf-8")
    (messages / "campaign.toml").write_text(TOML.format(start=start, end=end), "utf-8")
    day = today - timedelta(days=1)
    (messages / "phat-dong.md").write_text(MESSAGE.format(day=day), "utf-8")


def test_the_adapter_has_at_most_forty_lines() -> None:
    assert len((PACKAGE / "outreach_loudspeaker.py").read_text("utf-8").splitlines()) <= 40


class TestLoudspeaker(ChannelContract):
    @pytest.fixture
    def channel(self, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Channel:
        from outreach.channels import registry

        monkeypatch.syspath_prepend(str(site))
        place = AdapterPlace(state=tmp_path, clock=lambda: datetime.now(ZoneInfo("UTC")))
        self.studio = tmp_path / "studio"
        return registry.build("loa", "loudspeaker", {"studio": str(self.studio)}, place)

    def count(self, channel: Channel, key: str) -> int:
        return len(list(self.studio.glob(f"{key}.txt")))


def test_it_is_unknown_where_it_is_not_installed(ward: Ward, tmp_path: Path) -> None:
    elsewhere = Ward(ward.folder, tmp_path / "empty")
    assert "There is no adapter “loudspeaker”" in elsewhere.run("doctor", code=1)


def test_check_plan_preview_and_rehearse_know_it(ward: Ward) -> None:
    ward.run("check", "--json")
    assert "loa-phuong" in ward.run("plan", CAMPAIGN)
    assert "Alô, alô!" in ward.run("preview", "phat-dong")
    found = json.loads(ward.run("rehearse", CAMPAIGN, "--json"))
    assert (found["lost"], found["twice"]) == ([], [])
    (row,) = found["channels"]
    assert (row["channel"], row["published"]) == ("loa-phuong", 1)
    assert ward.texts == []


def test_its_settings_and_limits_are_checked(ward: Ward) -> None:
    config = ward.folder / "config.toml"
    config.write_text(CONFIG.replace("studio", "studo").replace("200", "5"), "utf-8")
    said = ward.run("doctor", code=1)
    assert "Did you mean “studio”?" in said
    config.write_text(CONFIG.replace("200", "5"), "utf-8")
    assert "29 characters" in ward.run("check", code=1)


def test_the_service_publishes_through_it_once(ward: Ward) -> None:
    log = ward.folder / "log.txt"
    with log.open("w") as said:
        service = subprocess.Popen(
            ward.command("run"), cwd=ward.folder, env=ward.environment, stdout=said, stderr=said
        )
        try:
            deadline = time.monotonic() + 60
            while not published(ward) and time.monotonic() < deadline:
                assert service.poll() is None, log.read_text("utf-8")
                time.sleep(0.2)
        finally:
            service.send_signal(signal.SIGTERM)
            assert service.wait(60) == 0
    (delivery,) = json.loads(ward.run("queue", "--json"))
    assert delivery["state"] == "published"
    assert ward.texts == ["Alô, alô! Mời toàn thể cán bộ tham gia."]


def published(ward: Ward) -> bool:
    """Whether the delivery log says so; the store exists only once the service has begun."""
    if not ward.texts:
        return False
    return '"published"' in ward.run("queue", "--json")
