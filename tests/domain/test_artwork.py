"""Sizes and slogans as people write them."""

from __future__ import annotations

import pytest

from outreach.domain.artwork import LARGEST, SMALLEST, Size, Unusable, parse_size, spoken
from outreach.domain.text import Text


@pytest.mark.parametrize(
    ("text", "width", "height"),
    [
        ("8 x 0.8 m", 8000, 800),
        ("8 x 0,8 m", 8000, 800),
        ("80x200cm", 800, 2000),
        ("8M × 800 MM", 8000, 800),
        ("80 cm x 2 m", 800, 2000),
        ("khổ 3 x 1 m, hai mặt", 3000, 1000),
        (f"{SMALLEST} x {LARGEST} mm", SMALLEST, LARGEST),
        ("1.2345 x 1 m", 1234, 1000),
    ],
)
def test_a_size_is_read_in_millimetres(text: str, width: int, height: int) -> None:
    assert parse_size(text) == Size(width=width, height=height)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lớn",
        "8 x 0.8",
        "8 m",
        f"{SMALLEST - 1} x 500 mm",
        f"500 x {LARGEST + 1} mm",
        "9 x 3 cm",
    ],
)
def test_what_is_no_size_of_a_banner_is_none(text: str) -> None:
    assert parse_size(text) is None


def test_a_size_is_said_in_metres() -> None:
    assert str(Size(width=8000, height=850)) == "8 x 0.85 m"


@pytest.mark.parametrize(
    ("slogan", "said"),
    [
        ("Bình đẳng|giới", "Bình đẳng giới"),
        ("Bình~đẳng *giới*  hôm nay", "Bình đẳng giới hôm nay"),
        ("*a* *b*", "a b"),
        ("*a* | b*", "a b*"),
        ("4 * 5", "4 * 5"),
    ],
)
def test_a_slogan_is_said_without_the_marks_of_its_lines(slogan: str, said: str) -> None:
    assert spoken(slogan) == said


def test_what_cannot_be_drawn_says_why_and_where() -> None:
    what, mend = Text("It is broken."), Text("Mend it.")
    one = Unusable(what, mend)
    assert (str(one), one.what, one.mend, one.everywhere) == ("It is broken.", what, mend, False)
    assert Unusable(what, mend, everywhere=True).everywhere
