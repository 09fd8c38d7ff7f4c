"""The days of a window on which posts may go out, and the posting slots that they offer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from outreach.domain.campaign import Campaign, Holidays, Window


@cache
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of Viet Nam in one year, days off in lieu included."""
    # Slow to import, and large: the service, which plans in a process of its own, does without.
    from holidays import country_holidays  # noqa: PLC0415 - as said

    return frozenset(country_holidays("VN", years=year))


def days_of(window: Window) -> Iterator[date]:
    """Every day of the window, in order."""
    for number in range((window.end - window.start).days + 1):
        yield window.start + timedelta(days=number)


def holidays_of(campaign: Campaign) -> frozenset[date]:
    """The public holidays on which this campaign does not post."""
    if campaign.posting.holidays is Holidays.POST:
        return frozenset()
    years = range(campaign.window.start.year, campaign.window.end.year + 1)
    every = frozenset[date]().union(*(public_holidays(year) for year in years))
    return frozenset(day for day in every if day in campaign.window)


@dataclass(frozen=True, kw_only=True)
class PostingDays:
    """What the campaign's calendar allows: `holidays` and `closed` days (holidays and blackout), and the open slots in order.

    Sets of slots are whole numbers whose bit `i` stands for `slots[i]`, so that thousands of messages are placed quickly.
    """

    holidays: frozenset[date]
    closed: frozenset[date]
    slots: tuple[datetime, ...]

    @property
    def all_slots(self) -> int:
        """The set of every open slot."""
        return (1 << len(self.slots)) - 1

    def near(self, instant: datetime, gap: timedelta) -> int:
        """The slots nearer to `instant` than `gap`; only the very same instant when the gap is nothing."""
        if gap:
            return _bits(
                bisect_right(self.slots, instant - gap), bisect_left(self.slots, instant + gap)
            )
        return _bits(bisect_left(self.slots, instant), bisect_right(self.slots, instant))

    def between(self, begin: datetime, end: datetime) -> int:
        """The slots from `begin` until before `end`."""
        return _bits(bisect_left(self.slots, begin), bisect_left(self.slots, end))


def posting_days(campaign: Campaign) -> PostingDays:
    """The posting days of a campaign's window."""
    holidays = holidays_of(campaign)
    closed = holidays | campaign.posting.blackout
    open_days = (day for day in days_of(campaign.window) if day not in closed)
    return PostingDays(holidays=holidays, closed=closed, slots=_slots(campaign, open_days))


def is_within(at: time, hours: tuple[time, time]) -> bool:
    """Whether the local time lies in `hours`, both ends included; over midnight when the first is later."""
    begin, end = hours
    return begin <= at <= end if begin <= end else at >= begin or at <= end


def _slots(campaign: Campaign, days: Iterable[date]) -> tuple[datetime, ...]:
    posting = campaign.posting
    instants = {
        campaign.utc(day, at)
        for day in days
        for at in (posting.weekend_slots if day.weekday() >= 5 else posting.slots)
        if not posting.is_quiet(at)
    }
    return _not_quiet(campaign, sorted(instants))


def _not_quiet(campaign: Campaign, instants: list[datetime]) -> tuple[datetime, ...]:
    # A slot in the hour that daylight saving skips moves on, perhaps into the quiet hours.
    return tuple(at for at in instants if not campaign.posting.is_quiet(campaign.local(at).time()))


def _bits(low: int, high: int) -> int:
    return (1 << high) - (1 << low) if high > low else 0


def first_of(slots: int) -> int:
    """The index of the first slot of a set that is not empty."""
    return (slots & -slots).bit_length() - 1


def nearest_of(slots: int, ideal: int) -> int:
    """The index of the slot nearest to `ideal` in a set that is not empty; the earlier of two equally near."""
    before = (slots & ((2 << ideal) - 1)).bit_length() - 1
    later = slots >> ideal
    after = first_of(later) + ideal if later else -1
    if before < 0 or (after >= 0 and after - ideal < ideal - before):
        return after
    return before
