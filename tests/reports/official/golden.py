"""What the documents of `make demo`'s month look like, as hashes: `python -m tests.reports.official.golden FOLDER` writes them anew.

It leaves the documents in FOLDER, and each of their pages as a picture, to be looked at before the new hashes are kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pypdfium2
from PIL import Image

from tests.reports.official.office_month import Month

GOLDEN = Path(__file__).with_name("golden.json")
FAULTS = 7
"""The seed of the faults that `make demo` rehearses."""

SCALE, LOOKED_AT = 0.5, 1.5
"""Pixels per point of the pages that are hashed, and of those that people look at."""

Hashes = dict[str, str | list[str]]

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "final": ("report", "final"),
    "weekly": ("report", "weekly", "--day", "2022-11-30"),
    "plan": ("report", "plan"),
    "english": ("report", "final"),
}
ENDINGS = {"english": ("pdf",)}


def write(month: Month, name: str) -> list[str]:
    """Have one document written in every format, by one command; its files."""
    files = [f"{name}.{ending}" for ending in ENDINGS.get(name, ("pdf", "docx", "xlsx"))]
    month.write(files, *COMMANDS[name], language="en" if name == "english" else "vi")
    return files


def pages(pdf: bytes, scale: float) -> Iterator[Image.Image]:
    """Each page as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        yield page.render(scale=scale).to_pil()
    document.close()


def sha(content: bytes) -> str:
    """Enough of a hash to tell documents apart."""
    return hashlib.sha256(content).hexdigest()[:16]


def sha_of_parts(packed: bytes) -> str:
    """Of a Word or Excel file the parts alone: how they are compressed depends on the machine's zlib."""
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        parts = [(name, sha(opened.read(name))) for name in opened.namelist()]
    return sha(repr(parts).encode())


def hashes(month: Month, name: str) -> Hashes:
    """Of each file its bytes, and of a PDF each page as well."""
    found: Hashes = {}
    for file in write(month, name):
        content = month.file(file)
        if file.endswith(".pdf"):
            found[file] = [sha(content), *(sha(p.tobytes()) for p in pages(content, SCALE))]
        else:
            found[file] = sha_of_parts(content)
    return found


def known() -> Hashes:
    """Those of the pages that people have looked at."""
    found: Hashes = json.loads(GOLDEN.read_text("utf-8"))
    return found


def _draw(folder: Path) -> None:
    for pdf in folder.glob("*.pdf"):
        for number, page in enumerate(pages(pdf.read_bytes(), LOOKED_AT), start=1):
            page.save(folder / f"{pdf.stem}-{number:02}.png")


if __name__ == "__main__":
    made = Month.rehearse(Path(sys.argv[1]), faults=FAULTS)
    every = {file: each for name in COMMANDS for file, each in hashes(made, name).items()}
    GOLDEN.write_text(json.dumps(every, indent=1) + "\n", "utf-8")
    _draw(made.folder)
    sys.stdout.write(f"{GOLDEN}\n{made.folder}\n")
