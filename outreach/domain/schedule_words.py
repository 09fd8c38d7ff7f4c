"""The words in which staff say when: Vietnamese and English, one reader for each kind of answer."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.domain.message import Lateness, LatePolicy
from outreach.domain.recurrence import read_rule
from outreach.domain.schedule import NotASchedule, Rule, Weekly
from outreach.domain.text import Text

__all__ = [
    "NotASchedule",
    "parse_day",
    "parse_duration",
    "parse_instant",
    "parse_lateness",
    "parse_repeat",
    "parse_time",
]

WEEKDAYS = (
    ("mon", "monday", "thứ 2", "thứ hai", "t2"),
    ("tue", "tues", "tuesday", "thứ 3", "thứ ba", "t3"),
    ("wed", "wednesday", "thứ 4", "thứ tư", "t4"),
    ("thu", "thur", "thurs", "thursday", "thứ 5", "thứ năm", "t5"),
    ("fri", "friday", "thứ 6", "thứ sáu", "t6"),
    ("sat", "saturday", "thứ 7", "thứ bảy", "thứ bẩy", "t7"),
    ("sun", "sunday", "chủ nhật", "cn"),
)
UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "phút": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "giờ": timedelta(hours=1),
    "d": timedelta(days=1),
    "ngày": timedelta(days=1),
}
MOST_LETTERS = 300
YEARS = range(1900, 2200)
LONGEST = timedelta(days=366)
SKIP = frozenset({"skip", "bỏ qua"})
ASK = frozenset({"ask", "hỏi"})

_NUMBER_OF = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
_AMOUNT = re.compile(r"(\d{1,6})\s*([^\W\d]+)\s*")
_DAILY = re.compile(r"(?:daily|every day|(?:hằng|hàng|mỗi) ngày)")
_WEEKLY = re.compile(r"(?:weekly|every week|(?:hằng|hàng|mỗi) tuần)(?: on| vào)? (?P<days>.+)")
_REPEAT = re.compile(
    r"(?P<head>.+?) (?:at|lúc) (?P<times>.+?)"
    r"(?: (?:from|từ)(?: ngày)? (?P<start>.+?))?(?: (?:until|đến)(?: ngày)? (?P<until>.+?))?"
)
_SEPARATOR = re.compile(r"\s*(?:,|;| and | và )\s*")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATE_REVERSED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(.*)")
_TIME = re.compile(r"(\d{1,2})(?::(\d{2})|h(\d{2})?)")
_INSTANT = re.compile(r"(\S+?)(?:t|\s+)(\d{1,2}:\d{2})")


def parse_repeat(text: str) -> Weekly | Rule:
    """The recurrence that `text` says in words or as an RFC 5545 rule; raises `NotASchedule`."""
    words = _plain(text)
    if words.startswith(("freq=", "rrule:")) or (";" in words and "=" in words):
        return read_rule(text)
    found = _REPEAT.fullmatch(words) if len(words) <= MOST_LETTERS else None
    if not found:
        raise _not_a_repeat(text)
    return Weekly(
        weekdays=_weekdays(found["head"], text),
        times=tuple(sorted({parse_time(word) for word in _SEPARATOR.split(found["times"])})),
        start=parse_day(found["start"]) if found["start"] else None,
        until=parse_day(found["until"]) if found["until"] else None,
    )


def parse_duration(text: str) -> timedelta:
    """A span such as `6h`, `90m`, `2d`, `1h30m` or `6 giờ`, more than nothing; raises `NotASchedule`."""
    words = _plain(text)
    amounts = _AMOUNT.findall(words)
    known = all(unit in UNITS for _, unit in amounts)
    if amounts and known and _AMOUNT.sub("", words) == "":
        length = sum((int(number) * UNITS[unit] for number, unit in amounts), timedelta(0))
        if timedelta(0) < length <= LONGEST:
            return length
    what = Text("“{text}” is not a length of time.", text=text)
    raise NotASchedule(what, Text("Write minutes, hours or days, for example 90m, 6h or 2d."))


def parse_lateness(text: str) -> Lateness:
    """A late policy: a duration, `skip` or `ask`; raises `NotASchedule`."""
    words = _plain(text)
    if words in SKIP:
        return Lateness(policy=LatePolicy.SKIP)
    if words in ASK:
        return Lateness(policy=LatePolicy.ASK)
    try:
        return Lateness(policy=LatePolicy.WITHIN, limit=parse_duration(text))
    except NotASchedule:
        what = Text("“{text}” does not say how late is still useful.", text=text)
        mend = Text("Write a length of time such as 6h, or skip, or ask.")
        raise NotASchedule(what, mend) from None


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """A local `YYYY-MM-DD HH:MM` of the zone as aware UTC; raises `NotASchedule`."""
    _refuse_reversed(text)
    found = _INSTANT.fullmatch(_plain(text))
    if not found:
        what = Text("“{text}” is not a date with a time.", text=text)
        raise NotASchedule(what, Text("Write year-month-day and the time: 2022-11-15 08:00."))
    local = datetime.combine(parse_day(found[1]), parse_time(found[2]), tzinfo=zone)
    return local.astimezone(UTC)


def parse_day(text: str) -> date:
    """A date `YYYY-MM-DD`; raises `NotASchedule`."""
    if found := _DATE.fullmatch(text.strip()):
        year, month, day = (int(part) for part in found.groups())
        with suppress(ValueError):
            if year in YEARS:
                return date(year, month, day)
        what = Text("There is no day {text} in the calendar.", text=text)
        raise NotASchedule(what, Text("Check the day, the month and the year."))
    _refuse_reversed(text)
    what = Text("“{text}” is not written as a date.", text=text)
    raise NotASchedule(what, Text("Write year-month-day: 2022-11-15."))


def parse_time(text: str) -> time:
    """A time of day `HH:MM` (also `8h`, `8h30`); raises `NotASchedule`."""
    found = _TIME.fullmatch(text.strip())
    hour, minute = (int(found[1]), int(found[2] or found[3] or 0)) if found else (24, 0)
    if hour < 24 and minute < 60:
        return time(hour, minute)
    what = Text("“{text}” is not a time of day.", text=text)
    raise NotASchedule(
        what, Text("Write hours and minutes between 00:00 and 23:59, for example 08:00.")
    )


def _weekdays(head: str, text: str) -> frozenset[int]:
    if _DAILY.fullmatch(head):
        return frozenset(range(7))
    found = _WEEKLY.fullmatch(head)
    if not found:
        raise _not_a_repeat(text)
    return frozenset(_weekday(word) for word in _SEPARATOR.split(found["days"]))


def _weekday(word: str) -> int:
    if word not in _NUMBER_OF:
        what = Text("“{word}” is not a weekday.", word=word)
        raise NotASchedule(what, Text("Write mon, tue, … sun, or thứ 2, thứ 3, … chủ nhật."))
    return _NUMBER_OF[word]


def _refuse_reversed(text: str) -> None:
    if found := _DATE_REVERSED.fullmatch(text.strip()):
        right = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}{found[4]}"
        what = Text("“{text}” has the day first.", text=text)
        raise NotASchedule(what, Text("Write year-month-day: {right}.", right=right))


def _not_a_repeat(text: str) -> NotASchedule:
    what = Text("“{text}” does not say how often and when.", text=text)
    vi, en = "hằng tuần vào thứ 2, thứ 5 lúc 08:00", "weekly on mon, thu at 08:00"
    return NotASchedule(what, Text("Write for example “{vi}” or “{en}”.", vi=vi, en=en))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
