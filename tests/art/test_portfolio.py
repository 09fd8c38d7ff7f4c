"""The sample campaign's artwork: the same bytes each time, made once, and told apart by everything that goes into it."""

from __future__ import annotations

import dataclasses
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image

from outreach.art import studio
from outreach.art.formats import SCREENS, Format, on_screen
from outreach.art.portfolio import Portfolio, size_of, slogan_of
from outreach.art.studio import Form
from outreach.art.themes import LEAST_CONTRAST, Wardrobe
from outreach.art.wording import span
from outreach.domain.artwork import Size, Unusable
from outreach.domain.campaign import Window
from outreach.typesetting import press
from tests.art import golden
from tests.art.sample import LOGO, SAMPLE, campaign, content, portfolio

SLOGAN = "Chung tay vì *bình đẳng giới*"


@pytest.fixture
def sample(tmp_path: Path) -> Portfolio:
    return portfolio(tmp_path / "drawings")


def test_one_banner_looks_as_it_did(sample: Portfolio) -> None:
    name, piece = next((n, p) for n, p in golden.pieces(sample) if "dot-2/8x0.8m-state" in n)
    with sample:
        assert golden.hash_of(golden.file_of(sample, piece)) == golden.known_hashes()[name]


def test_every_banner_has_every_format_in_both_themes(sample: Portfolio) -> None:
    names = [name for name, _ in golden.pieces(sample)]
    assert len(names) == len(set(names)) == 4 * 9 * 2
    assert set(golden.known_hashes()) == set(names)


@pytest.mark.parametrize("form", SCREENS, ids=lambda form: form.name)
def test_a_picture_has_the_pixels_of_its_format(sample: Portfolio, form: Format) -> None:
    with sample:
        made = sample.make(sample.piece(SLOGAN, form, "modern"), Form.PICTURE)
    with Image.open(BytesIO(made)) as picture:
        assert picture.size == (form.width * form.density, form.height * form.density)


def test_what_was_made_is_not_made_again(sample: Portfolio, tmp_path: Path) -> None:
    with sample:
        piece = sample.piece(SLOGAN, SCREENS[0], "state")
        made = sample.make(piece, Form.PICTURE)
        with patch.object(press.Press, "_compile", side_effect=AssertionError):
            assert sample.make(piece, Form.PICTURE) == made
    with portfolio(tmp_path / "elsewhere") as again:
        assert again.make(piece, Form.PICTURE) == made


def test_every_difference_makes_another_key(sample: Portfolio) -> None:
    one = sample.piece(SLOGAN, SCREENS[0], "state")
    others = [
        sample.piece(f"{SLOGAN}!", SCREENS[0], "state"),
        sample.piece(SLOGAN, SCREENS[1], "state"),
        sample.piece(SLOGAN, SCREENS[0], "modern"),
        dataclasses.replace(one, wording=dataclasses.replace(one.wording, office="Sở khác")),
    ]
    keys = {sample.studio.key(piece, Form.PICTURE) for piece in (one, *others)}
    with patch.object(studio, "fingerprint", return_value="other fonts"):
        keys.add(portfolio(Path()).studio.key(one, Form.PICTURE))
    assert len(keys) == 6


def own(folder: Path, **art: object) -> Portfolio:
    """The portfolio of a campaign with files of its own."""
    changed = dataclasses.replace(campaign().art, **art)  # type: ignore[arg-type]  # each test names real fields
    return Portfolio(dataclasses.replace(campaign(), art=changed), folder, folder / "drawings")


def test_an_office_has_a_theme_and_a_template_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    theme = (Path(studio.__file__).parent / "themes" / "state.toml").read_text("utf-8")
    blue = theme.replace("#c1121a", "#0b3d91").replace("state.typ", "ours.typ")
    (tmp_path / "art" / "ours.toml").write_text(blue, "utf-8")
    template = (Path(studio.__file__).parent / "templates" / "state.typ").read_text("utf-8")
    (tmp_path / "art" / "ours.typ").write_text(
        template.replace("drum(r,", "drum(r * 0.5,"), "utf-8"
    )
    with own(tmp_path) as portfolio_:
        assert portfolio_.wardrobe.names() == ("modern", "ours", "state")
        made = portfolio_.make(portfolio_.piece(SLOGAN, SCREENS[0], "ours"), Form.PICTURE)
    with Image.open(BytesIO(made)) as picture:
        assert picture.convert("RGB").getpixel((600, 120)) == (0x0B, 0x3D, 0x91)


def test_a_logo_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "logo.svg").write_bytes(LOGO)
    with own(tmp_path, logo="media/logo.svg") as with_logo:
        made = with_logo.make(with_logo.piece(SLOGAN, SCREENS[3], "modern"), Form.PICTURE)
    with Image.open(BytesIO(made)) as picture:
        assert (0xF5, 0x82, 0x20) in {c for _, c in picture.convert("RGB").getcolors(1 << 20) or ()}


@pytest.mark.parametrize("logo", ["media/none.svg", "../../etc/logo.svg"])
def test_a_logo_that_is_not_there_stops_everything(tmp_path: Path, logo: str) -> None:
    with own(tmp_path, logo=logo) as portfolio_, pytest.raises(Unusable, match="logo") as caught:
        portfolio_.make(portfolio_.piece(SLOGAN, SCREENS[0], "state"), Form.PICTURE)
    assert caught.value.everywhere


@pytest.mark.parametrize(
    ("slogan", "said"), [("Yêu thương 🙂", "🙂"), ("Bình đẳng 平等", "平 等"), ("| ~", "no words")]
)
def test_what_cannot_be_set_is_refused(sample: Portfolio, slogan: str, said: str) -> None:
    with sample, pytest.raises(Unusable, match=said) as caught:
        sample.make(sample.piece(slogan, SCREENS[0], "state"), Form.PICTURE)
    assert not caught.value.everywhere


def test_a_template_that_does_not_work_says_where(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    (tmp_path / "art" / "modern.typ").write_text("#values.nothing", "utf-8")
    with own(tmp_path) as portfolio_, pytest.raises(Unusable, match=r"modern\.typ:1"):
        portfolio_.make(portfolio_.piece(SLOGAN, SCREENS[0], "modern"), Form.PICTURE)


def test_without_typst_one_sentence_says_what_to_install(sample: Portfolio) -> None:
    with (
        sample,
        patch.object(press, "find_spec", return_value=None),
        pytest.raises(Unusable, match=r"pip install 'outreach\[art\]'") as caught,
    ):
        sample.make(sample.piece(SLOGAN, SCREENS[0], "state"), Form.PICTURE)
    assert caught.value.everywhere


def test_small_type_and_faint_colours_are_told(tmp_path: Path) -> None:
    (tmp_path / "art").mkdir()
    theme = (Path(studio.__file__).parent / "themes" / "state.toml").read_text("utf-8")
    (tmp_path / "art" / "faint.toml").write_text(theme.replace("#ffe100", "#d99000"), "utf-8")
    long = "Bình đẳng giới là thước đo của sự văn minh, tiến bộ và công bằng xã hội " * 4
    with own(tmp_path) as portfolio_:
        piece = portfolio_.piece(long, SCREENS[0], "faint")
        told = {remark.code for remark in portfolio_.remarks(piece)}
        short = portfolio_.remarks(portfolio_.piece(SLOGAN, SCREENS[0], "state"))
    assert told == {"slogan-too-small", "too-faint"}
    assert short == []


@pytest.mark.parametrize("name", ["state", "modern"])
def test_our_themes_are_readable_on_screens_and_in_print(name: str) -> None:
    theme = Wardrobe().theme(name)
    assert theme.inks
    assert len(theme.pairs) >= 5
    assert not list(theme.faint()), LEAST_CONTRAST


@pytest.mark.parametrize(
    "damage", ["", 'title = "x"', "[colours]\nground = 'red'", "[colours\n", "[cmyk]\nground = [1]"]
)
def test_a_theme_that_cannot_be_read_says_so(tmp_path: Path, damage: str) -> None:
    (tmp_path / "own.toml").write_text(damage, "utf-8")
    with pytest.raises(Unusable, match=r"own\.toml"):
        Wardrobe(folder=tmp_path).theme("own")


def test_unknown_names_are_answered_with_the_known(sample: Portfolio) -> None:
    with pytest.raises(Unusable, match="nothing"):
        sample.formats(None, ("nothing",))
    with pytest.raises(Unusable, match="nothing"):
        sample.piece(SLOGAN, SCREENS[0], "nothing")


def test_a_banner_brings_its_own_size_and_slogan() -> None:
    by_id = {message.id: message for message in content().messages}
    banner = by_id["bang-ron-treo-dot-2"]
    assert size_of(banner) == Size(width=8000, height=800)
    assert slogan_of(banner).startswith("*Bình đẳng giới*")
    assert slogan_of(by_id["phat-dong"]) == by_id["phat-dong"].title
    assert portfolio(SAMPLE).formats(banner)[0].name == "8x0.8m"


def test_a_size_in_pixels_is_a_known_format_or_one_of_its_own() -> None:
    assert on_screen(1640, 624).name == "facebook-cover"
    assert on_screen(1000, 640).name == "1000x640"


def test_days_are_written_as_offices_write_them() -> None:
    window = campaign().window
    assert span(window) == "15/11 – 15/12/2022"
    over = Window(start=window.end, end=window.end.replace(year=2023, month=1))
    assert span(over) == "15/12/2022 – 15/01/2023"
