"""An invented office: config.toml with forty webhooks and a campaign of as many message files as a measurement needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.deliveries import CAMPAIGN, CHANNELS, SECRET, utc_now
from outreach.bootstrap import Desk, load_settings, open_desk

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

NOW = "now"
"""A second campaign, for what is due at once."""

_CHANNEL = """
[channels.{name}]
adapter = "webhook"
tags = ["all", "{tag}"]
url = "{sink}"
secret = {{ file = "secret" }}
allow_private = true
"""

_CAMPAIGN = """\
name = "Tháng hành động vì bình đẳng giới"
short_name = "Tháng hành động"
theme = "Đảm bảo an sinh xã hội, tăng quyền năng cho phụ nữ và trẻ em gái"
office = "Sở Công Thương"
time_zone = "Asia/Ho_Chi_Minh"
language = "vi"
hashtags = ["#BinhDangGioi"]
units = ["Văn phòng Sở"]
topics = ["phát động"]

[plan]
number = "91/KH-SCT"
date = {start}

[window]
from = {start}
until = {end}

[posting]
slots = ["08:00", "11:30", "19:30"]
holidays = "post"
late = "6h"
"""

_MESSAGE = """\
---
title: Thông điệp thứ {number} của Tháng hành động
kind: post
channels: [{channels}]
at: {at:%Y-%m-%d %H:%M}
topic: phát động
unit: Văn phòng Sở
summary: Mời toàn thể cán bộ, công chức và người lao động hưởng ứng.
---
Chủ đề năm nay: **{{{{ campaign.theme }}}}**

## Mời toàn thể cán bộ, công chức, viên chức và người lao động

{body}

- Bảo hiểm xã hội tự nguyện dành cho người lao động tự do.
- Bảo hiểm y tế hộ gia đình: cả nhà cùng tham gia thì mức đóng giảm dần.

Xem thêm tại [trang của Sở](https://example.org/tin-{number}).
"""

_BODY = "Mời toàn thể cán bộ tham gia hưởng ứng bằng việc làm cụ thể tại nơi mình làm việc. " * 6


@dataclass(frozen=True, kw_only=True)
class Office:
    """The folder of an invented office."""

    folder: Path

    @property
    def config(self) -> Path:
        """Its config.toml."""
        return self.folder / "config.toml"

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """Its files, channels and queue, as a person's command opens them."""
        with open_desk(load_settings(self.config)) as desk:
            yield desk

    def queue_up(self, campaign: str = CAMPAIGN) -> int:
        """Apply the files of a campaign to the queue; returns how many deliveries that made."""
        with self.desk() as desk:
            proposal = desk.sync.look(campaign, utc_now())
            desk.sync.apply(proposal, now=utc_now(), actor="measurement", confirmed=True)
            return len(proposal.changes)

    def add_campaign(self, name: str) -> None:
        """A campaign from yesterday for two months, without messages."""
        folder = self.folder / "messages" / name
        folder.mkdir(parents=True)
        today = utc_now().astimezone(ZONE).date()
        window = {"start": today - timedelta(days=1), "end": today + timedelta(days=60)}
        (folder / "campaign.toml").write_text(_CAMPAIGN.format(**window), encoding="utf-8")

    def add_message(
        self, name: str, channels: str, at: datetime, *, campaign: str = CAMPAIGN
    ) -> None:
        """One more message file, due at the minute of `at` (aware)."""
        text = _MESSAGE.format(number=name, channels=channels, at=at.astimezone(ZONE), body=_BODY)
        (self.folder / "messages" / campaign / f"{name}.md").write_text(text, encoding="utf-8")


def make_office(folder: Path, sink: str, *, messages: int, channels: str) -> Office:
    """Write configuration, campaign and message files; nothing is due before tomorrow."""
    office = Office(folder=folder)
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "secret").chmod(0o600)
    parts = (_CHANNEL.format(name=name, tag=_tag(name), sink=sink) for name in CHANNELS)
    office.config.write_text("".join(parts))
    office.add_campaign(CAMPAIGN)
    office.add_campaign(NOW)
    for number in range(messages):
        at = utc_now() + timedelta(days=1 + number % 50, minutes=number // 50)
        office.add_message(f"tin-{number:05}", channels, at)
    return office


def _tag(name: str) -> str:
    return "few" if name in CHANNELS[:2] else "many"
