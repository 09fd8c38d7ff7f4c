"""What stands on the site after a publication, as readers and staff see it."""

from __future__ import annotations

import hashlib
import html
import struct
import unicodedata
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import Kind, Media, Receipt, Reject, Rendition
from outreach.channels.wordpress import WordPress
from outreach.testing import MemorySteps, outcome_of, sample_rendition
from tests.wordpress.conftest import Office

pytestmark = pytest.mark.slow


def picture(folder: Path, colour: int, alt: str, content: bytes = b"") -> Media:
    """A PNG of one pixel."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = (
        chunk(b"IHDR", head),
        chunk(b"IDAT", zlib.compress(bytes([0, colour]))),
        chunk(b"IEND", b""),
    )
    content = content or b"\x89PNG\r\n\x1a\n" + b"".join(parts)
    digest = hashlib.sha256(content).hexdigest()
    file = folder / digest
    file.write_bytes(content)
    return Media(
        sha256=digest,
        mime="image/png",
        width=1,
        height=1,
        size=len(content),
        alt=alt,
        name="Ảnh phát động.png",
        file=file,
    )


def publish(office: Office, rendition: Rendition, key: str, **settings: Any) -> Any:
    async def act(channel: WordPress) -> Any:
        return await outcome_of(channel.publish(rendition, key=key, steps=MemorySteps()))

    return office.run(act, **settings)


def stored(office: Office, receipt: Receipt) -> Any:
    return office.site.as_admin("GET", f"posts/{receipt.remote_id}?context=edit")


def names(office: Office, kind: str, numbers: list[int]) -> set[str]:
    found = (office.site.as_admin("GET", f"{kind}/{number}") for number in numbers)
    return {html.unescape(term["name"]) for term in found}


def test_a_post_has_everything_that_was_sent(office: Office, key: str, tmp_path: Path) -> None:
    rendition = sample_rendition(
        title="Bình đẳng & <tôn trọng>",
        topic="Phát động & lễ",
        media=(picture(tmp_path, 1, "Hội trường"), picture(tmp_path, 2, "Băng rôn")),
    )
    before = datetime.now(UTC).replace(microsecond=0)
    receipt = publish(office, rendition, key, categories=("Thông báo",))
    post = stored(office, receipt)
    assert post["status"] == "publish"
    assert post["slug"] == f"phat-dong-{key}"
    assert html.unescape(post["title"]["rendered"]) == rendition.title
    assert post["excerpt"]["raw"] == rendition.summary
    assert (
        before <= datetime.fromisoformat(post["date_gmt"]).replace(tzinfo=UTC) <= datetime.now(UTC)
    )
    assert names(office, "categories", post["categories"]) == {"Thông báo", "Phát động & lễ"}
    assert names(office, "tags", post["tags"]) == {"BinhDangGioi"}
    featured = office.site.as_admin("GET", f"media/{post['featured_media']}")
    assert featured["alt_text"] == "Hội trường"
    assert receipt.permalink == post["link"] == f"{office.site.url}phat-dong-{key}/"
    page = office.site.read(receipt.permalink)
    assert "<strong>toàn thể</strong>" in page
    assert 'alt="Băng rôn"' in page
    assert not receipt.details


def test_pictures_and_names_are_made_once(office: Office, key: str, tmp_path: Path) -> None:
    shared = picture(tmp_path, 3, "Dùng chung")
    rendition = sample_rendition(topic=f"Chủ đề {key}", hashtags=(f"#The{key}",), media=(shared,))
    posts = [
        stored(office, publish(office, rendition, key[:-1] + end))
        for end in "abc"
        if end != key[-1]
    ]
    for name in ("featured_media", "categories", "tags"):
        assert len({str(post[name]) for post in posts}) == 1, name
    assert len(office.site.as_admin("GET", "media?per_page=100&search=D%C3%B9ng%20chung")) == 1


def test_a_text_cannot_start_a_shortcode(office: Office, key: str) -> None:
    rendition = sample_rendition(html="<p>[gallery] [caption]x[/caption] :) 1 -- 2</p>")
    receipt = publish(office, rendition, key)
    assert "&#91;gallery]" in office.site.read(receipt.permalink)


def test_decomposed_letters_are_joined(office: Office, key: str) -> None:
    rendition = sample_rendition(title=unicodedata.normalize("NFD", "Bình đẳng giới"))
    assert stored(office, publish(office, rendition, key))["title"]["raw"] == "Bình đẳng giới"


def test_a_file_that_is_no_picture_is_rejected(office: Office, key: str, tmp_path: Path) -> None:
    broken = picture(tmp_path, 0, "Hỏng", b"<?php no picture")
    outcome = publish(office, sample_rendition(media=(broken,)), key)
    assert isinstance(outcome, Reject)
    assert office.site.posts(key) == []


def test_a_banner_without_a_block_stays_on_top(office: Office, key: str) -> None:
    receipt = publish(office, sample_rendition(kind=Kind.BANNER), key)
    assert stored(office, receipt)["sticky"] is True


def test_a_message_edited_between_tries_goes_out_as_edited(office: Office, key: str) -> None:
    steps = MemorySteps()

    async def act(channel: WordPress) -> Any:
        with office.site.failing(closed=403):
            await outcome_of(channel.publish(sample_rendition(), key=key, steps=steps))
        number = office.site.as_admin(
            "POST",
            "posts",
            {"title": "cũ", "content": f"<!-- outreach:{key} -->", "status": "draft"},
        )["id"]
        receipt = await channel.publish(sample_rendition(title="Mới"), key=key, steps=steps)
        assert receipt.remote_id == str(number)
        return receipt

    assert stored(office, office.run(act))["title"]["raw"] == "Mới"
