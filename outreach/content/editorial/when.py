"""When a row of a calendar goes out, from its cells for day, hour and weekday."""

from __future__ import annotations

from datetime import date, datetime, time

from outreach.content.editorial.rows import Row
from outreach.content.editorial.times import Written, read_time
from outreach.content.fields import Mistake
from outreach.content.findings import Findings
from outreach.domain.campaign import Campaign
from outreach.domain.schedule import NotASchedule
from outreach.domain.schedule_words import parse_repeat
from outreach.domain.text import Text

PARTS = ("day", "clock", "weekday")


def schedule(
    row: Row, campaign: Campaign, findings: Findings, *, usual: time | None = None
) -> dict[str, str]:
    """What `at` or `repeat` says of the row; empty when a mistake was noted. Without `usual`, an hour that is missing is noted."""
    found: dict[str, Written] = {}
    for name in PARTS:
        cell = row.cell(name)
        try:
            value = cell.value if cell else None
            found[name] = read_time(value, campaign.window)
        except Mistake as mistake:
            findings.error(row.place(name), "time-unreadable", mistake.what, mistake.mend)
    if len(found) < len(PARTS):
        return {}
    day = found["day"]
    clock = found["clock"].clock or day.clock
    if day.repeat:
        return _repeat(row, day.repeat, clock, findings)
    if day.day is None:
        what = Text("The day is missing.")
        mend = Text("Write day/month/year, for example 15/11/2022.")
        findings.error(row.place("day"), "missing-day", what, mend)
        return {}
    _check_weekday(row, day, found["weekday"], findings)
    clock = clock or usual or _usual(row, day.day, campaign, findings)
    return {"at": f"{datetime.combine(day.day, clock):%Y-%m-%d %H:%M}"}


def _repeat(row: Row, said: str, clock: time | None, findings: Findings) -> dict[str, str]:
    repeat = f"{said} lúc {clock:%H:%M}" if clock and " lúc " not in said else said
    try:
        parse_repeat(repeat)
    except NotASchedule as mistake:
        findings.error(row.place("day"), "repeat-unreadable", mistake.what, mistake.mend)
        return {}
    return {"repeat": repeat}


def _check_weekday(row: Row, day: Written, apart: Written, findings: Findings) -> None:
    """A weekday that does not fit the day means that one of the two is wrong."""
    assert day.day is not None
    for name, said in (("day", day.weekday), ("weekday", apart.weekday)):
        if said is not None and said != day.day.weekday():
            what = Text("{day} is not that weekday.", day=f"{day.day:%d/%m/%Y}")
            mend = Text("Correct the day or the weekday.")
            findings.error(row.place(name), "weekday-wrong", what, mend)


def _usual(row: Row, day: date, campaign: Campaign, findings: Findings) -> time:
    posting = campaign.posting
    slots = posting.weekend_slots if day.weekday() > 4 else posting.slots
    what = Text("The hour is missing; {hour} is taken.", hour=f"{slots[0]:%H:%M}")
    mend = Text("Write the hour if it should be another.")
    findings.warning(row.place("clock" if row.cell("clock") else "day"), "no-hour", what, mend)
    return slots[0]
