"""Moves a date of last year's month into this year's: weekdays are kept, the fixed days stay by date."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta

from outreach.domain.campaign import Window

FIXED_DAYS = frozenset({(11, 25), (12, 10)})
"""Month and day of what the calendar fixes: the day against violence against women, and human rights day."""


def shift(
    day: date,
    old_window: Window,
    new_window: Window,
    fixed_days: Collection[tuple[int, int]] = FIXED_DAYS,
) -> date:
    """The day of the new window that stands for `day` of the old one.

    First and last day stay first and last, `fixed_days` (month, day) keep their date, every other day becomes the nearest same
    weekday that lies in the new window; days outside the old window may lie outside the new one.
    """
    if day == old_window.start:
        return new_window.start
    if day == old_window.end:
        return new_window.end
    target = new_window.start + (day - old_window.start)
    if (day.month, day.day) in fixed_days and (fixed := _same_date(day, target)):
        return fixed
    found = _same_weekday(day, target)
    return _into(new_window, found) if day in old_window else found


def _same_date(day: date, target: date) -> date | None:
    found = []
    for year in (target.year - 1, target.year, target.year + 1):
        with suppress(ValueError):
            found.append(day.replace(year=year))
    return min(found, key=lambda one: abs(one - target), default=None)


def _same_weekday(day: date, target: date) -> date:
    later = (day.weekday() - target.weekday()) % 7
    return target + timedelta(days=later if later <= 3 else later - 7)


def _into(window: Window, day: date) -> date:
    if day > window.end:
        weeks = -((window.end - day) // timedelta(weeks=1))
        day -= timedelta(weeks=weeks)
    if day < window.start:
        day += timedelta(weeks=1)
    return min(day, window.end)
