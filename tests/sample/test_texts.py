"""What readers of the sample see: correct letters, sane lengths, pictures that exist and are described."""

from __future__ import annotations

import re
import struct
import unicodedata
from pathlib import Path

import pytest

from tests.sample.sample import FOLDER, Sample, campaign, on, samples

FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in {".md", ".toml"})
PICTURES = sorted((FOLDER / "media").iterdir())
ETH = re.compile("[\u00d0\u00f0]")
HOTLINE_CALL = re.compile(r'hotline\("([^"]+)"\)')
SHORT = 130


def of_site() -> list[Sample]:
    """Messages that become a page of the website."""
    return [each for each in on("so-website") if each.kind != "banner"]


def ids(values: list[Sample]) -> list[str]:
    return [each.id for each in values]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_letters_are_composed_and_vietnamese(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text == unicodedata.normalize("NFC", text)
    assert not ETH.search(text)
    assert not re.search(r"[\u0300-\u036f]|\ufeff|\r|[ \t]$", text, re.MULTILINE)


@pytest.mark.parametrize("message", of_site(), ids=ids(of_site()))
def test_a_page_has_what_lists_and_reports_need(message: Sample) -> None:
    assert all(message.head.get(key) for key in ("topic", "unit", "summary"))
    assert len(message.head["title"]) <= 110
    assert len(message.head["summary"]) <= 220
    assert 80 <= len(message.body.split()) <= 350
    assert re.search("^## ", message.body, re.MULTILINE)


@pytest.mark.parametrize("message", samples(), ids=ids(list(samples())))
def test_texts_for_social_networks_are_short(message: Sample) -> None:
    texts = [text for name, text in message.variants.items() if name != "truc-tiep"]
    assert all(len(text.split()) <= SHORT for text in texts)


@pytest.mark.parametrize("channel", ["facebook", "zalo", "social", "truc-tiep", "reminder"])
def test_each_channel_word_has_its_own_text_somewhere(channel: str) -> None:
    assert any(channel in each.variants for each in samples())


def test_every_picture_is_used_described_and_there() -> None:
    used = {file: alt for each in samples() for file, alt in each.pictures}
    assert set(used) == {f"media/{path.name}" for path in PICTURES}
    assert all(40 <= len(alt) <= 200 for alt in used.values())


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_pictures_have_the_size_that_previews_want(path: Path) -> None:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (1200, 630)
    assert len(content) < 200_000


def test_zalo_messages_have_a_cover() -> None:
    assert all(each.pictures for each in on("zalo-oa"))


def test_only_checked_hotlines_are_named() -> None:
    known = {each["number"]: each for each in campaign()["hotlines"]}
    named = {number for path in FILES for number in HOTLINE_CALL.findall(path.read_text("utf-8"))}
    assert named == set(known)
    assert all(each["source"] and each["checked"] for each in known.values())
