"""What one command each makes of the state that `make demo` leaves: the very pages that people have looked at."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.art import golden as artwork
from tests.reports.official import golden
from tests.reports.official.office_month import CAMPAIGN, HERE, Month


@pytest.mark.slow
@pytest.mark.xdist_group("month")
@pytest.mark.parametrize("name", golden.COMMANDS)
def test_the_documents_are_those_that_were_looked_at(stormy_month: Month, name: str) -> None:
    """On any day, in any folder and time zone: whoever reads the same log has the same document."""
    known = golden.known()
    found = golden.hashes(stormy_month, name)
    assert found == {file: known[file] for file in found}


def test_every_known_document_is_made() -> None:
    endings = {name: golden.ENDINGS.get(name, ("pdf", "docx", "xlsx")) for name in golden.COMMANDS}
    assert set(golden.known()) == {
        f"{name}.{end}" for name, ends in endings.items() for end in ends
    }


@pytest.mark.slow
@pytest.mark.xdist_group("month")
def test_the_whole_artwork_is_what_was_looked_at(stormy_month: Month) -> None:
    folder = stormy_month.folder / "an-pham"
    said = stormy_month.run("art", "--all", "--out", str(folder))
    assert "72 ấn phẩm" in said.out
    made = {name(file, folder): artwork.hash_of(file.read_bytes()) for file in folder.glob("*/*")}
    assert made == artwork.known_hashes()
    assert {file.name for file in folder.glob("*.*")} == {"contact-sheet.pdf", "contact-sheet.png"}


def name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix().removesuffix(file.suffix)


def test_this_is_the_month_that_the_demonstration_rehearses() -> None:
    makefile = (HERE / "Makefile").read_text("utf-8")
    said = dict(re.findall(r"^(\w+) [:?]= (.*)$", makefile, re.MULTILINE))
    assert said["CAMPAIGN"] == CAMPAIGN
    assert said["FAULTS"] == str(golden.FAULTS)
    assert said["DEMO"].startswith("--config config.example.toml rehearse $(CAMPAIGN)")
