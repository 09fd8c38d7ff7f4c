"""RFC 5545 recurrence rules, as far as an action month needs them: checked, bounded, in local wall time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice, takewhile

from outreach.domain.campaign import Campaign
from outreach.domain.schedule import NotASchedule, Rule
from outreach.domain.text import Text

MOST = 1000
"""A rule that asks for more occurrences within the window is refused."""

OLDEST_START = timedelta(days=400)
"""How long before the window a rule may start."""

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
RANGES = {
    "INTERVAL": (1, 1000),
    "COUNT": (1, 10_000),
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 0),
    "BYSETPOS": (-366, 366),
}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = re.compile(rf"[+-]?\d{{0,2}}({'|'.join(DAYS)})")
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_LIMITERS = {
    "HOURLY": ("BYMONTH", "BYMONTHDAY", "BYDAY"),
    "WEEKLY": ("BYMONTH",),
    "MONTHLY": ("BYMONTH",),
}
_LIMITERS["DAILY"] = _LIMITERS["HOURLY"]


def read_rule(text: str) -> Rule:
    """The rule that `text` writes; raises `NotASchedule`."""
    rule = text.strip().upper().removeprefix("RRULE:")
    parts = _parts(rule)
    _check_frequency(parts)
    for key, value in parts.items():
        _check_part(key, value)
    return Rule(rule=rule)


def rule_times(rule: Rule, campaign: Campaign) -> tuple[datetime, ...]:
    """The naive local times within the window that the rule asks for, in order; raises `NotASchedule`."""
    first = datetime.combine(campaign.window.start, time.min)
    last = datetime.combine(campaign.window.end, time.max)
    start = rule.start or first
    if first - start > OLDEST_START:
        what = Text("The rule starts on {day}, long before the campaign.", day=str(start.date()))
        raise NotASchedule(what, Text("Let “at” be a day of the campaign."))
    within = (at for at in _times(rule, start, last, campaign) if at >= first)
    found = tuple(islice(within, MOST + 1))
    if len(found) > MOST:
        what = Text("The rule asks for more than {most} occurrences.", most=MOST)
        raise NotASchedule(what, Text("Let it recur less often."))
    return found


def _times(rule: Rule, start: datetime, last: datetime, campaign: Campaign) -> Iterator[datetime]:
    # What merely filters days is taken out and filtered here: a rule that never matches would
    # otherwise be searched to the year 9999.
    parts = _parts(rule.rule)
    ours = {"UNTIL", "COUNT", *_LIMITERS.get(parts["FREQ"], ())}
    bare = ";".join(f"{key}={value}" for key, value in parts.items() if key not in ours)
    end = min(last, _until(parts["UNTIL"], campaign)) if "UNTIL" in parts else last
    wanted = _day_filter({key: value for key, value in parts.items() if key in ours})
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - as in posting_days

    try:
        every = rrulestr(bare, dtstart=start)
    except ValueError as fault:
        raise _unreadable(rule.rule) from fault
    times = takewhile(lambda at: at <= end, every)
    return islice(filter(wanted, times), int(parts["COUNT"]) if "COUNT" in parts else None)


def _day_filter(limits: dict[str, str]) -> Callable[[datetime], bool]:
    months = _numbers(limits.get("BYMONTH"))
    days = _numbers(limits.get("BYMONTHDAY"))
    weekdays = {DAYS.index(day[-2:]) for day in limits.get("BYDAY", "").split(",") if day}

    def wanted(at: datetime) -> bool:
        return (
            (not months or at.month in months)
            and (not weekdays or at.weekday() in weekdays)
            and (not days or at.day in days or _from_month_end(at) in days)
        )

    return wanted


def _from_month_end(at: datetime) -> int:
    next_month = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (at - next_month).days


def _numbers(values: str | None) -> set[int]:
    return {int(value) for value in values.split(",")} if values else set()


def _until(value: str, campaign: Campaign) -> datetime:
    found = _UNTIL.fullmatch(value)
    assert found  # read_rule refused anything else
    at = datetime.strptime(found[1] + (found[2] or "235959"), "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time
    return campaign.local(at.replace(tzinfo=UTC)).replace(tzinfo=None) if found[3] else at


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.rstrip(";").split(";"):
        key, _, value = part.partition("=")
        if key in parts or not value:
            raise _unreadable(part)
        parts[key] = value
    return parts


def _check_frequency(parts: dict[str, str]) -> None:
    frequency = parts.get("FREQ", "")
    if frequency in {"MINUTELY", "SECONDLY"}:
        what = Text("A rule finer than hourly would flood the channels.")
        raise NotASchedule(what, Text("Use FREQ=HOURLY, DAILY, WEEKLY or MONTHLY."))
    if frequency not in FREQUENCIES:
        raise _unreadable(f"FREQ={frequency}")
    if "BYSETPOS" in parts and frequency not in {"YEARLY", "MONTHLY"}:
        raise _unreadable(f"BYSETPOS={parts['BYSETPOS']}")


def _check_part(key: str, value: str) -> None:
    values = value.split(",")
    if key in RANGES:
        low, high = RANGES[key]
        right = all(re.fullmatch(r"[+-]?\d{1,5}", v) and low <= int(v) <= high for v in values)
    elif key in {"BYDAY", "WKST"}:
        right = all(_DAY.fullmatch(v) for v in values)
    elif key == "UNTIL":
        right = _is_until(value)
    else:
        right = key == "FREQ"
    if not right:
        raise _unreadable(f"{key}={value}")


def _is_until(value: str) -> bool:
    found = _UNTIL.fullmatch(value)
    try:
        return bool(found and datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S"))  # noqa: DTZ007 - wall time
    except ValueError:
        return False


def _unreadable(part: str) -> NotASchedule:
    what = Text("“{part}” is not understood in a recurrence rule.", part=part)
    example = "FREQ=WEEKLY;BYDAY=TU;BYHOUR=8;BYMINUTE=0"
    return NotASchedule(what, Text("Write for example {example}.", example=example))
