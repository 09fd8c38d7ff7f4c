"""What the campaigns' files say, read anew only when one of them was changed since."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from outreach.domain.coverage import Coverage, coverage

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.content.reader import Content
    from outreach.dispatch.sync import Draft
    from outreach.domain.campaign import Campaign
    from outreach.domain.plan import Plan

T = TypeVar("T")
Stamp = frozenset[tuple[str, int, int, int]]

NOBODY = "@nobody"
"""What no campaign can be called."""

YOUNG_SECONDS = 2.0
"""A file changed so lately may change again without another time or size, so nothing is kept of it yet."""


@dataclass(frozen=True)
class Known:
    """What the files of one campaign say and ask; `covered` is worked out once."""

    content: Content
    plan: Plan

    @cached_property
    def covered(self) -> Coverage | None:
        """What the plan covers; None while campaign.toml cannot be used."""
        campaign = self.content.campaign
        return coverage(self.plan, campaign, self.content.messages) if campaign else None


class KeptFiles:
    """The files of one desk, for several threads; only one of them reads at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._lock = desk, Lock()
        self._known: dict[str, tuple[Stamp, Known]] = {}
        self._rules: dict[str, tuple[Stamp, Campaign | None]] = {}

    def read(self, campaign: str) -> Known:
        """All that the files of a campaign say."""
        folder = self._folder(campaign)

        def fresh() -> Known:
            return Known(*self._desk.sync.read(folder.name))

        with self._lock:
            return _kept(self._known, folder.name, frozenset(_stamps(folder)), fresh)

    def rules(self, campaign: str) -> Campaign | None:
        """What campaign.toml says; None when it cannot be used."""
        from outreach.content.reader import read_rules  # noqa: PLC0415 - help pages need no reader

        folder = self._folder(campaign)
        stamp = frozenset(_stamp(folder / "campaign.toml"))
        with self._lock:
            return _kept(self._rules, folder.name, stamp, lambda: read_rules(folder))

    def draft(self, campaign: str, name: str, content: bytes) -> Draft:
        """What a file would be with another content; nothing is written."""
        with self._lock:
            return self._desk.sync.draft(campaign, name, content)

    def names(self) -> list[str]:
        """The campaigns that have a campaign.toml."""
        return [path.parent.name for path in self._desk.settings.messages.glob("*/campaign.toml")]

    def _folder(self, campaign: str) -> Path:
        return self._desk.settings.messages / (campaign if is_plain(campaign) else NOBODY)


def is_plain(name: str) -> bool:
    """Whether it is a name and no path."""
    return name == Path(name).name and not name.startswith(".") and "\0" not in name


def _kept(known: dict[str, tuple[Stamp, T]], name: str, stamp: Stamp, fresh: Callable[[], T]) -> T:
    if name in known and known[name][0] == stamp:
        return known[name][1]
    found = fresh()
    known.pop(name, None)
    youngest = max((changed for _, changed, _, _ in stamp), default=0)
    if time.time_ns() - youngest > YOUNG_SECONDS * 1e9:
        known[name] = (stamp, found)
    return found


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
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


def _stamp(file: Path) -> Iterator[tuple[str, int, int, int]]:
    with contextlib.suppress(OSError):
        facts = file.lstat()
        yield str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino
