"""`outreach art` writes files and tells what is hard to read; a printed banner lives from its file to its proof."""

from __future__ import annotations

import re
import sys
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from outreach.cli.exit_codes import ExitCode
from outreach.typesetting import press
from tests.cli.conftest import Office, run

BANNER = """---
title: Treo băng rôn
kind: banner
channels: [in-person]
slogan: "*Bình đẳng giới* là chìa khóa để xóa bỏ bạo lực"
size: 8 x 0.8 m
unit: Văn phòng
maker: Văn phòng Sở
places: [Cổng chính, Hội trường]
from: {first}
until: {last}
---
Treo chắc chắn.
"""


@pytest.fixture
def hung(office: Office) -> Office:
    """The office with one printed banner, and cards."""
    first = date.fromisoformat(office.window_start)
    banner = BANNER.format(first=first, last=first + timedelta(days=9))
    (office.messages / "bang-ron.md").write_text(banner, "utf-8")
    campaign = office.messages / "campaign.toml"
    campaign.write_text("cards = true\n" + campaign.read_text("utf-8"), "utf-8")
    return office


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_one_message_in_one_format_and_theme(hung: Office) -> None:
    said = run("art", "bang-ron", "--format", "8x0.8m", "--theme", "modern", "--out", "in")
    assert said.code is ExitCode.OK, said.err
    assert names(hung.folder / "in" / "bang-ron") == {"8x0.8m-modern-1-10.pdf"}
    reader = PdfReader(hung.folder / "in" / "bang-ron" / "8x0.8m-modern-1-10.pdf")
    assert "chìa khóa" in reader.pages[0].extract_text().replace("\xa0", " ")


def test_any_text_becomes_artwork_in_inks(hung: Office) -> None:
    typed = ("art", "--text", "Chung *tay*", "--format", "3x1m", "--print", "cmyk")
    assert run(*typed).code is ExitCode.OK
    (made,) = (hung.folder / "state" / "artwork").rglob("*.pdf")
    assert made.parent.name == "slogan"
    assert b"/DeviceRGB" not in made.read_bytes()


def test_all_of_it_and_one_sheet_for_the_director(hung: Office) -> None:
    said = run("art", "--all", "--out", "tat-ca", "--format", "facebook", "--format", "0.8x2m")
    assert said.code is ExitCode.OK, said.err
    made = hung.folder / "tat-ca"
    assert names(made) == {
        *("contact-sheet.pdf", "contact-sheet.png"),
        *("bang-ron", "loi-chao", "noi-chuyen-truc-tiep"),
    }
    assert names(made / "bang-ron") == {
        *("facebook-state.png", "facebook-modern.png"),
        *("0.8x2m-state-1-1.pdf", "0.8x2m-modern-1-1.pdf"),
    }
    text = PdfReader(made / "contact-sheet.pdf").pages[0].extract_text()
    assert "Treo băng rôn" in text.replace("\xa0", " ")
    with Image.open(BytesIO((made / "contact-sheet.png").read_bytes())) as sheet:
        assert sheet.width == 1800


def test_what_is_hard_to_read_is_told(hung: Office) -> None:
    long = "Bình đẳng giới là thước đo của sự văn minh và tiến bộ " * 5
    said = run("art", "--text", long, "--format", "facebook")
    assert said.code is ExitCode.FOUND_PROBLEMS
    assert "the slogan is set in" in said.err


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((), "Say what to make"),
        (("bang-ron", "--all"), "Say what to make"),
        (("bang-ro",), "There is no message “bang-ro”"),
        (("bang-ron", "--format", "9x9m"), "There is no format “9x9m”"),
        (("bang-ron", "--theme", "pink"), "There is no theme “pink”"),
        (("--all", "--campaign", "none"), "There is no campaign “none”"),
    ],
)
def test_mistakes_are_answered(hung: Office, typed: tuple[str, ...], said: str) -> None:
    answer = run("art", *typed)
    assert answer.code is ExitCode.BAD_INPUT
    assert said in answer.err


@pytest.mark.parametrize("missing", press.LIBRARIES)
def test_without_the_extra_every_command_says_what_to_install_and_posting_goes_on(
    hung: Office, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = hung.messages / "campaign.toml"
    campaign.write_text(campaign.read_text("utf-8") + '\n[art]\npage = "https://so.vn/"\n', "utf-8")
    there = [library for library in press.LIBRARIES if library != missing]
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(press, "find_spec", lambda name: name in there or None)
    refused, applied = run("art", "--all"), run("apply")
    assert refused.code is ExitCode.BAD_INPUT
    assert "pip install 'outreach[art]'" in refused.err
    assert "pip install 'outreach[art]'" in applied.out + applied.err
    assert {row["message"] for row in hung.deliveries()} >= {"bang-ron", "loi-chao"}


def test_a_printed_banner_lives_from_its_file_to_its_proof(hung: Office) -> None:
    """Artwork, the sheet to hang it, a photo, the sheet to take it down, another photo; the log has it all."""
    assert run("apply").code is ExitCode.OK
    up, down = (row for row in hung.deliveries() if row["message"] == "bang-ron")
    photo = hung.folder / "anh.jpg"
    photo.write_bytes(b"\xff\xd8\xff photo")
    for row in (up, down):
        hung.work(datetime.fromisoformat(row["due"]) + timedelta(minutes=1))
        done = run("done", str(row["id"]), "--by", "An", "--photo", str(photo))
        assert done.code is ExitCode.OK, done.err
    sheets = {f.name.split("-thang")[0]: f for f in hung.folder.rglob("bang-ron*.html")}
    to_hang = next(f.read_text("utf-8") for n, f in sheets.items() if "take-down" not in n)
    to_take_down = next(f.read_text("utf-8") for n, f in sheets.items() if "take-down" in n)
    for sheet in (to_hang, to_take_down):
        assert "Cổng chính" in sheet
        assert "8 x 0.8 m" in sheet
        assert "Văn phòng" in sheet
    assert '<img src="media/' in to_hang
    typed = re.findall(r"<code>outreach (art [^<]+)</code>", to_hang)[0].split()
    assert run(*typed, "--theme", "state", "--out", "nha-in").code is ExitCode.OK
    assert names(hung.folder / "nha-in" / "bang-ron") == {"8x0.8m-state-1-10.pdf"}
    states = {r["action"]: r["state"] for r in hung.deliveries() if r["message"] == "bang-ron"}
    assert states == {"publish": "published", "withdraw": "withdrawn"}
    assert run("show", str(up["id"])).out.count("anh.jpg")
