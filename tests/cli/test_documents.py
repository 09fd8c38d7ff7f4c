"""`outreach report`, `import` and `export` as people type them."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import Workbook, load_workbook

from outreach.cli.exit_codes import ExitCode
from tests.cli.conftest import CAMPAIGN, Office, run


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation without a package."""

    def leave_out(*names: str) -> None:
        for name in names:
            for loaded in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
                monkeypatch.delitem(sys.modules, loaded)
            monkeypatch.setitem(sys.modules, name, None)

    return leave_out


@pytest.mark.parametrize(
    ("package", "file"), [("typst", "a.pdf"), ("docx", "a.docx"), ("openpyxl", "a.xlsx")]
)
def test_without_the_extra_one_sentence_says_what_to_install(
    office: Office, without: Any, package: str, file: str
) -> None:
    run("apply")
    without(package)
    said = run("report", "final", "--out", file)
    assert said.code is ExitCode.BAD_INPUT
    assert said.err.splitlines() == [
        f"This needs the optional part “report”, which is not installed ({package} is missing).",
        "→ Run: pip install 'outreach[report]'. Everything else works without it.",
    ]
    assert not Path(file).exists()
    assert run("report", "final").code is ExitCode.OK
    assert run("report", "queue", "--format", "csv").code is ExitCode.OK


def test_the_ending_tells_the_format(office: Office) -> None:
    run("apply")
    names = ("a.docx", "a.pdf", "a.xlsx", "a.csv", "a.html", "a.json", "a.txt")
    said = run("report", "final", *[word for name in names for word in ("--out", name)])
    assert said.code is ExitCode.OK
    starts = [(office.folder / name).read_bytes()[:4] for name in names]
    assert starts[:4] == [b"PK\x03\x04", b"%PDF", b"PK\x03\x04", b"\xef\xbb\xbfI"]
    assert starts[4:6] == [b"<tab", b"[\n  "]


def test_a_document_is_not_thrown_onto_the_screen(office: Office) -> None:
    said = run("report", "final", "--format", "pdf")
    assert said.code is ExitCode.BAD_INPUT
    assert "--out final.pdf" in said.err


def test_a_report_that_is_no_document_says_which_are(office: Office) -> None:
    said = run("report", "queue", "--out", "a.docx")
    assert said.code is ExitCode.BAD_INPUT
    assert "final, weekly, plan" in said.err


@pytest.mark.parametrize(
    "part", [("--state", "published"), ("--since", "2h"), ("--channel", "so-website")]
)
def test_a_document_is_about_the_whole(office: Office, part: tuple[str, str]) -> None:
    said = run("report", "final", *part)
    assert (said.code, "whole campaign" in said.err) == (ExitCode.BAD_INPUT, True)


def test_a_day_that_is_none_is_refused(office: Office) -> None:
    said = run("report", "weekly", "--day", "32/13/2022")
    assert (said.code, "→" in said.err) == (ExitCode.BAD_INPUT, True)


def test_a_campaign_without_a_table_of_its_own_can_be_reported(office: Office) -> None:
    """No `[report]`, nothing published, no log: what is not known is left out."""
    said = run("report", "final", "--out", "a.docx", "--out", "a.pdf", "--out", "a.xlsx")
    assert said.code is ExitCode.OK, said.err
    text = "\n".join(p.text for p in docx.Document(str(office.folder / "a.docx")).paragraphs)
    assert "REPORT" in text
    assert "II." not in text


def test_a_week_that_is_still_to_come_is_open(office: Office) -> None:
    run("apply")
    said = run("report", "weekly", "--day", office.window_start, "--out", "a.docx")
    assert said.code is ExitCode.OK
    text = "\n".join(p.text for p in docx.Document(str(office.folder / "a.docx")).paragraphs)
    assert "published 0 of" in text
    assert "Still open:" in text
    assert "were on time" not in text


def test_files_with_mistakes_are_not_missed_unseen(office: Office) -> None:
    run("apply")
    office.write("loi", at=f"{office.window_start} 15:00", more="results: nhiều\n")
    said = run("report", "final", "--out", "a.docx")
    assert said.code is ExitCode.OK
    assert f"Some files of {CAMPAIGN} have mistakes" in said.err


def form(folder: Path, *paragraphs: str) -> str:
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    document.save(str(folder / "mau.docx"))
    return "mau.docx"


def test_an_offices_own_form_is_filled_in(office: Office) -> None:
    run("apply")
    mine = form(
        office.folder,
        "{{ office }}: {{ online_done }}/{{ online_planned }} & {{ title }}",
        "{% for row in channels %}{{ row.name }}={{ row.planned }};{% endfor %}",
    )
    assert run("report", "final", "--form", mine, "--out", "a.docx").code is ExitCode.OK
    first, second = docx.Document(str(office.folder / "a.docx")).paragraphs[:2]
    planned = len([d for d in office.deliveries() if d["channel"] != "truc-tiep"])
    assert f"0/{planned} & REPORT" in first.text
    assert second.text.endswith(f"Total={planned};")


def test_a_table_of_a_form_has_a_row_per_channel(office: Office) -> None:
    run("apply")
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    table.cell(0, 0).text = "{%tr for row in channels %}"
    table.cell(1, 0).text, table.cell(1, 1).text = "{{ row.name }}", "{{ row.planned }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    document.save("mau.docx")
    assert run("report", "final", "--form", "mau.docx", "--out", "a.docx").code is ExitCode.OK
    rows = docx.Document(str(office.folder / "a.docx")).tables[0].rows
    assert [row.cells[0].text for row in rows] == ["so-website", "Total"]


@pytest.mark.parametrize(
    "words", ["{{ nobody_knows_this }}", "{% for %}", "{{ ''.__class__.mro() }}"]
)
def test_a_form_that_cannot_be_filled_in_is_explained(office: Office, words: str) -> None:
    said = run("report", "final", "--form", form(office.folder, words), "--out", "a.docx")
    assert said.code is ExitCode.BAD_INPUT
    assert "mau.docx cannot be filled in" in said.err
    assert "online_done" in said.err
    assert not Path("a.docx").exists()


def test_a_form_that_is_no_word_file_is_explained(office: Office) -> None:
    Path("mau.docx").write_text("no form")
    said = run("report", "final", "--form", "mau.docx", "--out", "a.docx")
    assert (said.code, "cannot be filled in" in said.err) == (ExitCode.BAD_INPUT, True)


def calendar(folder: Path, *rows: list[Any]) -> str:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Ngày", "Giờ", "Tiêu đề", "Nội dung", "Kênh"])
    for row in rows:
        sheet.append(row)
    book.save(folder / "lich.xlsx")
    return "lich.xlsx"


def test_an_import_shows_first_and_writes_only_when_asked(office: Office) -> None:
    day = f"{office.window_start[8:]}/{office.window_start[5:7]}/{office.window_start[:4]}"
    file = calendar(office.folder, [day, "10:00", "Tin mới", "Xin chào.", "website"])
    before = sorted(office.messages.iterdir())
    shown = run("import", file)
    assert shown.code is ExitCode.OK
    assert "tin-moi.md (from Sheet!A2)" in shown.out
    assert "--write" in shown.err
    assert sorted(office.messages.iterdir()) == before
    assert run("import", file, "--write").code is ExitCode.OK
    assert (office.messages / "tin-moi.md").read_text("utf-8") == (
        f"---\ntitle: Tin mới\nchannels: [website]\nat: {office.window_start} 10:00\n---\nXin chào.\n"
    )
    assert run("check").code is ExitCode.OK
    again = run("import", file, "--write")
    assert "lich.xlsx:Sheet!C2: warning: There is a message “tin-moi” already" in again.out


def test_nothing_is_written_while_there_is_a_mistake(office: Office) -> None:
    file = calendar(
        office.folder,
        ["15/11/2022", "10:00", "Tin đúng", "a", "website"],
        ["15/11/2022", "10:00", "Tin sai", "a", "đài phát thanh"],
    )
    said = run("import", file, "--write")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert "lich.xlsx:Sheet!E3: error:" in said.out
    assert not (office.messages / "tin-dung.md").exists()


def test_the_exported_calendar_is_what_import_reads(office: Office) -> None:
    run("apply")
    office.write("tin-toi", at=f"{office.window_start} 15:00")
    said = run(
        "export", "--out", "lich.xlsx", "--out", "lich.ics", "--out", "lich.csv", language="vi"
    )
    assert said.code is ExitCode.OK, said.err
    assert Path("lich.ics").read_bytes().startswith(b"BEGIN:VCALENDAR")
    back = run("import", "lich.xlsx")
    assert (back.code, "already there and left alone: 0" in back.out) == (ExitCode.OK, False)
    text = (office.messages / "tin-toi.md").read_text("utf-8")
    (office.messages / "tin-toi.md").unlink()
    for file in ("lich.xlsx", "lich.csv"):
        assert run("import", file, "--write").code is ExitCode.OK
        new = (office.messages / "tin-toi.md").read_text("utf-8")
        assert [line for line in text.splitlines() if line.startswith(("title", "at"))] == [
            line for line in new.splitlines() if line.startswith(("title", "at"))
        ]
        (office.messages / "tin-toi.md").unlink()


def test_no_cell_of_a_workbook_is_a_formula(office: Office) -> None:
    for number, start in enumerate("=+-@"):
        office.write(f"tin-{number}", at=f"{office.window_start} 1{number}:00")
        file = office.messages / f"tin-{number}.md"
        file.write_text(
            file.read_text("utf-8").replace(f"title: Tin tin-{number}", f'title: "{start}1+1"'),
            "utf-8",
        )
    assert run("export", "--out", "lich.xlsx", "--out", "lich.csv").code is ExitCode.OK
    sheet = load_workbook("lich.xlsx").worksheets[0]
    titles = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.column == 3]
    assert {"=1+1", "+1+1", "-1+1", "@1+1"} <= {str(cell.value) for cell in titles}
    assert {cell.data_type for cell in titles} == {"s"}
    with zipfile.ZipFile(io.BytesIO(Path("lich.xlsx").read_bytes())) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")
    lines = Path("lich.csv").read_text("utf-8").splitlines()
    assert sum(",'=1+1," in line or ",'+1+1," in line for line in lines) == 2


def test_of_several_campaigns_one_must_be_named(office: Office) -> None:
    second = office.folder / "messages" / "thang-khac"
    second.mkdir()
    (second / "campaign.toml").write_bytes((office.messages / "campaign.toml").read_bytes())
    file = calendar(office.folder)
    said = run("import", file)
    assert (said.code, CAMPAIGN in said.err) == (ExitCode.BAD_INPUT, True)


def test_an_export_into_an_unknown_format_is_refused(office: Office) -> None:
    said = run("export", "--out", "lich.pdf")
    assert (said.code, ".xlsx" in said.err) == (ExitCode.BAD_INPUT, True)
