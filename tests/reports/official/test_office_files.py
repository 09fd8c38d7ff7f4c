"""Word and Excel files by the rules of ECMA-376 that both programs insist on, and in LibreOffice where there is one."""

from __future__ import annotations

import io
import posixpath
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pypdfium2
import pytest

from tests.reports.official.office_month import Month

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("month")]
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
OFFICE = "soffice"

Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def word(stormy_month: Month) -> Parts:
    return parts(stormy_month.file("a.docx"))


@pytest.fixture(scope="module")
def excel(stormy_month: Month) -> Parts:
    return parts(stormy_month.file("a.xlsx"))


@pytest.fixture(params=["word", "excel"])
def package(request: pytest.FixtureRequest) -> Parts:
    found: Parts = request.getfixturevalue(request.param)
    return found


def parts(packed: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        assert len(names) == len({name.casefold() for name in names})
        return {name: opened.read(name) for name in names}


def trees(package: Parts) -> Iterator[tuple[str, ET.Element]]:
    for name, content in package.items():
        if name.endswith((".xml", ".rels")):
            yield name, ET.fromstring(content)


def test_every_part_is_well_formed_and_has_a_type(package: Parts) -> None:
    types = dict(trees(package))["[Content_Types].xml"]
    endings = {e.get("Extension") for e in types.iter(f"{TYPES}Default")}
    named = {(e.get("PartName") or "").lstrip("/") for e in types.iter(f"{TYPES}Override")}
    assert named <= set(package), "a type for a part that is not there"
    for name in package:
        assert name in named or name.rpartition(".")[2] in endings, name


def test_every_relation_leads_to_a_part_and_has_an_id_of_its_own(package: Parts) -> None:
    for name, tree in trees(package):
        if name.endswith(".rels"):
            relations = list(tree.iter(RELATION))
            assert len({r.get("Id") for r in relations}) == len(relations)
            inside = [r.get("Target") or "" for r in relations if r.get("TargetMode") != "External"]
            assert {target(name, each) for each in inside} <= set(package), name


def target(rels: str, to: str) -> str:
    """The part that a relation in `rels` leads to."""
    if to.startswith("/"):
        return to.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(posixpath.dirname(rels)), to))


def test_every_relation_that_a_part_names_is_there(package: Parts) -> None:
    for name, content in package.items():
        folder, _, file = name.rpartition("/")
        wanted = set(re.findall(rb"r:(?:id|embed|link|pict)=\"([^\"]+)\"", content))
        if wanted:
            known = {r.get("Id") for r in ET.fromstring(package[f"{folder}/_rels/{file}.rels"])}
            assert {each.decode() for each in wanted} <= known, name


def test_word_finds_every_style_that_is_used(word: Parts) -> None:
    styles = ET.fromstring(word["word/styles.xml"])
    known = {style.get(f"{WORD}styleId") for style in styles.iter(f"{WORD}style")}
    for name, tree in trees(word):
        if name.startswith("word/"):
            for tag in ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link"):
                used = {style.get(f"{WORD}val") for style in tree.iter(f"{WORD}{tag}")}
                assert used <= known, (name, tag)


def test_word_checks_the_spelling_of_vietnamese(word: Parts) -> None:
    languages = ET.fromstring(word["word/styles.xml"]).iter(f"{WORD}lang")
    assert {language.get(f"{WORD}val") for language in languages} == {"vi-VN"}
    (zoom,) = ET.fromstring(word["word/settings.xml"]).iter(f"{WORD}zoom")
    assert zoom.get(f"{WORD}percent") == "100"


def test_every_table_has_its_columns_and_every_cell_ends_with_a_paragraph(word: Parts) -> None:
    body = ET.fromstring(word["word/document.xml"])
    tables = list(body.iter(f"{WORD}tbl"))
    assert len(tables) > 8
    for table in tables:
        columns = len(list(table.iterfind(f"{WORD}tblGrid/{WORD}gridCol")))
        rows = table.findall(f"{WORD}tr")
        assert rows
        assert {len(row.findall(f"{WORD}tc")) for row in rows} == {columns}
        for cell in table.iter(f"{WORD}tc"):
            assert cell[-1].tag == f"{WORD}p"
    after = [
        following.tag
        for one, following in zip(body[0], body[0][1:], strict=False)
        if one.tag == f"{WORD}tbl"
    ]
    assert f"{WORD}tbl" not in after, "Word makes one table of two that touch"


def test_every_drawing_has_an_id_of_its_own_and_words_for_who_cannot_see_it(word: Parts) -> None:
    drawn = list(ET.fromstring(word["word/document.xml"]).iter(DRAWN))
    assert drawn
    assert len({each.get("id") for each in drawn}) == len(drawn)
    assert all((each.get("descr") or "").startswith("Biểu đồ 1.") for each in drawn)


def test_the_workbook_has_one_chart_of_its_own(excel: Parts) -> None:
    charts = [tree for name, tree in trees(excel) if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
    (chart,) = charts
    assert [f.text for f in chart.iter(f"{CHART}f")] == [
        "'Biểu đồ 1. Số lượt xem theo chủ'!$A$2:$A$13",
        "'Biểu đồ 1. Số lượt xem theo chủ'!$B$2:$B$13",
    ]


@pytest.mark.skipif(
    not shutil.which(OFFICE),
    reason="no soffice here: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui",
)
@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_libreoffice_opens_it(stormy_month: Month, tmp_path: Path, ending: str) -> None:
    source = tmp_path / f"bao-cao.{ending}"
    source.write_bytes(stormy_month.file(f"a.{ending}"))
    typed = (OFFICE, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless")
    subprocess.run(
        [*typed, "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    document = pypdfium2.PdfDocument((tmp_path / "bao-cao.pdf").read_bytes())
    text = " ".join(page.get_textpage().get_text_bounded() for page in document)
    planned = stormy_month.select(
        "SELECT COUNT(*) FROM delivery WHERE action = 'publish' AND state <> 'cancelled'"
    )
    assert "Trang thông tin điện tử" in text
    assert f"{planned[0][0]}" in text
    assert "Kết quả triển khai" in text or ending == "xlsx"
    document.close()
