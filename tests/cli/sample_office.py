"""The sample campaign with one channel of every adapter, and its previews as the command prints them.

`python -m tests.cli.sample_office` writes them anew into `tests/cli/previews/`; look at what has changed before you keep it.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from outreach.bootstrap import Desk, load_settings, open_desk
from outreach.channel import Preview
from outreach.cli import preview
from outreach.cli.desk_source import DeskSource
from outreach.cli.screen import Screen
from outreach.domain.rendition import Rendition
from tests.sample.sample import FOLDER

CAMPAIGN = FOLDER.name
BEFORE = datetime(2022, 11, 1, tzinfo=UTC)
KEPT = Path(__file__).parent / "previews"
ONE_OF_EACH = (
    "phat-dong",
    "le-phat-dong",
    "cuoc-thi",
    "bieu-duong-thang-hanh-dong",
    "bang-ron-website",
    "bang-ron-treo-dot-1",
    "so-dien-thoai",
)
"""A message of every kind, a short one and a printed banner."""

SECRETS = {
    "PREVIEW_TOKEN": "EAAprevieWtoken",
    "PREVIEW_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "PREVIEW_HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "PREVIEW_APPRISE": "tgram://123456789:abcdefg_hijklmnop/12345678/",
}
CONFIG = """
messages = "messages"
state = "state"
[channels.website]
adapter = "website"
tags = ["so-website"]
folder = "site"
base_url = "https://so.example.vn/"
site_title = "Trang thông tin tuyên truyền"
[channels.wordpress]
adapter = "wordpress"
tags = ["website", "so-website"]
url = "https://wp.example.vn/"
user = "tuyen-truyen"
password = { env = "PREVIEW_TOKEN" }
banner_block = 7
[channels.facebook-page]
adapter = "facebook_page"
tags = ["facebook", "social", "so-website"]
page_id = "100200300"
app_id = "424242"
token = { env = "PREVIEW_TOKEN" }
first_comment = ["hashtags"]
[channels.zalo-oa]
adapter = "zalo_oa"
tags = ["zalo", "social"]
app_id = "1"
app_secret = { env = "PREVIEW_TOKEN" }
token_key = { env = "PREVIEW_KEY" }
picture_base_url = "https://so.example.vn/media/"
cover_url = "https://so.example.vn/anh-bia.jpg"
[channels.email]
adapter = "email"
tags = ["website"]
host = "mail.example.vn"
sender = "Sở Công Thương <vanphong@so.example.vn>"
recipients = ["toasoan@example.vn"]
prefix = "[Thông cáo báo chí]"
[channels.webhook]
adapter = "webhook"
tags = ["website", "so-website"]
url = "https://hook.example.vn/"
secret = { env = "PREVIEW_HOOK" }
[channels.apprise]
adapter = "apprise"
tags = ["website"]
url = { env = "PREVIEW_APPRISE" }
[channels.micropub]
adapter = "micropub"
tags = ["website", "so-website"]
endpoint = "https://mp.example.vn/micropub"
token = { env = "PREVIEW_TOKEN" }
[channels.outbox]
adapter = "outbox"
tags = ["website", "so-website"]
folder = "outbox"
[channels.in-person]
adapter = "in_person"
tags = ["truc-tiep"]
"""


@contextmanager
def sample_desk(folder: Path) -> Iterator[Desk]:
    """The desk of an office in `folder` that has the sample campaign and every adapter."""
    shutil.copytree(FOLDER, folder / "messages" / CAMPAIGN)
    (folder / "config.toml").write_text(CONFIG, "utf-8")
    with (
        patch.dict(os.environ, SECRETS),
        open_desk(load_settings(folder / "config.toml")) as desk,
    ):
        yield desk


Previews = dict[tuple[str, str], list[tuple[Rendition, Preview]]]


def sample_previews(desk: Desk) -> Previews:
    """Every preview of the campaign by channel and message."""
    proposal = DeskSource(desk, BEFORE).proposal(CAMPAIGN)
    names = sorted({identity.message for identity in proposal.renditions})
    return {
        (channel, name): list(preview._previews(desk, [proposal], name, channel))
        for channel in desk.channels
        for name in names
    }


def printed(previews: Previews, channel: str, language: str) -> str:
    """What the command prints of one message of each kind on one channel."""
    with redirect_stdout(io.StringIO()) as out:
        screen = Screen(language)
        for name in ONE_OF_EACH:
            preview._print(screen, previews.get((channel, name), []), as_json=False)
    return out.getvalue().lstrip("\n")


def kept(channel: str, language: str) -> Path:
    """Where the previews of one channel are kept."""
    return KEPT / f"{channel}.{language}.txt"


def main() -> None:
    """Write every kept preview anew."""
    with tempfile.TemporaryDirectory() as folder, sample_desk(Path(folder)) as desk:
        previews = sample_previews(desk)
        for channel in desk.channels:
            for language in ("vi", "en"):
                text = printed(previews, channel, language)
                kept(channel, language).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
