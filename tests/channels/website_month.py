"""A small month of renditions of every kind, and a site to publish it to."""

from __future__ import annotations

import asyncio
import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.channel import AdapterPlace, Kind, Media, Receipt, Rendition
from outreach.channels.website import Settings, Website
from outreach.domain.message import Honour
from outreach.testing import MemorySteps, sample_rendition

FIRST = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
THEME = "Đảm bảo an sinh xã hội, tăng quyền năng và tạo cơ hội cho phụ nữ và trẻ em gái"
NASTY = "<script>alert(\"1\")</script> & 'dấu nháy' {{ 7 * 7 }} --> </title>"


def png(width: int = 1200, height: int = 630) -> bytes:
    """An orange picture."""
    rows = (b"\0" + b"\xc2\x41\x0c" * width) * height
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def picture(folder: Path) -> Media:
    content = png()
    digest = hashlib.sha256(content).hexdigest()
    file = folder / digest
    folder.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return Media(
        sha256=digest,
        mime="image/png",
        width=1200,
        height=630,
        size=len(content),
        alt="Nền cam",
        name="phat-dong.png",
        file=file,
    )


def month(media: Path) -> list[Rendition]:
    """Every kind, with and without pictures, one message twice, one with marks in its title."""
    specials: list[dict[str, Any]] = [
        {"message": "phat-dong", "topic": "phát động", "media": (picture(media),)},
        {"message": "ke-hoach", "topic": "phát động", "title": "Kế hoạch số 91/KH-SCT " * 6},
        {"message": "so-dien-thoai", "topic": "phòng ngừa bạo lực", "media": (picture(media),)},
        {"message": "so-dien-thoai", "topic": "phòng ngừa bạo lực", "occurrence": 2},
        {"message": "nasty", "topic": "chính sách", "title": NASTY, "summary": NASTY},
        {"message": "no-topic", "topic": "", "unit": "", "summary": "", "hashtags": ()},
        {"message": "hop", "kind": Kind.EVENT, "start": FIRST, "place": "Hội trường; tầng 2"},
        {"message": "thi", "kind": Kind.CONTEST, "deadline": FIRST + timedelta(days=9)},
        {
            "message": "khen",
            "kind": Kind.COMMENDATION,
            "collectives": (Honour(name="Văn phòng Sở", reason="Đúng hẹn."),),
            "individuals": (Honour(name="Đồng chí A", unit="Thanh tra Sở"),),
        },
        {"message": "bang-ron", "kind": Kind.BANNER, "topic": "băng rôn"},
    ]
    common = {"theme": THEME, "topic": "truyền thông", "unit": "Văn phòng Sở"}
    return [
        sample_rendition(**(common | special | {"due": FIRST + timedelta(days=n)}))
        for n, special in enumerate(specials)
    ]


def key_of(rendition: Rendition) -> str:
    return hashlib.sha256(f"{rendition.message}{rendition.occurrence}".encode()).hexdigest()[:16]


@dataclass
class Site:
    """A website in a folder of its own; its clock stands at the due time of what is published."""

    folder: Path
    changes: dict[str, Any] = field(default_factory=dict)
    now: datetime = FIRST

    def __post_init__(self) -> None:
        settings: dict[str, Any] = {
            "folder": self.folder,
            "base_url": "https://so.example.org/tin/",
            "site_title": "Trang thông tin điện tử Sở Công Thương",
            "office": "Sở Công Thương",
            "contact": ("Số 1 đường Mẫu",),
            "views": True,
        }
        place = AdapterPlace(state=self.folder.parent, clock=lambda: self.now)
        self.channel = Website("website", Settings(**(settings | self.changes)), place)

    def publish(self, rendition: Rendition) -> Receipt:
        self.now = rendition.due
        key = key_of(rendition)
        return asyncio.run(self.channel.publish(rendition, key=key, steps=MemorySteps()))

    def publish_all(self, renditions: Iterable[Rendition]) -> list[Receipt]:
        return [self.publish(rendition) for rendition in renditions]

    def withdraw(self, receipt: Receipt) -> Receipt:
        return asyncio.run(self.channel.withdraw(receipt, key="k", steps=MemorySteps()))

    def update(self, receipt: Receipt, rendition: Rendition) -> Receipt:
        self.now, key = rendition.due, key_of(rendition)
        update = self.channel.update(receipt, rendition, key=key, steps=MemorySteps())
        return asyncio.run(update)

    def check(self) -> bool:
        return asyncio.run(self.channel.check()).ok

    def page(self, path: str) -> str:
        return (self.folder / path).read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Everything that readers or later runs see."""
        found = (p for p in self.folder.rglob("*") if p.is_file())
        shown = (p for p in found if p.name != "lock" and not p.name.startswith(".unfinished-"))
        return {p.relative_to(self.folder).as_posix(): p.read_bytes() for p in shown}
