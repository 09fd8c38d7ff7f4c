"""A message's text for everyone, and the texts that replace it on some channels (`::: facebook` … `:::`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from outreach.content.findings import Findings
from outreach.domain.problem import Place
from outreach.domain.text import Text

_FENCE = re.compile(r" {0,3}:::+[ \t]*(.*?)[ \t]*")
REMINDER = "reminder"
"""The variant that a contest's reminders use."""


@dataclass(kw_only=True)
class Texts:
    """The default text, the variants by name, and where each begins (`places["body"]`, `places["::: facebook"]`).

    Lines are kept: the n-th line of a text is the n-th line from its place in the file.
    """

    body: str = ""
    variants: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


def split_variants(body: str, start: Place, findings: Findings) -> Texts:
    """Part the body of a file that begins at `start`; adds what is wrong to `findings`."""
    return _Splitter(start, findings).split(body)


class _Splitter:
    def __init__(self, start: Place, findings: Findings) -> None:
        self._start, self._findings = start, findings
        self._texts = Texts()
        self._names: tuple[str, ...] = ()
        self._opened = start
        self._block: list[str] = []

    def split(self, body: str) -> Texts:
        default = []
        for number, line in enumerate(body.split("\n")):
            place = Place(file=self._start.file, line=self._start.line + number)
            if fence := _FENCE.fullmatch(line):
                self._fence(fence[1], place)
            elif self._names:
                self._block.append(line)
            default.append("" if fence or self._names else line)
        if self._names:
            self._unclosed()
        self._texts.body, self._texts.places["body"] = _trimmed(default, self._start)
        return self._texts

    def _fence(self, names: str, place: Place) -> None:
        if names:
            if self._names:
                self._unclosed()
            self._open(names, place)
        elif self._names:
            self._close()
        else:
            what = Text("::: ends a part here, but none was begun.")
            mend = Text("Delete this line, or begin the part with “::: ” and the channel's name.")
            self._findings.error(place, "variant-stray", what, mend)

    def _open(self, names: str, place: Place) -> None:
        self._names = tuple(name.strip() for name in names.split(",") if name.strip()) or (names,)
        self._opened, self._block = place, []
        for name in self._names:
            if name in self._texts.variants:
                what = Text("There is already a part for “{name}”.", name=name)
                self._findings.error(place, "variant-twice", what, Text("Join the two parts."))

    def _close(self) -> None:
        first = Place(file=self._opened.file, line=self._opened.line + 1)
        text, place = _trimmed(self._block, first)
        if not text:
            what = Text("The part for “{name}” is empty.", name=", ".join(self._names))
            self._findings.error(
                self._opened, "variant-empty", what, Text("Write its text, or delete the part.")
            )
        for name in self._names:
            self._texts.variants.setdefault(name, text)
            self._texts.places.setdefault(f"::: {name}", place)
        self._names = ()

    def _unclosed(self) -> None:
        what = Text(
            "The part for “{name}” begins here, but does not end.", name=", ".join(self._names)
        )
        self._findings.error(
            self._opened,
            "variant-unclosed",
            what,
            Text("Write a line with only ::: after the part."),
        )
        self._close()


def _trimmed(lines: list[str], start: Place) -> tuple[str, Place]:
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    place = Place(file=start.file, line=start.line + (first if first < len(lines) else 0))
    return "\n".join(lines[first:]).rstrip(), place
