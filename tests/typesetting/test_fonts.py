"""The fonts that we ship draw every Vietnamese letter, and their licences come with them."""

from __future__ import annotations

import unicodedata

import pytest

from outreach.typesetting.fonts import DISPLAY, FOLDER, face, fingerprint

BASES = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = {unicodedata.normalize("NFC", base + tone) for base in BASES for tone in TONES} | {
    "đ",
    "₫",
}


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.ttf")))
def test_every_face_draws_every_letter(name: str) -> None:
    known = face(name)
    assert len(LETTERS) == 74
    assert not [letter for letter in LETTERS if not known.has(letter)]
    assert not [letter for letter in LETTERS if not known.has(letter.upper())]
    assert not [sign for sign in "0123456789 .,;:!?()“”–…·/%&@#+" if not known.has(sign)]


@pytest.mark.parametrize("letter", ["漢", "🙂", "☎", "✓"])
def test_what_a_face_cannot_draw_is_known(letter: str) -> None:
    assert not face(DISPLAY).has(letter)


def test_widths_are_parts_of_the_size() -> None:
    assert face(DISPLAY).width("MM") == pytest.approx(2 * face(DISPLAY).width("M"))
    assert 0.2 < face(DISPLAY).width("i") < face(DISPLAY).width("M") < 1.2


def test_nine_faces_come_with_their_licences_and_weigh_little() -> None:
    faces = list(FOLDER.glob("*.ttf"))
    assert len(faces) == 9
    assert sum(file.stat().st_size for file in faces) < 400_000
    for licence in ("OFL-BeVietnamPro.txt", "OFL-Tinos.txt"):
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FOLDER / licence).read_text("utf-8")
    assert len(fingerprint()) == 64
