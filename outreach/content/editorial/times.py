"""Days and hours as staff write them in calendars."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from outreach.content.editorial.sheets import Value
from outreach.content.fields import Mistake
from outreach.domain.campaign import Window
from outreach.domain.schedule_words import WEEKDAYS
from outreach.domain.text import Text

SERIALS = range(20_000, 80_000)
"""Excel's numbers of the days from 1954 to 2119."""

EXCEL_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001 - a calendar's hours are local wall times
_DATE = re.compile(r"(?<!\d)(\d{1,2})\s*[/.-]\s*(\d{1,2})(?:\s*[/.-]\s*(\d{4}|\d{2}))?(?![\d/])")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_LONG = re.compile(r"(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s+năm\s+(\d{4}))?")
_CLOCK = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s*(?:(?::|giờ|h|g)\s*(\d{1,2})?)(?::\d{2})?(?:\s*(?:phút|p))?(?![\d/])"
)
_AFTERNOON = re.compile(r"\b(?:chiều|tối|pm|ch)\b")
_REPEATED = re.compile(r"(?:hằng|hàng|mỗi) (?:tuần|ngày)|weekly|daily|every")
_WEEKDAY = {name: number for number, names in enumerate(WEEKDAYS) for name in names}
_WEEKDAY_WORDS = re.compile(
    r"\b(" + "|".join(sorted(map(re.escape, _WEEKDAY), key=len, reverse=True)) + r")\b"
)


@dataclass(frozen=True, kw_only=True)
class Written:
    """What one cell says about time; what it does not say is None. `repeat` are words such as `hằng tuần vào thứ 2`."""

    day: date | None = None
    clock: time | None = None
    weekday: int | None = None
    repeat: str = ""


def read_time(value: Value, window: Window) -> Written:
    """The day, hour and weekday in a cell; a day without a year lies in the window. Raises `Mistake`."""
    match value:
        case datetime():
            at_midnight = value.time() == time.min
            return Written(day=value.date(), clock=None if at_midnight else _minute(value))
        case date():
            return Written(day=value)
        case time():
            return Written(clock=value.replace(second=0, microsecond=0))
        case bool() | None:
            return Written()
        case int() | float():
            return _serial(value)
        case _:
            return _words(value, window)


def _minute(instant: datetime) -> time:
    return (instant + timedelta(seconds=30)).time().replace(second=0, microsecond=0)


def _serial(number: float) -> Written:
    """Days since Excel's beginning; a number below 1 is an hour of a day."""
    if 0 < number < 1 or int(number) in SERIALS:
        instant = EXCEL_BEGINS + timedelta(days=number)
        clock = _minute(instant) if number % 1 else None
        return Written(day=instant.date() if number >= 1 else None, clock=clock)
    if number in range(24):
        return Written(clock=time(int(number)))
    raise _unreadable(str(number))


def _words(text: str, window: Window) -> Written:
    words = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if _REPEATED.match(words):
        return Written(repeat=words)
    weekday = _WEEKDAY_WORDS.search(words)
    day, rest = _day(words, window)
    clock = _clock(rest)
    if day is None and clock is None and weekday is None and words:
        raise _unreadable(text)
    return Written(day=day, clock=clock, weekday=_WEEKDAY[weekday[1]] if weekday else None)


def _day(words: str, window: Window) -> tuple[date | None, str]:
    """The day, and the words without it."""
    for pattern in (_ISO, _LONG, _DATE):
        if found := pattern.search(words):
            parts = found.groups()
            year, month, day = parts if pattern is _ISO else (parts[2], parts[1], parts[0])
            if pattern.search(words, found.end()):
                raise _two_days(words)
            return _date(words, year, int(month), int(day), window), pattern.sub(" ", words)
    return None, words


def _date(words: str, year: str | None, month: int, day: int, window: Window) -> date:
    years = [int(year) + (2000 if int(year) < 100 else 0)] if year else _years(window)
    found = [made for each in years if (made := _made(each, month, day))]
    if not found:
        what = Text("There is no day {text} in the calendar.", text=words)
        raise Mistake(what, Text("Write day/month/year, for example 15/11/2022."))
    return next((each for each in found if each in window), found[0])


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _years(window: Window) -> list[int]:
    return list(range(window.start.year, window.end.year + 1))


def _clock(words: str) -> time | None:
    found = _CLOCK.search(words)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour < 12 and _AFTERNOON.search(words):
        hour += 12
    if hour > 23 or minute > 59:
        what = Text("“{text}” is not a time of day.", text=words.strip())
        raise Mistake(
            what, Text("Write hours and minutes between 00:00 and 23:59, for example 08:00.")
        )
    return time(hour, minute)


def _unreadable(text: str) -> Mistake:
    what = Text("“{text}” is not a day that can be read.", text=text[:60])
    return Mistake(what, Text("Write day/month/year and the hour, for example 15/11/2022 08:00."))


def _two_days(text: str) -> Mistake:
    what = Text("“{text}” names two days.", text=text[:60])
    return Mistake(what, Text("Write one day per row; for a banner write its file by hand."))
