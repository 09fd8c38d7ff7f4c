"""What the plan covers: topics, departments and weeks against channels, with the gaps and the crowded moments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from outreach.domain.campaign import Campaign
from outreach.domain.candidate import written
from outreach.domain.delivery import Action
from outreach.domain.message import Message
from outreach.domain.plan import Plan, Planned
from outreach.domain.posting_days import days_of


@dataclass(frozen=True, kw_only=True)
class Line:
    """How many publications one topic, unit or week has per channel, in the order of `Coverage.channels`."""

    name: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """Publications on all channels."""
        return sum(self.counts)


@dataclass(frozen=True, kw_only=True)
class Collision:
    """Several messages go out on one channel at the same local time (`YYYY-MM-DD HH:MM`)."""

    at: str
    channel: str
    messages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Publications per topic, unit and ISO week; weeks are named like 2022-W47. What staff left blank is not counted as a topic."""

    campaign: str
    channels: tuple[str, ...]
    topics: tuple[Line, ...]
    units: tuple[Line, ...]
    weeks: tuple[Line, ...]
    collisions: tuple[Collision, ...]

    @property
    def empty_topics(self) -> tuple[str, ...]:
        """Topics that nothing is planned for."""
        return _empty(self.topics)

    @property
    def empty_units(self) -> tuple[str, ...]:
        """Units that nothing is planned for."""
        return _empty(self.units)

    @property
    def empty_weeks(self) -> tuple[str, ...]:
        """Weeks of the window without any publication."""
        return _empty(self.weeks)

    def to_json(self) -> dict[str, Any]:
        """The coverage as plain JSON."""
        return {
            "campaign": self.campaign,
            "channels": list(self.channels),
            "topics": self._lines(self.topics),
            "units": self._lines(self.units),
            "weeks": self._lines(self.weeks),
            "empty": {
                "topics": list(self.empty_topics),
                "units": list(self.empty_units),
                "weeks": list(self.empty_weeks),
            },
            "collisions": [
                {"at": c.at, "channel": c.channel, "messages": list(c.messages)}
                for c in self.collisions
            ],
        }

    def _lines(self, lines: Iterable[Line]) -> dict[str, dict[str, int]]:
        return {line.name: dict(zip(self.channels, line.counts, strict=True)) for line in lines}


def coverage(plan: Plan, campaign: Campaign, messages: Iterable[Message]) -> Coverage:
    """Counts the plan's publications; topics and units in the order of campaign.toml."""
    by_id = {message.id: message for message in messages}
    publications = [one for one in plan.planned if one.identity.action is Action.PUBLISH]
    used = {one.identity.channel for one in publications}
    channels = tuple(sorted(plan.channels | used))
    topics: Counter[tuple[str, str]] = Counter()
    units: Counter[tuple[str, str]] = Counter()
    weeks: Counter[tuple[str, str]] = Counter()
    for one in publications:
        message, channel = by_id[one.identity.message], one.identity.channel
        topics[message.topic, channel] += 1
        units[message.unit, channel] += 1
        weeks[_week(campaign.local(one.due).date()), channel] += 1
    every_week = dict.fromkeys(_week(day) for day in days_of(campaign.window))
    return Coverage(
        campaign=campaign.id,
        channels=channels,
        topics=_lines(campaign.topics, channels, topics),
        units=_lines(campaign.units, channels, units),
        weeks=_lines(every_week, channels, weeks),
        collisions=_collisions(publications, campaign),
    )


def _lines(
    names: Iterable[str], channels: tuple[str, ...], counts: Counter[tuple[str, str]]
) -> tuple[Line, ...]:
    return tuple(
        Line(name=name, counts=tuple(counts[name, channel] for channel in channels))
        for name in names
    )


def _collisions(publications: list[Planned], campaign: Campaign) -> tuple[Collision, ...]:
    together: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for one in publications:
        at = written(campaign.local(one.due))
        together[at, one.identity.channel].add(one.identity.message)
    return tuple(
        Collision(at=at, channel=channel, messages=tuple(sorted(ids)))
        for (at, channel), ids in sorted(together.items())
        if len(ids) > 1
    )


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def _empty(lines: Iterable[Line]) -> tuple[str, ...]:
    return tuple(line.name for line in lines if line.total == 0)
