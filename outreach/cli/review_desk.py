"""The desk as the reviewers' pages see it, from several threads at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.channel import Preview
from outreach.cli.desk_source import DeskSource
from outreach.cli.kept_files import KeptFiles, Known, is_plain
from outreach.domain.campaign import Campaign
from outreach.domain.coverage import Coverage
from outreach.domain.difference import Difference
from outreach.domain.problem import Problem
from outreach.domain.rendition import Rendition
from outreach.reports.source import Files, Question

if TYPE_CHECKING:
    from outreach.bootstrap import Desk

LARGEST = 256 * 1024
"""A longer file is no message."""


class ReviewDesk(DeskSource):
    """One reading for one page; each campaign's `files` are looked at once."""

    def __init__(self, desk: Desk, now: datetime, files: KeptFiles) -> None:
        super().__init__(desk, now)
        self._files = files
        self._known: dict[str, Known] = {}

    def files(self, question: Question) -> Sequence[Files]:
        """The campaigns in question as their files have them. Nothing is compared with the queue, which may be long."""
        wanted = [question.campaign] if question.campaign else self._campaigns()
        return [
            Files(
                campaign=known.content.campaign,
                messages=known.content.messages,
                plan=known.plan,
                difference=Difference(campaign=name, changes=()),
            )
            for name in wanted
            for known in [self._read(name)]
            if known.content.campaign
        ]

    def campaigns(self) -> Sequence[Campaign]:
        """Every campaign whose campaign.toml can be read, the earliest first; no message is read."""
        found = [rules for name in self._campaigns() if (rules := self._files.rules(name))]
        return sorted(found, key=lambda each: (each.window.start, each.id))

    def coverage(self, campaign: str) -> Sequence[Coverage]:
        """What the plan of a campaign covers; nothing while its campaign.toml cannot be used."""
        covered = self._read(campaign).covered
        return [covered] if covered else []

    def problems(self, campaign: str) -> Sequence[Problem]:
        """What is wrong in the files of a campaign."""
        known = self._read(campaign)
        return tuple(dict.fromkeys((*known.content.problems, *known.plan.problems)))

    def _campaigns(self) -> list[str]:
        return self._files.names()

    def _newest(self) -> str:
        return max(self._campaigns(), default="")

    def _read(self, campaign: str) -> Known:
        if campaign not in self._known:
            self._known[campaign] = self._files.read(campaign)
        return self._known[campaign]

    def source_text(self, campaign: str, message: str) -> str | None:
        """A message's file as it is now; None when there is none."""
        file = message_file(self._desk, campaign, message)
        if file is None or not file.is_file() or file.stat().st_size > LARGEST:
            return None
        return file.read_text("utf-8-sig", "replace")


def message_file(desk: Desk, campaign: str, message: str) -> Path | None:
    """Where the message's file stands, if those are names of a campaign and of a message."""
    if not (is_plain(campaign) and is_plain(message)):
        return None
    return desk.settings.messages / campaign / f"{message}.md"


def preview(desk: Desk, rendition: Rendition) -> Preview:
    """What followers of its channel see; the bare text where the channel is not there any more."""
    channel = desk.channels.get(rendition.channel)
    return channel.preview(rendition) if channel else Preview(text=rendition.text)
