"""The desk as the reviewers' pages see it, from several threads at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from outreach.channel import Preview
from outreach.cli.desk_source import DeskSource
from outreach.cli.kept_files import NOBODY, KeptFiles, Known, is_plain
from outreach.domain.campaign import Campaign
from outreach.domain.coverage import Coverage
from outreach.domain.message import Kind
from outreach.domain.problem import Problem
from outreach.domain.rendition import Rendition
from outreach.reports.source import Files, Question

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.dispatch.sync import Draft

LARGEST = 256 * 1024
"""A longer file is no message."""


class ReviewDesk(DeskSource):
    """One reading for one page; each campaign's `files` are looked at once."""

    def __init__(self, desk: Desk, now: datetime, files: KeptFiles) -> None:
        super().__init__(desk, now)
        self._kept = files
        self._known: dict[str, Known] = {}

    @cached_property
    def _files(self) -> KeptFiles:
        """As they are from the first question on."""
        self._kept.hear()
        return self._kept

    def zone(self, campaign: str) -> tzinfo:
        """The zone that the campaign's file names; without a campaign, that of the newest one."""
        name = campaign or self._newest()
        return self._files.zone(name if self._is_there(name) else NOBODY)

    def files(self, question: Question) -> Sequence[Files]:
        """The campaigns in question as their files have them. Nothing is compared with the queue, which may be long."""
        wanted = [question.campaign] if question.campaign else self._campaigns()
        return [files for name in wanted if (files := self._read(name).files)]

    def campaigns(self) -> Sequence[Campaign]:
        """Every campaign whose campaign.toml can be read, the earliest first; no message is read."""
        found = [rules for name in self._campaigns() if (rules := self._files.rules(name))]
        return sorted(found, key=lambda each: (each.window.start, each.id))

    def coverage(self, campaign: str) -> Sequence[Coverage]:
        """What the plan of a campaign covers; nothing while its campaign.toml cannot be used."""
        covered = self._read(campaign).covered
        return [covered] if covered else []

    def problems(self, campaign: str) -> Sequence[Problem]:
        """What is wrong in the files of a campaign; nothing where there is none of that name."""
        return self._read(campaign).problems if self._is_there(campaign) else ()

    def forget(self, campaign: str) -> None:
        """Whoever asks next reads the campaign's files anew."""
        self._kept.forget(campaign)

    def _campaigns(self) -> list[str]:
        return self._files.names()

    def _newest(self) -> str:
        return max(self._campaigns(), default="")

    def _read(self, campaign: str) -> Known:
        if campaign not in self._known:
            name = campaign if self._is_there(campaign) else NOBODY
            self._known[campaign] = self._files.read(name)
        return self._known[campaign]

    def _is_there(self, campaign: str) -> bool:
        """Whether it has a folder; whatever else people ask for is neither opened nor remembered."""
        folder = self._desk.settings.messages
        return is_plain(campaign) and os.path.isdir(folder / campaign)  # noqa: PTH112 - raises for no name

    def file_name(self, campaign: str, message: str) -> str:
        """The name of a message's file, which may have another one than the message; empty for what is no name."""
        if not (is_plain(campaign) and is_plain(message)):
            return ""
        drafts = self._read(campaign).content.drafts
        named = (d.file.rpartition("/")[2] for d in drafts if d.id == message)
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
        return self._files.draft(campaign, name, content)

    def beginning(self, campaign: str, kind: Kind, title: str) -> str:
        """A first text for a new message; empty where the campaign cannot be read."""
        from outreach.content.beginnings import beginning  # noqa: PLC0415 - only for new messages

        known = self._read(campaign)
        if known.content.campaign is None:
            return ""
        return beginning(
            kind,
            title,
            plan=known.plan,
            campaign=known.content.campaign,
            profiles=self._desk.profiles,
            now=self._now,
        )


def preview(desk: Desk, rendition: Rendition) -> Preview:
    """What followers of its channel see; the bare text where the channel is not there any more."""
    channel = desk.channels.get(rendition.channel)
    return channel.preview(rendition) if channel else Preview(text=rendition.text)
