"""How the site says dates and sentences in one language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from outreach.channel import Kind, Text
from outreach.locale import gettext, translate

_DAY = {"vi": "EEEE, dd/MM/y", "en": "EEEE, d MMMM y"}
_DAYS = {"vi": "dd/MM/y", "en": "d MMM y"}
_KINDS = {
    Kind.POST: Text("News"),
    Kind.BANNER: Text("Banner"),
    Kind.EVENT: Text("Event"),
    Kind.CONTEST: Text("Contest"),
    Kind.COMMENDATION: Text("Commendation"),
}


@dataclass(frozen=True, kw_only=True)
class Words:
    """The sentences of one language; all times are shown in the zone that the caller names."""

    language: str

    def __call__(self, msgid: str) -> str:
        """The sentence, its `{placeholders}` still to fill in."""
        return _gettext(self.language)(msgid)

    def kind(self, kind: Kind) -> str:
        """The kind of a message as people call it."""
        return translate(_KINDS[kind], self.language)

    def day(self, at: datetime, zone: str) -> str:
        """Weekday and date."""
        return _formatted(at, zone, _DAY[self.language], self.language)

    def short_day(self, at: datetime, zone: str) -> str:
        """The date alone."""
        return _formatted(at, zone, _DAYS[self.language], self.language)

    def time(self, at: datetime, zone: str) -> str:
        """Hour and minute, 24-hour clock."""
        return _formatted(at, zone, "HH:mm", self.language)

    def moment(self, at: datetime, zone: str) -> str:
        """Time, weekday and date."""
        return f"{self.time(at, zone)}, {self.day(at, zone)}"

    def span(self, start: datetime, end: datetime, zone: str) -> str:
        """From when until when, the day said once if it is the same."""
        if self.day(start, zone) == self.day(end, zone):
            return f"{self.time(start, zone)} – {self.time(end, zone)}, {self.day(start, zone)}"
        return f"{self.moment(start, zone)} – {self.moment(end, zone)}"


def local(at: datetime, zone: str) -> datetime:
    """The wall time of an instant."""
    return at.astimezone(ZoneInfo(zone))


@cache
def _gettext(language: str) -> Callable[[str], str]:
    return gettext(language)


@cache
def _formatted(at: datetime, zone: str, pattern: str, language: str) -> str:
    return format_datetime(local(at, zone), pattern, locale="vi" if language == "vi" else "en_GB")
