"""One month of the calendar: its days, its neighbours, and when it begins and ends somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Self

from outreach.domain.campaign import Window

EARLIEST, LATEST = 1970, 9998
"""Years; every month between them has neighbours, in every zone."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month by its `first` day."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        """The month of that day, no earlier and no later than there are months."""
        year = min(max(day.year, EARLIEST), LATEST)
        return cls(first=date(year, day.month, 1))

    @classmethod
    def named(cls, name: str) -> Self:
        """The month of a name such as 2022-11. Raises ValueError."""
        return cls.of(datetime.strptime(name, "%Y-%m").replace(tzinfo=UTC).date())

    @property
    def after(self) -> Self:
        """The next one."""
        return self.of(self.first + timedelta(days=31))

    @property
    def before(self) -> Self:
        """The one before."""
        return self.of(self.first - timedelta(days=1))

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def meets(self, window: Window) -> bool:
        """Whether the window reaches into it."""
        return window.start <= self.last and window.end >= self.first

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """When it begins there, and when the next one does (both in UTC)."""
        begin, end = (
            datetime.combine(day, time(), zone).astimezone(UTC)
            for day in (self.first, self.last + timedelta(days=1))
        )
        return begin, end
