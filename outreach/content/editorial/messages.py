"""The rows of a calendar as message files: each is read back as the service will read it, and every mistake has its cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from outreach.content.editorial import words
from outreach.content.editorial.columns import find_columns
from outreach.content.editorial.kinds import Front, front_matter
from outreach.content.editorial.rows import Row, is_empty
from outreach.content.editorial.sheets import Sheet, read_sheets
from outreach.content.fields import Mistake
from outreach.content.findings import Findings, Refused
from outreach.content.message_file import read_message, slug
from outreach.domain.campaign import Campaign
from outreach.domain.problem import Place, Problem, Severity
from outreach.domain.text import Text

LONGEST_NAME = 60
_COPIED = ("topic", "unit", "summary", "link", "image", "image_alt")
_KEY_OF = {
    "at": "day",
    "repeat": "day",
    "from": "day",
    "start": "day",
    "end": "until",
    "places": "place",
    "body": "text",
}


@dataclass(frozen=True, kw_only=True)
class NewMessage:
    """A file that a row asks for: its name, its text, and the row's first cell."""

    name: str
    text: str
    place: Place


@dataclass(frozen=True, kw_only=True)
class Import:
    """What importing a calendar would write, and every problem by cell. `left` are names of files that exist already."""

    messages: tuple[NewMessage, ...]
    problems: tuple[Problem, ...]
    left: tuple[str, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether something must be mended before anything may be written."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


@dataclass(frozen=True, kw_only=True)
class Office:
    """What the calendar's words are understood by: the campaign, the channels and tags, the ids that exist already."""

    campaign: Campaign
    channels: Collection[str]
    taken: Collection[str] = field(default_factory=frozenset)


def read_calendar(path: Path, office: Office) -> Import:
    """What the file asks for; raises `NotInstalled` or `OSError`, and never for what stands in it."""
    try:
        sheets = read_sheets(path)
    except Refused as refused:
        return Import(messages=(), problems=(refused.problem(path.name),))
    return _Importer(office).read(path.name, sheets)


class _Importer:
    def __init__(self, office: Office) -> None:
        self._office = office
        self._findings = Findings()
        self._messages: dict[str, NewMessage] = {}
        self._left: list[str] = []

    def read(self, file: str, sheets: Sequence[Sheet]) -> Import:
        heads = [(sheet, find_columns(sheet)) for sheet in sheets]
        calendars = [(sheet, head) for sheet, head in heads if head and head.is_calendar]
        if not calendars:
            what = Text("No table with a title and a day was found.")
            mend = Text("Name the columns in one row: Ngày, Giờ, Tiêu đề, Nội dung, Kênh.")
            self._findings.error(Place(file=file), "no-calendar", what, mend)
        for sheet, head in calendars:
            for number, row in enumerate(sheet.rows[head.below :], start=head.below):
                if number not in sheet.across and not is_empty(row):
                    self._row(Row(cells=row, columns=head))
        return Import(
            messages=tuple(self._messages.values()),
            problems=self._findings.sorted(),
            left=tuple(self._left),
        )

    def _row(self, row: Row) -> None:
        formulas = row.formulas()
        for cell in formulas:
            what = Text("This cell is a formula whose result is not in the file.")
            mend = Text("Open the file in Excel and save it, or paste the value itself.")
            self._findings.error(cell.place, "formula", what, mend)
        if formulas:
            return
        name = _name(row)
        if name in self._office.taken:
            self._leave(row, name)
            return
        findings = Findings()
        front = {
            "title": row.title,
            "channels": self._channels(row, findings),
            **self._told(row, findings),
            **{name: row.words(name) for name in _COPIED},
        }
        if findings.first_error is None:
            self._message(row, front, findings)
        self._findings.extend(findings.sorted())

    def _leave(self, row: Row, name: str) -> None:
        what = Text("There is a message “{name}” already; it stays as it is.", name=name)
        mend = Text("Change it in its file, or delete this row.")
        place = row.place("id" if row.words("id") else "title")
        self._findings.warning(place, "exists", what, mend)
        self._left.append(name)

    def _channels(self, row: Row, findings: Findings) -> list[str]:
        cell, paper = row.channels, self._office.campaign.paperwork
        if cell is None:
            what = Text("The channel is missing.")
            mend = Text("Write where the message goes, for example website, facebook.")
            findings.error(row.place("channels"), "missing-channel", what, mend)
            return []
        try:
            return words.channels(str(cell.value), self._office.channels, paper.channels)
        except Mistake as mistake:
            findings.error(cell.place, "channel-unknown", mistake.what, mistake.mend)
            return []

    def _told(self, row: Row, findings: Findings) -> Front:
        """Kind, times, and what belongs to that kind."""
        try:
            kind = words.kind(row.words("kind"))
        except Mistake as mistake:
            findings.error(row.place("kind"), "kind-unusable", mistake.what, mistake.mend)
            return {}
        return front_matter(kind, row, self._office.campaign, findings)

    def _message(self, row: Row, front: Mapping[str, object], findings: Findings) -> None:
        name, text = _name(row), _written(front, row.body)
        again = self._again(name, text)
        if again:
            self._messages[name] = again
            return
        name = _free(name, {*self._messages, *self._office.taken})
        self._read_back(row, name, text, findings)
        self._messages[name] = NewMessage(name=name, text=text, place=row.cells[0].place)

    def _again(self, name: str, text: str) -> NewMessage | None:
        """The message of that name with one more instant, when nothing but the instant differs."""
        known = self._messages.get(name)
        at = re.compile(r"^at:((?: .*)|(?:\n  - .*)+)$", re.MULTILINE)
        if known is None or at.sub("at:", known.text) != at.sub("at:", text):
            return None
        old, new = at.search(known.text), at.search(text)
        if not old or not new:
            return None
        instants = [
            *re.findall(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", old[1]),
            new[1].strip().strip("'"),
        ]
        listed = "".join(f"\n  - {instant}" for instant in dict.fromkeys(instants))
        return replace(known, text=at.sub(f"at:{listed}", known.text))

    def _read_back(self, row: Row, name: str, text: str, findings: Findings) -> None:
        """What the service will find wrong with the file, at the cells from which it comes."""
        found, file = Findings(), f"{name}.md"
        reading = read_message(text, file, name, self._office.campaign, found)
        keys = dict(reversed(list(reading.message.places.items()))) if reading.message else {}
        for problem in found.sorted():
            key = next((k for k, place in keys.items() if place == problem.place), "title")
            place = row.place(_KEY_OF.get(key, key))
            findings.extend([replace(problem, place=place)])


def _name(row: Row) -> str:
    return slug(row.words("id")) or slug(row.title)[:LONGEST_NAME].strip("-") or "thong-diep"


def _free(name: str, taken: Collection[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-{number}", number + 1
    return free


def _written(front: Mapping[str, object], body: str) -> str:
    lines = [f"{key}: {_yaml(value)}" for key, value in front.items() if value]
    return "\n".join(["---", *lines, "---", body, ""])


def _yaml(value: object) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10**6)
    return text.removesuffix("\n").removesuffix("\n...")
