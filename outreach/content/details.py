"""The keys that only one kind of message has."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.content.fields import Fields, whole_number
from outreach.content.times import instant
from outreach.domain.artwork import parse_size
from outreach.domain.campaign import Campaign
from outreach.domain.message import (
    BannerDetails,
    CommendationDetails,
    ContestDetails,
    Details,
    EventDetails,
    Honour,
    Kind,
    Result,
)
from outreach.domain.text import Text

KEYS_OF_KIND: Mapping[Kind, tuple[str, ...]] = {
    Kind.BANNER: ("from", "until", "size", "places", "maker"),
    Kind.EVENT: ("start", "end", "place"),
    Kind.CONTEST: ("deadline", "reminders"),
    Kind.COMMENDATION: ("collectives", "individuals"),
}
DEFAULT_REMINDERS = (7, 3, 1)
MOST = 999_999


def details(fields: Fields, kind: Kind, campaign: Campaign) -> Details | None:
    """What the kind adds; None for a plain post or when it cannot be read."""
    match kind:
        case Kind.BANNER:
            _check_size(fields)
            return BannerDetails(
                size=fields.text("size"), places=fields.texts("places"), maker=fields.text("maker")
            )
        case Kind.EVENT:
            return _event(fields, campaign)
        case Kind.CONTEST:
            return _contest(fields, campaign)
        case Kind.COMMENDATION:
            return _commendation(fields)
        case Kind.POST:
            return None


def _check_size(fields: Fields) -> None:
    """A size that nobody can read makes no artwork; it holds nothing, since people can read what we cannot."""
    if (written := fields.text_or_nothing("size")) and parse_size(written) is None:
        what = Text("“{text}” is not the size of a banner.", text=written)
        mend = Text("Write width and height like this: {example}", example="8 x 0.8 m")
        fields.warning("size", "size-unreadable", what, mend)


def _event(fields: Fields, campaign: Campaign) -> EventDetails | None:
    fields.require("start", "end", "place")
    start = fields.parsed("start", instant(campaign), "time-unreadable")
    end = fields.parsed("end", instant(campaign), "time-unreadable")
    if start and end and end <= start:
        what = Text("The event would end before it begins.")
        fields.error("end", "ends-before-start", what, Text("Let “end” be later than “start”."))
    return EventDetails(start=start, end=end, place=fields.text("place")) if start and end else None


def _contest(fields: Fields, campaign: Campaign) -> ContestDetails | None:
    fields.require("deadline")
    deadline = fields.parsed("deadline", instant(campaign), "time-unreadable")
    days = fields.all_parsed("reminders", whole_number(0, 60), "number-unreadable")
    reminders = (
        tuple(sorted(set(days), reverse=True)) if "reminders" in fields else DEFAULT_REMINDERS
    )
    return ContestDetails(deadline=deadline, reminders=reminders) if deadline else None


def _commendation(fields: Fields) -> CommendationDetails:
    fields.require_one(
        ("collectives", "individuals"),
        Text("List who is commended, each with “name:” and “reason:”."),
    )
    return CommendationDetails(
        collectives=_honours(fields, "collectives"), individuals=_honours(fields, "individuals")
    )


def _honours(fields: Fields, name: str) -> tuple[Honour, ...]:
    entries = fields.sections(name, ("name", "reason", "unit"))
    for entry in entries:
        entry.require("name")
    return tuple(
        Honour(name=e.text("name"), reason=e.text("reason"), unit=e.text("unit")) for e in entries
    )


def results(fields: Fields) -> tuple[Result, ...]:
    """What staff counted: leaflets handed out, people who came, entries handed in."""
    entries = fields.sections("results", ("name", "count", "measure"))
    for entry in entries:
        entry.require("name", "count")
    return tuple(
        Result(name=entry.text("name"), count=count, measure=entry.text("measure"))
        for entry in entries
        if (count := entry.parsed("count", whole_number(0, MOST), "number-unreadable")) is not None
    )
