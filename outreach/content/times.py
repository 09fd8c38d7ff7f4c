"""When a message goes out, from the words that staff wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from outreach.content.fields import Fields, whole_number
from outreach.domain.campaign import Campaign
from outreach.domain.message import Kind, Lateness
from outreach.domain.schedule import Hang, Once, Rule, Schedule, Spread
from outreach.domain.schedule_words import parse_day, parse_instant, parse_lateness, parse_repeat
from outreach.domain.text import Text

_WAYS = ("at", "repeat", "spread")
_NO_ZONE = ZoneInfo("UTC")
MOST_OCCURRENCES = 200


def instant(campaign: Campaign) -> Callable[[str], datetime]:
    """A reader of local times of the campaign's zone, giving aware UTC."""

    def read(text: str) -> datetime:
        return parse_instant(text, campaign.zone)

    return read


def wall_time(text: str) -> datetime:
    """A local time without its zone, as recurrence rules count it; raises `NotASchedule`."""
    return parse_instant(text, _NO_ZONE).replace(tzinfo=None)


def lateness(fields: Fields, default: Lateness) -> Lateness:
    """What `late` asks for."""
    return fields.parsed("late", parse_lateness, "late-unreadable") or default


def schedule(fields: Fields, kind: Kind, campaign: Campaign) -> Schedule | None:
    """The message's schedule; None when it cannot be read."""
    return hang(fields, campaign) if kind is Kind.BANNER else _occurrences(fields, kind, campaign)


def hang(fields: Fields, campaign: Campaign) -> Hang | None:
    """A banner's time on show: `from` and `until`, the window where they are absent."""
    start = _edge(fields, "from", campaign, campaign.window.start, campaign.posting.banner_up)
    end = _edge(fields, "until", campaign, campaign.window.end, campaign.posting.banner_down)
    if start and end and start >= end:
        what = Text("The banner would come down before it goes up.")
        fields.error("until", "ends-before-start", what, Text("Let “until” be later than “from”."))
        return None
    return Hang(start=start, end=end) if start and end else None


def _edge(
    fields: Fields, name: str, campaign: Campaign, default: date, at: time
) -> datetime | None:
    if name not in fields:
        return campaign.utc(default, at)
    if " " in fields.text(name):
        return fields.parsed(name, instant(campaign), "time-unreadable")
    found = fields.parsed(name, parse_day, "time-unreadable")
    return campaign.utc(found, at) if found else None


def _occurrences(fields: Fields, kind: Kind, campaign: Campaign) -> Schedule | None:
    written = [way for way in _WAYS if way in fields]
    if "repeat" in written and "spread" not in written:
        return _repeat(fields)
    if len(written) > 1:
        what = Text(
            "“{first}” and “{second}” exclude each other.", first=written[0], second=written[1]
        )
        fields.error(written[1], "two-schedules", what, Text("Keep one of the two."))
        return None
    if "spread" in written:
        count = fields.parsed("spread", whole_number(1, MOST_OCCURRENCES), "number-unreadable")
        return Spread(count=count) if count else None
    if "at" in written:
        return _once(fields, campaign)
    if kind is not Kind.EVENT:
        fields.require_one(_WAYS, Text("Add a line such as “at: 2022-11-15 08:00”."))
        return None
    start = fields.parsed_quietly("start", instant(campaign))
    return Once(at=(start,)) if start else None


def _once(fields: Fields, campaign: Campaign) -> Once | None:
    written = fields.placed_texts("at")
    instants = fields.all_parsed("at", instant(campaign), "time-unreadable")
    for number, found in enumerate(instants):
        if found in instants[:number]:
            what = Text("The same time stands here twice.")
            fields.error("at", "same-time-twice", what, Text("Delete one of the two."))
    return Once(at=instants) if instants and len(instants) == len(written) else None


def _repeat(fields: Fields) -> Schedule | None:
    found = fields.parsed("repeat", parse_repeat, "repeat-unreadable")
    if isinstance(found, Rule) and "at" in fields:
        start = fields.parsed("at", wall_time, "time-unreadable")
        return Rule(rule=found.rule, start=start) if start else None
    if "at" in fields:
        what = Text("“{first}” and “{second}” exclude each other.", first="at", second="repeat")
        fields.error("at", "two-schedules", what, Text("Keep one of the two."))
    return found
