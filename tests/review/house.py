"""A whole small office: config.toml, a campaign that asks for approvals, real adapters, and the pages of all that."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from PIL import Image

from outreach.bootstrap import Desk, load_settings, open_desk
from outreach.cli.web import office_of
from outreach.domain.delivery import Delivery
from outreach.review.pages import review_pages
from outreach.store.lease import Lease
from outreach.store.queue import Queue
from tests.review.stage import QUICK, Entrance
from tests.store.blank import blank

CAMPAIGN = "2022-binh-dang-gioi"
MORNING = datetime(2022, 11, 14, 1, 0, tzinfo=UTC)
CONFIG = """
language = "vi"

[channels.so-website]
adapter = "website"
tags = ["website"]
folder = "state/site"
base_url = "https://so.example/"
site_title = "Trang thông tin"
office = "Sở Công Thương"

[channels.facebook-page]
adapter = "facebook_page"
tags = ["facebook"]
page_id = "100200300"
app_id = "424242"
token = { env = "FACEBOOK_TOKEN_OF_NOBODY" }

[channels.truc-tiep]
adapter = "in_person"
tags = ["in-person"]
folder = "state/phieu"
contact = "Văn phòng Sở"
"""
RULES = """
name = "Tháng hành động vì bình đẳng giới năm 2022"
short_name = "Tháng hành động 2022"
theme = "Đảm bảo an sinh xã hội"
office = "Sở Công Thương"
units = ["Văn phòng Sở"]
topics = ["phát động"]
hashtags = ["#BinhDangGioi"]
approval = "{approval}"

[window]
from = 2022-11-15
until = 2022-12-15
"""
POST = {
    "channels": "[website, facebook]",
    "at": "2022-11-15 08:00",
    "topic": "phát động",
    "unit": "Văn phòng Sở",
}
BANNER = {
    "title": "Treo băng rôn đợt 1",
    "kind": "banner",
    "channels": "[in-person]",
    "from": "2022-11-15",
    "until": "2022-11-29",
    "size": "8 x 0.8 m",
    "places": '["Cổng chính trụ sở Sở"]',
    "maker": "Văn phòng Sở",
}


class House(Entrance):
    """Its files, its queue and its pages; whatever is due is carried out only when a test says so."""

    def __init__(self, folder: Path, desk: Desk, queue: Queue) -> None:
        self.folder, self.desk, self.queue, self.now = folder, desk, queue, MORNING
        self.office = replace(office_of(desk, now=lambda: self.now, language="vi"), passwords=QUICK)
        self.app = review_pages(self.office)

    @property
    def campaign(self) -> Path:
        return self.folder / "messages" / CAMPAIGN

    def rule(self, approval: str) -> None:
        (self.campaign / "campaign.toml").write_text(RULES.format(approval=approval), "utf-8")

    def write(self, name: str, text: str = "Xin chào.", **more: str) -> None:
        self.put(name, {**POST, "title": f"Bài {name}", **more}, text)

    def put(self, name: str, head: Mapping[str, str], text: str = "Xin chào.") -> None:
        lines = "".join(f"{key}: {value}\n" for key, value in head.items())
        (self.campaign / f"{name}.md").write_text(f"---\n{lines}---\n{text}\n", "utf-8")

    def apply(self) -> None:
        proposal = self.desk.sync.look(CAMPAIGN, self.now)
        self.desk.sync.apply(proposal, now=self.now, actor="outreach apply", confirmed=True)

    def deliveries(self, message: str) -> dict[str, Delivery]:
        return {d.identity.channel: d for d in self.queue.list(message=message)}

    def wait(self, span: timedelta) -> None:
        self.now += span


@cache
def picture() -> bytes:
    """A picture that Facebook takes."""
    drawn = io.BytesIO()
    Image.new("RGB", (1200, 800), "#c05a12").save(drawn, "PNG")
    return drawn.getvalue()


@contextmanager
def house(folder: Path, approval: str = "required", *, empty: bool = False) -> Iterator[House]:
    """Open it; its messages are `mot` (with a picture) and `bang-ron`, or none."""
    (folder / "state").mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG, "utf-8")
    blank(folder / "state" / "outreach.db").dispose()
    settings = load_settings(folder / "config.toml")
    media = folder / "messages" / CAMPAIGN / "media"
    media.mkdir(parents=True)
    (media / "anh.png").write_bytes(picture())
    with open_desk(settings) as desk:
        lease = Lease.take(desk.engine, settings.state)
        queue = Queue(desk.engine, media_folder=desk.media_folder, fence=lease.fence)
        made = House(folder, desk, queue)
        made.rule(approval)
        if not empty:
            made.write("mot", image="media/anh.png", image_alt="Lễ phát động")
            made.put("bang-ron", BANNER)
        made.apply()
        yield made
        lease.release()
