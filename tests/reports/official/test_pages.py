"""The PDFs as paper: A4, the decree's margins, our own faces in the file, PDF/A, and pages that look right."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.reports.official.office_month import CAMPAIGN, Month

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("month")]
POINTS_PER_MM = 72 / 25.4
SCALE = 1.0
"""Pixels per point in the pictures of pages that tests look at."""

PORTRAIT, LANDSCAPE = (210, 297), (297, 210)


@pytest.fixture(scope="module", params=["final", "weekly", "plan"])
def pdf(request: pytest.FixtureRequest, stormy_month: Month) -> bytes:
    name = f"{request.param}.pdf"
    stormy_month.report(request.param, name, more=("--day", "2022-11-28"))
    return stormy_month.file(name)


def pages(content: bytes) -> list[Any]:
    document = pypdfium2.PdfDocument(content)
    return [document[number] for number in range(len(document))]


def picture(page: Any) -> Image.Image:
    found: Image.Image = page.render(scale=SCALE).to_pil().convert("L")
    return found


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", page.get_textpage().get_text_bounded())


def test_every_page_is_a4_and_annexes_lie_across(pdf: bytes) -> None:
    sizes = [tuple(round(side / POINTS_PER_MM) for side in page.get_size()) for page in pages(pdf)]
    assert set(sizes) <= {PORTRAIT, LANDSCAPE}
    assert sizes == sorted(sizes), "first the report, then its annexes"


def test_nothing_stands_in_the_margins(pdf: bytes) -> None:
    """30 mm on the left, 15 on the right, 20 at the bottom; the page number alone stands in the top margin."""
    for page in pages(pdf):
        image = picture(page)
        ink = image.point(lambda grey: 255 if grey < 200 else 0).getbbox()
        assert ink, "an empty page"
        left, _, right, bottom = (side / SCALE / POINTS_PER_MM for side in ink)
        width, height = (side / SCALE / POINTS_PER_MM for side in image.size)
        assert left >= 29.5
        assert right <= width - 14
        assert bottom <= height - 19.5


def test_pages_are_numbered_from_the_second_on_and_annexes_anew(pdf: bytes) -> None:
    expected = 0
    for page in pages(pdf):
        expected = 1 if is_first(words(page)) else expected + 1
        top = words_of_top_margin(page)
        assert top == ("" if expected == 1 else str(expected))


def is_first(text: str) -> bool:
    return "CỘNG HÒA XÃ HỘI" in text or "(Kèm theo" in text


def words_of_top_margin(page: Any) -> str:
    width, height = page.get_size()
    margin = {"left": 0, "right": width, "top": height, "bottom": height - 18.5 * POINTS_PER_MM}
    return str(page.get_textpage().get_text_bounded(**margin)).strip()


def test_the_file_says_that_it_is_pdf_a(pdf: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert re.search(r"<pdfaid:part>2</pdfaid:part>", metadata)
    assert re.search(r"<pdfaid:conformance>A</pdfaid:conformance>", metadata)


def fonts(pdf: bytes) -> Iterator[Any]:
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for font in resources.get("/Font", {}).values():
            yield font.get_object()["/DescendantFonts"][0].get_object()


def test_every_font_is_ours_and_in_the_file(pdf: bytes) -> None:
    found = list(fonts(pdf))
    assert found
    for font in found:
        descriptor = font["/FontDescriptor"].get_object()
        assert "Tinos" in font["/BaseFont"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_the_first_page_has_its_parts_in_their_order(stormy_month: Month) -> None:
    text = words(pages(stormy_month.file("a.pdf"))[0])
    parts = (
        "ỦY BAN NHÂN DÂN TỈNH …",
        "SỞ CÔNG THƯƠNG",
        "BÁO CÁO",
        "Kết quả triển khai Tháng hành động",
        "Kính gửi: Sở Lao động - Thương binh và Xã hội",
        "Thực hiện Kế hoạch số 91/KH-SCT ngày 28 tháng 10 năm 2022",
        "I. CÔNG TÁC CHỈ ĐẠO",
    )
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "ngày 16 tháng 12 năm 2022" in text


def test_the_last_page_of_the_text_has_recipients_and_room_to_sign(stormy_month: Month) -> None:
    text = next(words(p) for p in pages(stormy_month.file("a.pdf")) if "Nơi nhận" in words(p))
    assert "./. " in text
    assert text.index("Nơi nhận:") < text.index("- Lưu: VT, VP.")
    assert "KT. GIÁM ĐỐC" in text


def test_a_rehearsed_month_without_faults_has_no_chapter_of_difficulties(calm_month: Month) -> None:
    text = " ".join(words(page) for page in pages(calm_month.file("a.pdf"))[:8])
    assert "KHÓ KHĂN" not in text
    assert "III. MỨC ĐỘ TIẾP CẬN" in text
    assert "IV. KIẾN NGHỊ, ĐỀ XUẤT" in text


def test_the_week_has_its_own_figures_and_the_next_weeks_plan(stormy_month: Month) -> None:
    stormy_month.report("weekly", "w.pdf", more=("--day", "2022-11-30"))
    text = " ".join(words(page) for page in pages(stormy_month.file("w.pdf")))
    due = stormy_month.select(
        "SELECT COUNT(*) FROM delivery WHERE action = 'publish' AND channel <> 'truc-tiep' AND campaign = "
        f"'{CAMPAIGN}' AND date(due / 1000000, 'unixepoch', '+7 hours') BETWEEN '2022-11-28' AND '2022-12-04'"
    )[0][0]
    assert "Kết quả tuần 03 (từ ngày 28 tháng 11 đến ngày 04 tháng 12 năm 2022)" in text
    assert f"/{due} lượt tin, bài" in text
    assert "NHIỆM VỤ TUẦN TỚI" in text
    assert "05/12/2022" in text
    assert "ngày 16 tháng 12" not in text


def test_an_english_report_has_english_tables_and_the_same_figures(stormy_month: Month) -> None:
    stormy_month.report("final", "en.pdf", language="en")
    text = " ".join(words(page) for page in pages(stormy_month.file("en.pdf"))[:2])
    assert "Item no. Channel Planned Published On time" in text
    planned, done, *_ = map(
        sum,
        zip(
            *stormy_month.outcomes("channel", {"so-website", "facebook-page", "zalo-oa"}).values(),
            strict=True,
        ),
    )
    assert f"published {done} of {planned} planned items" in text
