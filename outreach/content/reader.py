"""A campaign's folder, read whole: every file, and every problem of every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from outreach.content.campaign_file import read_campaign_file, stand_in
from outreach.content.files import Folder, is_temporary, shown
from outreach.content.findings import Findings, Refused
from outreach.content.lint import lint
from outreach.content.message_file import Reading, read_message, slug
from outreach.content.overlaid import Overlaid
from outreach.content.pictures import check_pictures
from outreach.content.source_text import decode
from outreach.content.understood import Made, Understood
from outreach.content.videos import check_video
from outreach.domain.campaign import Campaign
from outreach.domain.message import Message
from outreach.domain.problem import Place, Problem
from outreach.domain.text import Text

LARGEST_FILE = 256 * 1024
CAMPAIGN_FILE = "campaign.toml"
MEDIA = "media"
ART = "art"
_NEARLY = (".txt", ".doc", ".docx", ".odt", ".rtf", ".markdown", ".mdown", ".pdf")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a folder holds: the campaign (None when it cannot be used), the usable messages by id, every problem by place.

    `broken` names, by message id, the first error of each file that exists but holds no usable message. `drafts` are all
    messages that were understood enough to be looked at further, usable or not; they must never be planned.
    """

    campaign: Campaign | None
    messages: tuple[Message, ...]
    problems: tuple[Problem, ...]
    broken: Mapping[str, Problem] = field(default_factory=dict)
    drafts: tuple[Message, ...] = ()


def list_campaigns(messages: Path) -> tuple[Path, ...]:
    """The campaigns' folders in `messages`, sorted by name; empty when it is not there."""
    if not messages.is_dir():
        return ()
    return tuple(sorted(p for p in messages.iterdir() if p.is_dir() and not is_temporary(p.name)))


def as_staff_see(folder: Path) -> str:
    """The folder's name with that of the folder around it: `messages/2022-binh-dang-gioi`."""
    return "/".join(shown(name) for name in folder.absolute().parts[-2:])


def read_campaign(
    folder: Path,
    unsaved: Mapping[str, bytes] | None = None,
    understood: Understood | None = None,
) -> Content:
    """Everything in one campaign's folder. Never raises for what a person can have written or saved there.

    `unsaved` are files as they would be, by their names; `understood` is what its last reading left for this one.
    """
    findings = Findings()
    try:
        with Overlaid(folder, unsaved or {}) as opened:
            return _CampaignReader(opened, folder, findings, understood).read()
    except Refused as refused:
        findings.extend([refused.problem(as_staff_see(folder))])
        return Content(campaign=None, messages=(), problems=findings.sorted())


def read_rules(folder: Path) -> Campaign | None:
    """What campaign.toml alone says; None when it cannot be used."""
    try:
        with Folder(folder) as opened:
            return _CampaignReader(opened, folder, Findings()).rules()
    except Refused:
        return None


class _CampaignReader:
    def __init__(
        self,
        opened: Folder,
        folder: Path,
        findings: Findings,
        understood: Understood | None = None,
    ) -> None:
        self._opened, self._findings = opened, findings
        self._understood = understood or Understood()
        self._id = folder.name
        self._where = as_staff_see(folder)
        self._readings: list[tuple[Reading, Problem | None]] = []

    def read(self) -> Content:
        campaign = self.rules()
        rules = campaign or stand_in(self._id)
        self._understood.begin(campaign)
        for name in self._opened.names():
            self._entry(name, rules, known=campaign is not None)
        self._hold_duplicates()
        drafts = tuple(r.message for r, _ in self._readings if r.message)
        good = [r.message for r, error in self._readings if r.message and not error]
        return Content(
            campaign=campaign,
            messages=tuple(sorted(good, key=lambda message: message.id)) if campaign else (),
            problems=self._findings.sorted(),
            broken={r.identity: error for r, error in reversed(self._readings) if error},
            drafts=drafts if campaign else (),
        )

    def rules(self) -> Campaign | None:
        """What campaign.toml says."""
        file, findings = self._file(CAMPAIGN_FILE), Findings()
        self._check_folder_name(findings)
        campaign = None
        try:
            text = decode(self._opened.read(CAMPAIGN_FILE, at_most=LARGEST_FILE))
            campaign = read_campaign_file(text, self._id, file, findings)
        except Refused as refused:
            findings.extend([refused.problem(file)])
        self._findings.extend(findings.sorted())
        return None if findings.first_error else campaign

    def _check_folder_name(self, findings: Findings) -> None:
        if slug(self._id) != self._id:
            what = Text(
                "The folder's name cannot serve as an id: only a-z, 0-9 and hyphens between them."
            )
            mend = Text("Rename the folder to {near}.", near=slug(self._id) or "chien-dich")
            findings.error(Place(file=self._file(CAMPAIGN_FILE)), "id-unusable", what, mend)

    def _entry(self, name: str, campaign: Campaign, *, known: bool) -> None:
        if is_temporary(name) or name == CAMPAIGN_FILE:
            return
        if self._opened.is_folder(name):
            self._refuse_folder(name)
        elif name.lower().endswith(".md"):
            self._message(name, campaign, known=known)
        elif name.lower().endswith(_NEARLY):
            what = Text(
                "The file “{name}” is not read, because its name does not end in .md.",
                name=shown(name),
            )
            mend = Text(
                "Save it as plain text with a name ending in .md (show file name extensions to see the end)."
            )
            self._findings.warning(Place(file=self._file(name)), "not-read", what, mend)

    def _refuse_folder(self, name: str) -> None:
        if name in (MEDIA, ART):
            return
        what = Text("The folder “{name}” is not read.", name=shown(name))
        mend = Text("Put messages beside campaign.toml, and pictures into media/.")
        self._findings.warning(Place(file=self._file(name)), "not-read", what, mend)

    def _message(self, name: str, campaign: Campaign, *, known: bool) -> None:
        file, findings = self._file(name), Findings()
        try:
            content = self._opened.read(name, at_most=LARGEST_FILE)
        except Refused as refused:
            reading = self._nothing(name)
            findings.extend([refused.problem(file)])
        else:
            make = partial(self._made, name, content, campaign, known=known)
            reading, problems = self._understood.of(name, content, make)
            findings.extend(problems)
        if reading.message is not None:
            check_pictures(self._opened, reading.message, findings)
            check_video(self._opened, reading.message, findings)
        self._findings.extend(findings.sorted())
        self._readings.append((reading, findings.first_error))

    def _made(self, name: str, content: bytes, campaign: Campaign, *, known: bool) -> Made:
        file, reading, findings = self._file(name), self._nothing(name), Findings()
        try:
            reading = read_message(decode(content), file, _stem(name), campaign, findings)
        except Refused as refused:
            findings.extend([refused.problem(file)])
        if reading.message is not None:
            findings.extend(lint(reading.message, campaign if known else None))
        return reading, findings.sorted()

    def _nothing(self, name: str) -> Reading:
        """What a file gives that cannot be understood: the id that its name claims."""
        stem = _stem(name)
        return Reading(identity=slug(stem) or stem, place=Place(file=self._file(name)))

    def _hold_duplicates(self) -> None:
        """Files of one id (letter case aside) hold each other: nobody can say which of them is meant."""
        clashing = Counter(reading.identity for reading, _ in self._readings)
        for number, (reading, error) in enumerate(self._readings):
            if clashing[reading.identity] > 1:
                problem = self._clash(reading)
                self._findings.extend([problem])
                self._readings[number] = (reading, error or problem)

    def _clash(self, reading: Reading) -> Problem:
        others = [
            r.place.file.rsplit("/", 1)[-1]
            for r, _ in self._readings
            if r.identity == reading.identity
        ]
        others.remove(reading.place.file.rsplit("/", 1)[-1])
        what = Text(
            "The id “{id}” is also that of {others}.", id=reading.identity, others=", ".join(others)
        )
        mend = Text("Delete one of the files, or give each its own “id:”.")
        return Problem(place=reading.place, code="duplicate-id", what=what, mend=mend)

    def _file(self, name: str) -> str:
        return f"{self._where}/{shown(name)}"


def _stem(name: str) -> str:
    return shown(name)[:-3]
