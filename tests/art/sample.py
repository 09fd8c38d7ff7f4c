"""What tests make artwork of: the sample campaign, its slogans, and any text that a person may write."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from outreach.art.portfolio import Portfolio
from outreach.content.reader import Content, read_campaign
from outreach.domain.campaign import Campaign

SAMPLE = Path(__file__).parents[2] / "messages" / "2022-binh-dang-gioi"
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#f58220" d="M1 8L4 1L8 8Z"/></svg>'
LONGEST = 60
"""Words of the longest text that artwork must take."""


@cache
def content() -> Content:
    return read_campaign(SAMPLE)


def campaign() -> Campaign:
    found = content().campaign
    assert found is not None
    return found


def portfolio(cache_folder: Path) -> Portfolio:
    return Portfolio(campaign(), SAMPLE, cache_folder)


@cache
def real_slogans() -> tuple[str, ...]:
    lines = Path(__file__).with_name("slogans.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if not line.startswith("#"))


@cache
def vocabulary() -> tuple[str, ...]:
    """Every word of the real slogans, and those whose letters and marks need the most room."""
    words = {word for slogan in real_slogans() for word in slogan.split()}
    high = {
        "Ẵ",
        "ỂỄỘ",
        "Ữ",
        "ngoẵng",
        "ỷ",
        "nghiêng",
        "gjpqy",
        "NGHIÊNGNGHIÊNGNGHIÊNG",
        "25/11",
        "–",
    }
    return tuple(sorted(words | high))


def random_texts(count: int, seed: int) -> Iterator[str]:
    """Texts of 1 to 60 words; their lengths are spread evenly."""
    choice = random.Random(seed)
    for number in range(count):
        words = choice.choices(vocabulary(), k=1 + number * (LONGEST - 1) // max(1, count - 1))
        yield unicodedata.normalize("NFC", " ".join(words))
