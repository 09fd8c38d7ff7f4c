"""The staff of a simulated month: they write its files, and edit, move, rename, delete, restore and half-save them."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

CAMPAIGN = "2022-binh-dang-gioi"
OPENS, CLOSES = date(2022, 11, 15), date(2022, 12, 14)
DAYS = (CLOSES - OPENS).days
CAMPAIGN_FILE = f"""
name = "Tháng hành động vì bình đẳng giới năm 2022"
short_name = "Tháng hành động 2022"
theme = "An sinh xã hội"
office = "Sở Công Thương"
time_zone = "Asia/Ho_Chi_Minh"
language = "vi"
hashtags = ["#BinhDangGioi"]
units = ["Văn phòng Sở"]
topics = ["phát động"]
updates = "yes"
[plan]
number = "91/KH-SCT"
date = 2022-10-28
[window]
from = {OPENS}
until = {CLOSES}
[posting]
slots = ["08:00", "15:00"]
holidays = "post"
"""
MESSAGE = """---
title: Tin {name}
id: {name}
kind: {kind}
channels: [{channels}]
{times}
late: {late}
topic: phát động
unit: Văn phòng Sở
{picture}---
Tin {name} của Sở. {words}
"""
PICTURE = "image: media/anh.png\nimage_alt: Một điểm màu xám\n"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
CHANNELS = ("trang", "zalo", "tham", "tung-buoc", "kin")
LATE = ("6h", "36h", "skip", "ask")


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one file says."""

    name: str
    channels: Sequence[str]
    day: int
    clock: str = "08:00"
    again: int = 0
    until: int = 0
    late: str = "36h"
    words: str = "Mời mọi người tham gia."
    picture: bool = False

    @property
    def text(self) -> str:
        """The file's whole text; a page with an end is a banner, one that comes `again` a post of two days."""
        first, last = (OPENS + timedelta(days=day) for day in (self.day, self.until))
        times = f"from: {first}\nuntil: {last}" if self.until else f"at: {first} {self.clock}"
        if self.again:
            again = OPENS + timedelta(days=self.again)
            times = f"at:\n  - {first} {self.clock}\n  - {again} {self.clock}"
        return MESSAGE.format(
            name=self.name,
            kind="banner" if self.until else "post",
            channels=", ".join(self.channels),
            times=times,
            late=self.late,
            picture=PICTURE if self.picture else "",
            words=self.words,
        )


class Staff:
    """They write into `messages` what `dice` tell them."""

    def __init__(self, messages: Path, dice: random.Random) -> None:
        self.folder = messages / CAMPAIGN
        self._dice = dice
        self._files: dict[str, str] = {}
        self._pages: list[Page] = []

    def begin(self) -> None:
        """Write the campaign's first files."""
        (self.folder / "media").mkdir(parents=True)
        (self.folder / "media" / "anh.png").write_bytes(PIXEL)
        (self.folder / "campaign.toml").write_text(CAMPAIGN_FILE, "utf-8")
        self._pages = [*(self._post(f"m{n}") for n in range(1, 4)), self._banner("m4")]
        for page in self._pages:
            self._save(f"{page.name}.md", page.text)

    def work(self) -> str:
        """Do one of the things that staff do; what it was."""
        deed = self._dice.choice(
            (
                self._write_more,
                self._edit,
                self._edit,
                self._move,
                self._call_elsewhere,
                self._delete,
                self._rename,
                self._half_save,
                self._break,
                self._empty_the_folder,
                self._break_the_campaign,
            )
        )
        deed()
        return deed.__name__.strip("_").replace("_", " ")

    def mend(self) -> None:
        """Put every file back as it was meant."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "campaign.toml").write_text(CAMPAIGN_FILE, "utf-8")
        for name, text in self._files.items():
            (self.folder / name).write_text(text, "utf-8")

    # --- what they do -----------------------------------------------------------------------------

    def _write_more(self) -> None:
        page = self._post(f"m{len(self._pages) + 1}")
        self._pages.append(page)
        self._save(f"{page.name}.md", page.text)

    def _edit(self) -> None:
        words = f"Nội dung sửa lần {self._dice.randint(1, 99)}."
        self._change(lambda page: replace(page, words=words))

    def _move(self) -> None:
        day = self._dice.randint(0, DAYS)
        self._change(lambda page: page if page.until else replace(page, day=day, again=0))

    def _call_elsewhere(self) -> None:
        channels = self._channels()
        self._change(lambda page: page if page.picture else replace(page, channels=channels))

    def _delete(self) -> None:
        if name := self._any_file():
            del self._files[name]
            (self.folder / name).unlink(missing_ok=True)

    def _rename(self) -> None:
        if name := self._any_file():
            text = self._files.pop(name)
            (self.folder / name).unlink(missing_ok=True)
            self._save(f"moi-{name}", text)

    def _half_save(self) -> None:
        if name := self._any_file():
            text = self._files[name]
            half = text[: self._dice.randrange(len(text))]
            (self.folder / name).write_text(half, "utf-8")

    def _break(self) -> None:
        if name := self._any_file():
            text = self._files[name].replace("channels:", "chanels:")
            (self.folder / name).write_text(text, "utf-8")

    def _empty_the_folder(self) -> None:
        for file in self.folder.glob("*.md"):
            file.unlink()

    def _break_the_campaign(self) -> None:
        (self.folder / "campaign.toml").write_text("name = [", "utf-8")

    # --- pages and files ---------------------------------------------------------------------------

    def _post(self, name: str) -> Page:
        day = self._dice.randint(0, DAYS)
        return Page(
            name=name,
            channels=self._channels(),
            day=day,
            again=min(day + 1, DAYS) if self._dice.random() < 0.2 else 0,
            clock=f"{self._dice.randint(6, 21):02}:{self._dice.choice(('00', '30'))}",
            late=self._dice.choice(LATE),
        )

    def _banner(self, name: str) -> Page:
        channels = self._dice.sample([one for one in CHANNELS if one != "zalo"], 2)
        day = self._dice.randint(0, DAYS - 3)
        until = self._dice.randint(day + 1, DAYS)
        return Page(name=name, channels=channels, day=day, until=until, picture=True)

    def _channels(self) -> list[str]:
        return self._dice.sample(CHANNELS, self._dice.choice((1, 2, 2)))

    def _change(self, edit: Callable[[Page], Page]) -> None:
        """Change a page that still has a file."""
        number = self._dice.randrange(len(self._pages))
        page = self._pages[number]
        for name in [name for name, text in self._files.items() if text == page.text]:
            self._pages[number] = edit(page)
            self._save(name, self._pages[number].text)

    def _any_file(self) -> str:
        return self._dice.choice(sorted(self._files)) if self._files else ""

    def _save(self, name: str, text: str) -> None:
        self._files[name] = text
        (self.folder / name).write_text(text, "utf-8")
