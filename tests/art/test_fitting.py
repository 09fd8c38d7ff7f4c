"""Any text in any format and theme: it fits, no marks touch, no compound is broken. One document is set for many texts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from outreach.art.formats import SCREENS, Format, printed
from outreach.art.piece import Piece, document
from outreach.art.portfolio import Portfolio
from outreach.domain.artwork import PRINTED, Size
from outreach.typesetting.press import Press
from tests.art.sample import LOGO, portfolio, random_texts, real_slogans
from tests.typesetting.test_breaking import broken_compounds

ODD = (
    Size(width=12_000, height=600),
    Size(width=1000, height=3000),
    Size(width=1200, height=1600),
    Size(width=1000, height=1000),
    Size(width=3000, height=2000),
    Size(width=500, height=4000),
)
"""Sizes that an office may come to think of."""

USUAL = (*map(printed, PRINTED), *SCREENS)
FORMATS = (*map(printed, ODD), *USUAL)
QUICK = {"0.5x4m", "8x0.8m", "square"}
"""The highest, a long one and a screen; the others take their time."""

THEMES = ("modern", "state")
HAIR = 0.01
"""Points that rounding may cost."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portfolio]:
    with portfolio(tmp_path_factory.mktemp("art")) as opened:
        yield opened


@pytest.fixture(scope="module")
def press(sample: Portfolio) -> Iterator[Press]:
    with Press(sample.wardrobe.templates() | {"logo.svg": LOGO}) as opened:
        yield opened


def pieces(sample: Portfolio, theme: str, form: Format, texts: Sequence[str]) -> Iterator[Piece]:
    """One for each text; every second with a logo and without a code, every third with a long office line."""
    for number, text in enumerate(texts):
        piece = sample.piece(text, form, theme, maker="Thực hiện: Văn phòng Sở" * (number % 2))
        wording = piece.wording
        if number % 2:
            wording = dataclasses.replace(wording, logo="logo.svg", page="")
        if not number % 3:
            office = "Ủy ban nhân dân tỉnh Bà Rịa – Sở Lao động, Thương binh và Xã hội"
            wording = dataclasses.replace(wording, office=office)
        yield dataclasses.replace(piece, wording=wording)


def check(press: Press, wanted: Sequence[Piece]) -> None:
    """Set all in one document and look at what came out."""
    found = press.metadata(wanted[0].theme.template, document(wanted), ("fit", "small"))
    assert len(found["fit"]) == len(wanted)
    for piece, fit in zip(wanted, found["fit"], strict=True):
        assert not faults(fit), (piece.name, piece.slogan, fit)
    for line in found["small"]:
        assert line["size"] > 0, line
        assert line["width"] <= line["box"] + HAIR, line


def faults(fit: dict[str, Any]) -> list[str]:
    """What is wrong with a slogan in its box."""
    size, step, up, down = fit["size"], fit["step"], fit["up"], fit["down"]
    width, height = fit["box"]
    depth = (up[0] + step * (len(up) - 1) + down[-1]) * size
    gaps = [step - below - above for below, above in zip(down, up[1:], strict=False)]
    lines = [" ".join(line) for line in fit["lines"]]
    broken = broken_compounds([line.casefold() for line in lines])
    return [
        *["nothing to see"] * (size <= 0 or width <= 0 or height <= 0),
        *["too wide"] * (fit["width"] > width + HAIR),
        *["too high"] * (fit["top"] < -HAIR or fit["top"] + depth > height + HAIR),
        *["marks touch"] * any(gap < 0.04 for gap in gaps),
        *[f"broken: {compound}" for compound in broken],
    ]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(form, id=form.name, marks=[] if form.name in QUICK else pytest.mark.slow)
        for form in FORMATS
    ],
)
def test_texts_of_1_to_60_words_fit(
    sample: Portfolio, press: Press, theme: str, form: Format
) -> None:
    texts = list(random_texts(8, seed=FORMATS.index(form)))
    check(press, list(pieces(sample, theme, form, texts)))


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
def test_real_slogans_fit_each_in_one_format(sample: Portfolio, press: Press, theme: str) -> None:
    for number, form in enumerate(USUAL):
        check(press, list(pieces(sample, theme, form, real_slogans()[number :: len(USUAL)])))


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("form", USUAL, ids=lambda form: form.name)
def test_every_real_slogan_fits_every_format(
    sample: Portfolio, press: Press, theme: str, form: Format
) -> None:
    assert len(real_slogans()) == 200
    check(press, list(pieces(sample, theme, form, real_slogans())))


def test_faults_are_found() -> None:
    good = {
        "size": 10.0, "step": 1.4, "up": [0.8, 0.9], "down": [0.2, 0.2], "box": [100.0, 30.0],
        "top": 1.0, "width": 99.0, "lines": [["bình", "đẳng"], ["giới"]],
    }  # fmt: skip
    assert faults(good) == ["broken: bình đẳng giới"]
    whole = good | {"lines": [["bình", "đẳng", "giới"], ["hôm", "nay"]]}
    assert faults(whole) == []
    assert faults(whole | {"width": 101.0}) == ["too wide"]
    assert faults(whole | {"top": 7.0}) == ["too high"]
    assert faults(whole | {"step": 1.1, "top": 5.0}) == ["marks touch"]
    assert "nothing to see" in faults(whole | {"size": -1.0})
