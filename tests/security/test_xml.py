"""The only XML that comes in is inside the calendars of staff, .xlsx and .docx: it opens no file, and nothing explodes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach.content.editorial.sheets import LARGEST, LARGEST_UNPACKED, read_sheets
from outreach.content.findings import Refused

WORDS = "ngay-hoi"


def spreadsheet(at: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("Lịch", 0)["A1"] = WORDS
    book.save(at / "lich.xlsx")
    return at / "lich.xlsx"


def document(at: Path) -> Path:
    import docx

    word = docx.Document()
    word.add_table(1, 1).cell(0, 0).text = WORDS
    word.save(str(at / "lich.docx"))
    return at / "lich.docx"


def with_entity(file: Path, declared: str) -> None:
    """Put a document type before the part that holds the words, and let the words be its entity."""
    packed = io.BytesIO(file.read_bytes())
    changed = 0
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode("utf-8", "surrogateescape")
            if WORDS in content:
                root = re.search(r"<([A-Za-z][\w:]*)[ >]", content)
                assert root
                kind = f"<!DOCTYPE {root[1]} [{declared}]>"
                content = content[: root.start()] + kind + content[root.start() :]
                content = content.replace(WORDS, "&x;")
                changed += 1
            new.writestr(name, content.encode("utf-8", "surrogateescape"))
    assert changed == 1


def read(file: Path) -> str:
    try:
        sheets = read_sheets(file)
    except Refused:
        return "refused"
    return " ".join(cell.words for sheet in sheets for row in sheet.rows for cell in row)


@pytest.mark.parametrize("make", [spreadsheet, document])
def test_without_an_entity_the_words_arrive(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert WORDS in read(make(tmp_path))


@pytest.mark.asvs("1.5.1", "An entity in a calendar opens no file")
@pytest.mark.parametrize("make", [spreadsheet, document])
def test_no_entity_opens_a_file(make: Callable[[Path], Path], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim", "ascii")
    file = make(tmp_path)
    with_entity(file, f'<!ENTITY x SYSTEM "{(tmp_path / "secret").as_uri()}">')
    assert "geheim" not in read(file)


@pytest.mark.asvs("1.5.1", "Entities in a calendar do not multiply")
@pytest.mark.parametrize("make", [spreadsheet, document])
def test_no_entity_multiplies(make: Callable[[Path], Path], tmp_path: Path) -> None:
    file = make(tmp_path)
    steps = [f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 12)]
    with_entity(file, '<!ENTITY x0 "aaaaaaaaaa">' + "".join(steps) + '<!ENTITY x "&x11;">')
    assert len(read(file)) < 100_000


@pytest.mark.asvs("5.2.3", "A packed calendar is measured before it is unpacked")
@pytest.mark.parametrize("make", [spreadsheet, document])
def test_a_packed_bomb_is_not_unpacked(make: Callable[[Path], Path], tmp_path: Path) -> None:
    file = make(tmp_path)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/bomb.bin", bytes(LARGEST_UNPACKED))
    assert file.stat().st_size < LARGEST
    with pytest.raises(Refused) as refused:
        read_sheets(file)
    assert refused.value.code == "file-too-large"
