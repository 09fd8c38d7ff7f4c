"""What the campaigns' files say, read anew only when one of them was changed since."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from outreach.cli.desk_source import read_zone
from outreach.cli.kept import Kept, Stamp
from outreach.domain.coverage import Coverage, coverage
from outreach.domain.difference import Difference
from outreach.domain.problem import Problem
from outreach.reports.source import Files

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.cli.file_watch import FileWatch
    from outreach.content.reader import Content
    from outreach.dispatch.sync import Draft
    from outreach.domain.campaign import Campaign
    from outreach.domain.plan import Plan

T = TypeVar("T")
ALL = "all"
"""What is worked out from all files of a campaign; what renders the campaign has one user at a time."""

NOBODY = "@nobody"
"""What no campaign can be called."""


@dataclass(frozen=True)
class Known:
    """What the files of one campaign say and ask; what follows from them is worked out once."""

    content: Content
    plan: Plan

    @cached_property
    def files(self) -> Files | None:
        """Both as reports want them, compared with no queue, which may be long; None while campaign.toml cannot be used."""
        campaign = self.content.campaign
        if campaign is None:
            return None
        same = Difference(campaign=campaign.id, changes=())
        messages = self.content.messages
        return Files(campaign=campaign, messages=messages, plan=self.plan, difference=same)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong in the files, each once."""
        return tuple(dict.fromkeys((*self.content.problems, *self.plan.problems)))

    @cached_property
    def covered(self) -> Coverage | None:
        """What the plan covers; None while campaign.toml cannot be used."""
        campaign = self.content.campaign
        return coverage(self.plan, campaign, self.content.messages) if campaign else None


class KeptFiles:
    """The files of one desk, for several threads."""

    def __init__(self, desk: Desk, watch: FileWatch | None = None) -> None:
        self._desk, self._kept = desk, Kept(watch)

    def hear(self) -> None:
        """Take note of what was changed meanwhile."""
        self._kept.hear()

    def forget(self, campaign: str) -> None:
        """Read its files anew when they are asked for next."""
        self._kept.forget(campaign)

    def read(self, campaign: str) -> Known:
        """All that the files of a campaign say."""
        folder = self._folder(campaign)

        def fresh() -> Known:
            return Known(*self._desk.sync.read(folder.name))

        return self._kept.get(folder.name, ALL, lambda: _stamps(folder), fresh)

    def rules(self, campaign: str) -> Campaign | None:
        """What campaign.toml says; None when it cannot be used."""
        from outreach.content.reader import read_rules  # noqa: PLC0415 - help pages need no reader

        return self._of_rules("rules", campaign, read_rules)

    def zone(self, campaign: str) -> tzinfo:
        """The zone that campaign.toml names."""
        return self._of_rules("zone", campaign, lambda place: read_zone(place.parent, place.name))

    def draft(self, campaign: str, name: str, content: bytes) -> Draft:
        """What a file would be with another content; nothing is written."""
        return self._kept.alone(
            campaign, ALL, lambda: self._desk.sync.draft(campaign, name, content)
        )

    def names(self) -> list[str]:
        """The campaigns that have a campaign.toml."""

        def look() -> Iterator[Stamp]:
            return (stamp for file in self._rules_files() for stamp in _stamp(file))

        def fresh() -> list[str]:
            return [file.parent.name for file in self._rules_files()]

        return self._kept.get("", "names", look, fresh)

    def _of_rules(self, kind: str, campaign: str, fresh: Callable[[Path], T]) -> T:
        """What follows from campaign.toml alone."""
        folder = self._folder(campaign)
        look = partial(_stamp, folder / "campaign.toml")
        return self._kept.get(folder.name, kind, look, partial(fresh, folder))

    def _rules_files(self) -> Iterator[Path]:
        return self._desk.settings.messages.glob("*/campaign.toml")

    def _folder(self, campaign: str) -> Path:
        return self._desk.settings.messages / (campaign if is_plain(campaign) else NOBODY)


def is_plain(name: str) -> bool:
    """Whether it is a name and no path."""
    return name == Path(name).name and not name.startswith(".") and "\0" not in name


def _stamps(folder: Path) -> Iterator[Stamp]:
    """Every file below the folder, with what tells whether it was changed."""
    waiting = [str(folder)]
    while waiting:
        place = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                facts = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                yield entry.path, facts.st_mtime_ns, facts.st_size, facts.st_ino


def _stamp(file: Path) -> Iterator[Stamp]:
    with contextlib.suppress(OSError):
        facts = file.lstat()
        yield str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino
