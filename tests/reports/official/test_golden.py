"""A document with a block of every kind, set again to the very bytes that people have looked at.

After a wished change look at the pages (`python -m tests.reports.official.test_golden FOLDER` writes them) and put the new hashes here.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import pytest
from docx.shared import Mm

from outreach.domain.text import Text
from outreach.reports.official.document import (
    Annex,
    Bar,
    Chart,
    Document,
    Foot,
    Grid,
    Head,
    Heading,
    Paragraph,
)
from outreach.reports.official.typeset import to_pdf, to_picture
from outreach.reports.official.word import to_docx
from outreach.reports.packed import repacked
from outreach.reports.table import Column, Table
from outreach.reports.workbook import to_xlsx
from tests.reports.official.golden import sha, sha_of_parts

MOMENT = datetime(2022, 12, 16, 1, 2, 3, tzinfo=UTC)
TABLE = Table(
    name="channels",
    title=Text("Publications by channel"),
    columns=(
        Column(key="name", title=Text("Channel")),
        Column(key="done", title=Text("Published"), right=True),
        Column(key="at", title=Text("When"), seconds=True),
    ),
    rows=(
        {"name": "Trang thông tin điện tử", "done": 1234, "at": MOMENT},
        {"name": "=1+1", "done": 0, "at": None},
        {"name": Text("Total"), "done": 1234, "at": None},
    ),
    empty=Text("Nothing is planned that fits."),
)
GRID = Grid(
    caption="Bảng 1. Kết quả",
    table=TABLE,
    widths=(85, 40, 40),
    left=frozenset({"name"}),
    total=True,
)
CHART = Chart(
    caption="Biểu đồ 1. Lượt xem",
    each=Text("Topic"),
    measures=Text("Views"),
    bars=(
        Bar(label="phòng ngừa, ứng phó", value=1234, share=1.0, figure="1.234"),
        Bar(label="Ổ ẵ Ữ ị đ", value=0, share=0.0, figure="0"),
    ),
)
DOCUMENT = Document(
    language="vi",
    title="BÁO CÁO: Kết quả",
    author="Sở Công Thương",
    moment=MOMENT,
    head=Head(
        parent="Ủy ban nhân dân tỉnh",
        office="Sở Công Thương",
        nation="CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        motto="Độc lập - Tự do - Hạnh phúc",
        number="Số:          /BC-SCT",
        place_date="…, ngày 16 tháng 12 năm 2022",
        kind="BÁO CÁO",
        subject=("Kết quả triển khai Tháng hành động", "vì bình đẳng giới năm 2022"),
        to="Kính gửi: Sở Lao động - Thương binh và Xã hội",
    ),
    blocks=(
        Paragraph(words="Thực hiện Kế hoạch số 91/KH-SCT, Sở báo cáo kết quả như sau:"),
        Heading(level=1, words="I. Kết quả"),
        Heading(level=2, words="1. Đăng tải"),
        GRID,
        CHART,
    ),
    foot=Foot(
        title="Nơi nhận:",
        recipients=("Như trên", "Lưu: VT, VP"),
        authority=("KT. Giám đốc", "Phó Giám đốc"),
        signer="Nguyễn Văn A",
    ),
    annexes=(
        Annex(name="Phụ lục", title=("NHẬT KÝ",), reference="(Kèm theo Báo cáo)", grid=GRID),
        Annex(name="Phụ lục II", title=("NHẬT KÝ",), reference="", grid=GRID),
    ),
)


GOLDEN = {
    "pdf": "08d23fc8b2d3e9d5",
    "docx": "e972cc73770654b5",
    "xlsx": "e334c59226f475a8",
    "png": "bd64f4add904b813",
}


def made() -> dict[str, bytes]:
    return {
        "pdf": to_pdf(DOCUMENT),
        "docx": to_docx(DOCUMENT),
        "xlsx": to_xlsx([TABLE], "vi", MOMENT, drawn=[CHART.table]),
        "png": to_picture(CHART),
    }


def test_the_documents_are_those_that_were_looked_at() -> None:
    packed = {"docx", "xlsx"}
    found = {k: sha_of_parts(v) if k in packed else sha(v) for k, v in made().items()}
    assert found == GOLDEN


def test_the_same_document_gives_the_same_bytes() -> None:
    assert made() == made()


def test_a_packed_file_tells_no_hour_but_its_own() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(DOCUMENT))) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = packed.read("docProps/core.xml").decode()
    assert set(re.findall(r"W3CDTF\">([^<]+)<", core)) == {"2022-12-16T01:02:03Z"}


def test_repacking_keeps_every_part() -> None:
    old = to_docx(DOCUMENT)
    new = repacked(old, MOMENT + timedelta(days=1))
    names = [zipfile.ZipFile(io.BytesIO(packed)).namelist() for packed in (old, new)]
    assert names[0] == names[1]
    assert old != new


@pytest.mark.parametrize("document", [DOCUMENT, replace(DOCUMENT, head=None, blocks=(), foot=None)])
def test_each_section_of_the_word_file_has_one_page_number_and_its_own_paper(
    document: Document,
) -> None:
    word = docx.Document(io.BytesIO(to_docx(document)))
    sizes = [
        tuple(round((side or Mm(0)).mm) for side in (s.page_width, s.page_height))
        for s in word.sections
    ]
    assert sizes == [(210, 297)] * bool(document.head) + [(297, 210)] * 2
    for section in word.sections:
        fields = [e.text for e in section.header._element.iter(f"{WORD}instrText")]
        assert fields == [" PAGE "]
        starts = [e.get(f"{WORD}start") for e in section._sectPr.iter(f"{WORD}pgNumType")]
        assert starts == ["1"]
        assert section.different_first_page_header_footer


WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ORDER = {
    "pPr": "pStyle keepNext keepLines pBdr shd tabs spacing ind contextualSpacing jc rPr sectPr",
    "tblPr": "tblStyle tblW jc tblInd tblBorders shd tblLayout tblCellMar tblLook",
    "trPr": "cantSplit tblHeader",
    "tcPr": "tcW gridSpan vMerge tcBorders shd vAlign",
    "sectPr": "headerReference footerReference type pgSz pgMar pgNumType cols titlePg docGrid",
}
"""The order that ECMA-376 asks of the children; Word calls a file damaged that has another."""


def test_word_finds_everything_in_its_order() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(DOCUMENT))) as packed:
        tree = ET.fromstring(packed.read("word/document.xml"))
    for parent, order in ORDER.items():
        for found in tree.iter(f"{WORD}{parent}"):
            names = [child.tag.removeprefix(WORD) for child in found]
            places = [order.split().index(name) for name in names]
            assert places == sorted(places), (parent, names)
            assert len({*names} - {"headerReference"}) == len(
                [name for name in names if name != "headerReference"]
            )


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_another_word_is_another_file(ending: str) -> None:
    other = replace(DOCUMENT, blocks=(Paragraph(words="Khác."),))
    write = {"pdf": to_pdf, "docx": to_docx}[ending]
    assert write(other) != write(DOCUMENT)


if __name__ == "__main__":
    for name, content in made().items():
        Path(sys.argv[1], f"golden.{name}").write_bytes(content)
