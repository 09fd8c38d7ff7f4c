"""From a file's bytes to clean text: UTF-8 only, NFC, lines end in one newline, nothing invisible that could harm."""

from __future__ import annotations

import re
import unicodedata

from outreach.content.findings import Refused
from outreach.domain.problem import Place
from outreach.domain.text import Text

_SAVE_AS_UTF8 = Text(
    "Save the file as UTF-8. Notepad: File, Save as, Encoding: UTF-8. Word: Save as, Plain text (.txt), Unicode (UTF-8)."
)
_OTHER_FORMATS = {
    b"PK\x03\x04": Text("a Word document or another packed file"),
    b"\xd0\xcf\x11\xe0": Text("an old Word document"),
    b"{\\rtf": Text("a formatted (RTF) document"),
    b"%PDF": Text("a PDF document"),
    b"\x89PNG": Text("a picture"),
    b"\xff\xd8\xff": Text("a picture"),
    b"GIF8": Text("a picture"),
}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BREAKS = re.compile("\r\n?|\x85|\u2028|\u2029")
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


def decode(data: bytes) -> str:
    """The text of a file; raises `Refused` with the line and column of the first byte that cannot be taken."""
    _refuse_other_formats(data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _at(
            data[: error.start].decode("utf-8", "replace"),
            "not-utf8",
            Text(
                "The file is not saved as UTF-8 (byte {byte}).", byte=f"0x{data[error.start]:02x}"
            ),
            _SAVE_AS_UTF8,
        ) from None
    text = unicodedata.normalize("NFC", _BREAKS.sub("\n", text))
    if harmful := _HARMFUL.search(text):
        raise _harmful(text, harmful)
    return text


def position(text: str, offset: int, *, start: Place) -> Place:
    """The place of `offset` in a text whose first character stands at `start` (further lines begin in column 1)."""
    line = text.count("\n", 0, offset)
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return Place(
        file=start.file, line=start.line + line, column=column if line else start.column + offset
    )


def _refuse_other_formats(data: bytes) -> None:
    if data.startswith(_UTF16) or _looks_like_utf16(data):
        raise Refused(
            "utf16", Text("The file is saved as UTF-16 (“Unicode” in old programs)."), _SAVE_AS_UTF8
        )
    for magic, name in _OTHER_FORMATS.items():
        if data.startswith(magic):
            raise Refused(
                "other-format",
                Text("The file is {format}, not a plain text.", format=name),
                Text("Copy its text into a plain text file ending in .md and save it as UTF-8."),
            )


def _looks_like_utf16(data: bytes) -> bool:
    head = data[:512]
    zeros = max(head[0::2].count(0), head[1::2].count(0))
    return (
        len(head) >= 8
        and min(head[0::2].count(0), head[1::2].count(0)) == 0
        and zeros * 5 > len(head)
    )


def _harmful(text: str, found: re.Match[str]) -> Refused:
    character = found.group()
    if character == "\0":
        what = Text("The file holds a NUL character; it is damaged or not a text.")
        return _at(
            text[: found.start()],
            "nul",
            what,
            Text("Restore the file from a copy, or write it anew."),
        )
    what = Text("There is an invisible control character (U+{code}).", code=f"{ord(character):04X}")
    mend = Text("Delete it: remove the characters around this spot and type them again.")
    return _at(text[: found.start()], "control-character", what, mend)


def _at(before: str, code: str, what: Text, mend: Text) -> Refused:
    before = _BREAKS.sub("\n", before)
    return Refused(
        code, what, mend, line=before.count("\n") + 1, column=len(before) - before.rfind("\n")
    )
