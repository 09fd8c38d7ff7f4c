"""What the printer gets: boxes, millimetres, fonts, inks, PDF/A, and an eight-metre banner that opens."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, RectangleObject

from outreach.art.formats import BLEED, POINTS_PER_MM
from outreach.art.piece import Piece
from outreach.art.portfolio import Portfolio
from outreach.art.studio import Form
from tests.art.sample import portfolio

SLOGAN = "*Bình đẳng giới* là chìa khóa để xóa bỏ bạo lực trên cơ sở giới"
SIZES = {"8x0.8m": (8000, 800, 10), "4x0.7m": (4000, 700, 1), "0.8x2m": (800, 2000, 1)}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portfolio]:
    with portfolio(tmp_path_factory.mktemp("print")) as opened:
        yield opened


def piece(sample: Portfolio, name: str = "8x0.8m", theme: str = "state") -> Piece:
    return sample.piece(SLOGAN, sample.formats(None, (name,))[0], theme, maker="Văn phòng Sở")


def opened(made: bytes) -> PdfReader:
    return PdfReader(BytesIO(made))


def millimetres(box: RectangleObject) -> tuple[float, float]:
    return float(box.width) / POINTS_PER_MM, float(box.height) / POINTS_PER_MM


@pytest.mark.parametrize("theme", ["state", "modern"])
@pytest.mark.parametrize("name", SIZES)
def test_the_page_is_the_banner_with_its_bleed(sample: Portfolio, name: str, theme: str) -> None:
    width, height, scale = SIZES[name]
    page = opened(sample.make(piece(sample, name, theme), Form.PRINT)).pages[0]
    trim, whole = millimetres(page.trimbox), millimetres(page.mediabox)
    assert trim == pytest.approx((width / scale, height / scale), abs=0.01)
    edge = 2 * BLEED / scale
    assert whole == pytest.approx((trim[0] + edge, trim[1] + edge), abs=0.01)
    assert millimetres(page.bleedbox) == pytest.approx(whole, abs=0.01)
    assert max(whole) * POINTS_PER_MM <= 14_400
    assert piece(sample, name, theme).name.endswith(f"-1-{scale}")


def fonts(reader: PdfReader) -> Iterator[Any]:
    """Every font of the document that has outlines."""
    for number in range(1, len(reader.xref[0]) + 1):
        found: Any = reader.get_object(number)
        if isinstance(found, DictionaryObject) and found.get("/Type") == "/FontDescriptor":
            yield found


def test_every_font_is_embedded_as_a_subset_of_ours(sample: Portfolio) -> None:
    found = list(fonts(opened(sample.make(piece(sample), Form.PRINT))))
    assert found
    for font in found:
        assert re.fullmatch(r"/[A-Z]{6}\+BeVietnamPro-\w+", font["/FontName"])
        assert "/FontFile2" in font or "/FontFile3" in font


def test_the_slogan_is_text_not_a_picture(sample: Portfolio) -> None:
    page = opened(sample.make(piece(sample, theme="modern"), Form.PRINT)).pages[0]
    assert "chìa khóa" in page.extract_text().replace("\xa0", " ")
    assert not list(page.images)


def test_inks_are_four_and_nothing_else(sample: Portfolio) -> None:
    for theme in ("state", "modern"):
        page = opened(sample.make(piece(sample, theme=theme), Form.INKS)).pages[0]
        contents = page.get_contents()
        assert contents is not None
        operators = {operator for _, operator in contents.operations}
        assert operators & {b"k", b"scn"}
        assert not operators & {b"rg", b"RG", b"g", b"G", b"sh"}
        assert spaces(page["/Resources"]) <= {"/DeviceCMYK"}


def spaces(resources: Any) -> set[str]:
    """The colour spaces that a page names."""
    named = resources.get("/ColorSpace", {})
    return {str(s[0] if isinstance(s, ArrayObject) else s) for s in named.values()}


def test_pdf_a_says_so_and_has_its_colours_explained(sample: Portfolio) -> None:
    reader = opened(sample.make(piece(sample), Form.ARCHIVE))
    xmp = reader.xmp_metadata
    assert xmp is not None
    said = xmp.stream.get_data().decode()
    assert re.search(r"pdfaid:part\W+2\W", said)
    assert re.search(r"pdfaid:conformance\W+B\W", said)
    root: Any = reader.trailer["/Root"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"


def test_nothing_says_when_or_where_it_was_made(sample: Portfolio) -> None:
    made = sample.make(piece(sample), Form.PRINT)
    about = opened(made).metadata
    assert about is not None
    assert about.creation_date is not None
    assert about.creation_date.year == 2000
    assert str(Path.cwd()).encode() not in made


def red(pixels: bytes) -> bool:
    """Whether the first pixel (blue, green, red) is red: the ground reaches into the corner."""
    blue, green, red_ = pixels[:3]
    return red_ > 150 and max(blue, green) < 90


def test_an_eight_metre_banner_opens_in_two_readers(sample: Portfolio) -> None:
    made = sample.make(piece(sample), Form.PRINT)
    assert "CHÌA KHÓA" in opened(made).pages[0].extract_text().replace("\xa0", " ")
    document = pypdfium2.PdfDocument(made)
    bitmap = document[0].render(scale=0.3)
    assert red(bytes(bitmap.buffer))
    document.close()


@pytest.mark.slow
def test_poppler_shows_it_too(sample: Portfolio, tmp_path: Path) -> None:
    file = tmp_path / "banner.pdf"
    file.write_bytes(sample.make(piece(sample), Form.PRINT))
    command = ["pdftoppm", "-r", "20", "-singlefile", str(file), str(tmp_path / "page")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(tmp_path / "page.ppm") as shown:
        corner = shown.getpixel((shown.width - 4, shown.height - 4))
    assert isinstance(corner, tuple)
    assert red(bytes(corner[::-1]))
