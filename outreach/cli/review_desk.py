"""The desk as the reviewers' pages see it, from several threads at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from outreach.channel import Preview
from outreach.cli.desk_source import DeskSource
from outreach.domain.difference import Difference
from outreach.domain.message import Kind
from outreach.domain.problem import Problem
from outreach.domain.rendition import Rendition
from outreach.reports.source import Files, Question

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.content.reader import Content
    from outreach.dispatch.sync import Draft
    from outreach.domain.plan import Plan
    from outreach.store.counts import Received

NOBODY = "@nobody"
"""What no campaign can be called."""

LARGEST = 256 * 1024
"""A longer file is no message."""


class ReviewDesk(DeskSource):
    """One reading for one page; `lock` lets only one of them look at the files at a time."""

    def __init__(self, desk: Desk, now: datetime, lock: Lock) -> None:
        super().__init__(desk, now)
        self._lock = lock
        self._received: dict[Question, Sequence[Received]] = {}
        self._found: dict[str, tuple[Content, Plan]] = {}

    def files(self, question: Question) -> Sequence[Files]:
        """The campaigns in question as their files have them. Nothing is compared with the queue, which may be long."""
        wanted = [question.campaign] if question.campaign else self._campaigns()
        return [
            Files(
                campaign=content.campaign,
                messages=content.messages,
                plan=plan,
                difference=Difference(campaign=name, changes=()),
            )
            for name in wanted
            for content, plan in [self._read(name)]
            if content.campaign
        ]

    def problems(self, campaign: str) -> Sequence[Problem]:
        """What is wrong in the files of a campaign."""
        content, plan = self._read(campaign)
        return tuple(dict.fromkeys((*content.problems, *plan.problems)))

    def received(self, question: Question) -> Sequence[Received]:
        """The publications in question with the readings of their counts; read once for one page."""
        if question not in self._received:
            self._received[question] = super().received(question)
        return self._received[question]

    def _campaigns(self) -> list[str]:
        return [path.parent.name for path in self._desk.settings.messages.glob("*/campaign.toml")]

    def _newest(self) -> str:
        return max(self._campaigns(), default="")

    def _read(self, campaign: str) -> tuple[Content, Plan]:
        if not _is_plain(campaign):
            campaign = NOBODY
        if campaign not in self._found:
            with self._lock:
                self._found[campaign] = self._desk.sync.read(campaign)
        return self._found[campaign]

    def file_name(self, campaign: str, message: str) -> str:
        """The name of a message's file, which may have another one than the message; empty for what is no name."""
        if not (_is_plain(campaign) and _is_plain(message)):
            return ""
        content, _ = self._read(campaign)
        named = (d.file.rpartition("/")[2] for d in content.drafts if d.id == message)
        return next(named, f"{message}.md")

    def source(self, campaign: str, message: str) -> bytes:
        """The bytes of a message's file. Raises `Refused` when there is none, or it is none that may be read."""
        from outreach.content.files import Folder  # noqa: PLC0415 - the desk has loaded it already

        name = self.file_name(campaign, message)
        with Folder(self._desk.settings.messages / (campaign if name else NOBODY)) as folder:
            return folder.read(name or NOBODY, at_most=LARGEST)

    def source_text(self, campaign: str, message: str) -> str | None:
        """A message's file as it is now; None when there is none."""
        from outreach.content.findings import Refused  # noqa: PLC0415 - as above

        try:
            return self.source(campaign, message).decode("utf-8-sig", "replace")
        except Refused:
            return None

    def draft(self, campaign: str, name: str, content: bytes) -> Draft:
        """What a file would be with another content."""
        with self._lock:
            return self._desk.sync.draft(campaign, name, content)

    def beginning(self, campaign: str, kind: Kind, title: str) -> str:
        """A first text for a new message; empty where the campaign cannot be read."""
        from outreach.content.beginnings import beginning  # noqa: PLC0415 - only for new messages

        content, plan = self._read(campaign)
        if content.campaign is None:
            return ""
        return beginning(
            kind,
            title,
            plan=plan,
            campaign=content.campaign,
            profiles=self._desk.profiles,
            now=self._now,
        )


def preview(desk: Desk, rendition: Rendition) -> Preview:
    """What followers of its channel see; the bare text where the channel is not there any more."""
    channel = desk.channels.get(rendition.channel)
    return channel.preview(rendition) if channel else Preview(text=rendition.text)


def _is_plain(name: str) -> bool:
    """Whether it is a name and no path."""
    return name == Path(name).name and not name.startswith(".") and "\0" not in name
