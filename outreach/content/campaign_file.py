"""`campaign.toml`, from text to `Campaign`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.content.art_section import art_section
from outreach.content.fields import Fields, Mistake
from outreach.content.findings import Findings
from outreach.content.front_matter import Node
from outreach.content.message_file import hashtags
from outreach.content.report_table import paperwork
from outreach.content.times import lateness
from outreach.content.toml_places import Path, TomlPlaces, place_of
from outreach.domain import viet_nam
from outreach.domain.approval import Approval
from outreach.domain.campaign import (
    Campaign,
    Edits,
    Holidays,
    Hotline,
    OfficePlan,
    Posting,
    Window,
)
from outreach.domain.message import Lateness, LatePolicy
from outreach.domain.problem import Place
from outreach.domain.schedule_words import parse_day, parse_duration, parse_time
from outreach.domain.text import Text

_TOP = (
    *(
        "name",
        "short_name",
        "theme",
        "office",
        "time_zone",
        "language",
        "hashtags",
        "units",
        "topics",
        "updates",
        "approval",
        "cards",
    ),
    *("plan", "window", "posting", "hotlines", "report", "art"),
)
_POSTING = (
    *("slots", "weekend_slots", "quiet", "blackout", "holidays", "minimum_gap", "late"),
    *("banner_up", "banner_down"),
)
_HOTLINE = ("number", "name", "source", "checked")
_WHERE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
DEFAULT_LATE = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))
DEFAULT_SLOTS = (time(8, 0), time(11, 30), time(19, 30))
LONGEST_WINDOW = timedelta(days=366)


def read_campaign_file(text: str, identity: str, file: str, findings: Findings) -> Campaign | None:
    """The campaign, None when it cannot be used; every mistake is added to `findings`."""
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        _note_syntax(error, text, file, findings)
        return None
    start, places = Place(file=file), TomlPlaces(text, file)
    top = Fields(_nodes(values, (), places, start), _TOP, start=start, findings=findings)
    return _campaign(top, identity)


def stand_in(identity: str) -> Campaign:
    """A campaign that permits everything, for reading messages whose campaign.toml is broken."""
    posting = Posting(slots=DEFAULT_SLOTS, weekend_slots=DEFAULT_SLOTS, late=DEFAULT_LATE)
    return Campaign(
        id=identity,
        name=identity,
        short_name=identity,
        theme="",
        office="",
        zone=ZoneInfo(viet_nam.ZONE),
        language="vi",
        window=Window(start=date(1971, 1, 1), end=date(2100, 12, 31)),
        posting=posting,
    )


def _campaign(top: Fields, identity: str) -> Campaign | None:
    top.require("name", "short_name", "theme", "office", "window")
    zone, language = (
        top.parsed("time_zone", _zone, "zone-unknown"),
        top.choice("language", ("vi", "en"), "vi"),
    )
    plan, window = _plan(top), _window(top)
    posting, hotlines, tags = _posting(top), _hotlines(top), hashtags(top)
    names = {key: top.text(key) for key in ("name", "short_name", "theme", "office")}
    units, topics = top.texts("units"), top.texts("topics")
    art = art_section(top)
    updates = Edits(top.choice("updates", [e.value for e in Edits], Edits.ASK.value))
    approval = Approval(
        top.choice("approval", [a.value for a in Approval], Approval.OPTIONAL.value)
    )
    if window is None or not all(names.values()):
        return None
    return Campaign(
        id=identity,
        **names,
        zone=zone or ZoneInfo(viet_nam.ZONE),
        language=language,
        hashtags=tags,
        units=units,
        topics=topics,
        plan=plan,
        window=window,
        posting=posting,
        hotlines=hotlines,
        updates=updates,
        approval=approval,
        paperwork=paperwork(top),
        art=art,
    )


def _plan(top: Fields) -> OfficePlan | None:
    section = top.section("plan", ("number", "date"))
    if section is None:
        return None
    section.require("number", "date")
    number, signed = section.text("number"), section.parsed("date", parse_day, "date-unreadable")
    return OfficePlan(number=number, date=signed) if signed else None


def _window(top: Fields) -> Window | None:
    section = top.section("window", ("from", "until"))
    if section is None:
        return None
    section.require("from", "until")
    start = section.parsed("from", parse_day, "date-unreadable")
    end = section.parsed("until", parse_day, "date-unreadable")
    if start is None or end is None:
        return None
    if not timedelta(0) <= end - start <= LONGEST_WINDOW:
        what = Text("The campaign must end on or after its first day, and at most a year later.")
        section.error("until", "ends-before-start", what, Text("Correct “from” or “until”."))
        return None
    return Window(start=start, end=end)


def _posting(top: Fields) -> Posting:
    section = top.section("posting", _POSTING) or top.empty(_POSTING)
    slots = section.all_parsed("slots", parse_time, "time-unreadable") or DEFAULT_SLOTS
    weekend = section.all_parsed("weekend_slots", parse_time, "time-unreadable") or slots
    return Posting(
        slots=tuple(sorted(set(slots))),
        weekend_slots=tuple(sorted(set(weekend))),
        quiet=_quiet(section),
        blackout=frozenset(section.all_parsed("blackout", parse_day, "date-unreadable")),
        holidays=Holidays(
            section.choice("holidays", [h.value for h in Holidays], Holidays.SKIP.value)
        ),
        minimum_gap=section.parsed("minimum_gap", parse_duration, "duration-unreadable")
        or timedelta(0),
        late=lateness(section, DEFAULT_LATE),
        banner_up=section.parsed("banner_up", parse_time, "time-unreadable") or time(7, 0),
        banner_down=section.parsed("banner_down", parse_time, "time-unreadable") or time(17, 0),
    )


def _quiet(section: Fields) -> tuple[time, time] | None:
    times = section.all_parsed("quiet", parse_time, "time-unreadable")
    if "quiet" in section and (len(times) != 2 or times[0] == times[1]):
        what = Text("“quiet” must be two different times: from when, until when.")
        section.error(
            "quiet", "quiet-unreadable", what, Text('Write it like quiet = ["21:30", "06:30"]')
        )
    return (times[0], times[1]) if len(times) == 2 else None


def _hotlines(top: Fields) -> tuple[Hotline, ...]:
    hotlines = []
    for section in top.sections("hotlines", _HOTLINE):
        section.require(*_HOTLINE)
        checked = section.parsed("checked", parse_day, "date-unreadable")
        number = section.parsed("number", _telephone, "number-unreadable")
        name, source = section.text("name"), section.text("source")
        if checked and number:
            hotlines.append(Hotline(number=number, name=name, source=source, checked=checked))
    return tuple(hotlines)


def _telephone(text: str) -> str:
    if re.fullmatch(r"\+?\d(?:[\d .-]*\d)?", text) and 3 <= sum(c.isdigit() for c in text) <= 15:
        return text
    what = Text("“{text}” is not a telephone number.", text=text)
    raise Mistake(what, Text('Write it in quotes as people dial it, for example "1900 96 96 80".'))


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, LookupError):
        what = Text("There is no time zone “{text}”.", text=text)
        raise Mistake(what, Text("For Viet Nam write Asia/Ho_Chi_Minh.")) from None


def _nodes(
    values: Mapping[str, object], path: Path, places: TomlPlaces, start: Place
) -> dict[str, Node]:
    return {name: _node(value, (*path, name), places, start) for name, value in values.items()}


def _node(value: object, path: Path, places: TomlPlaces, start: Place) -> Node:
    key = place_of(places.keys, path, start)
    place = places.values.get(path, key)
    if isinstance(value, dict):
        value = _nodes(value, path, places, start)
    elif isinstance(value, list):
        value = tuple(
            _node(item, (*path, number), places, place) for number, item in enumerate(value)
        )
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    return Node(value=value, place=place, key=key)


def _note_syntax(error: Exception, text: str, file: str, findings: Findings) -> None:
    found = _WHERE.fullmatch(str(error))
    end = (text.count("\n") + 1, len(text) - text.rfind("\n"))
    line, column = (int(found[2]), int(found[3])) if found and found[2] else end
    detail = found[1] if found else type(error).__name__
    what = Text("The file cannot be read here ({detail}).", detail=detail)
    mend = Text(
        'Write name = "value", texts in double quotes, lists in [ ], a section as [name] on its own line.'
    )
    findings.error(Place(file=file, line=line, column=column), "toml", what, mend)
