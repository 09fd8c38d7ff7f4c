"""What a row says of a message that is no plain post: until when a banner hangs, where an event is, who is commended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from outreach.content.editorial.rows import Row
from outreach.content.editorial.times import Written, read_time
from outreach.content.editorial.when import schedule
from outreach.content.fields import Mistake
from outreach.content.findings import Findings
from outreach.domain.campaign import Campaign
from outreach.domain.message import Kind
from outreach.domain.text import Text

USUAL_LENGTH = timedelta(hours=2)
"""How long an event lasts when nobody says it."""

END_OF_WORK = time(17)
_STAMP = "%Y-%m-%d %H:%M"
_BETWEEN = re.compile(r"\s*[;\n]\s*")
_REASON = re.compile(r"\s*:\s+|\s+[–—-]\s+")
HONOURED = ("collectives", "individuals")

Front = Mapping[str, object]


def front_matter(kind: Kind, row: Row, campaign: Campaign, findings: Findings) -> Front:
    """Kind and times of a row, and what else only this kind has; what cannot be read is noted."""
    usual = campaign.posting.banner_up if kind is Kind.BANNER else None
    when = schedule(row, campaign, findings, usual=usual)
    if kind is Kind.POST or not when:
        return when
    reader = _Kinds(row=row, campaign=campaign, findings=findings)
    if kind in (Kind.BANNER, Kind.EVENT) and "at" not in when:
        what = Text("A banner or an event has one day, not a rule for several.")
        mend = Text("Write one day per row, for example 15/11/2022.")
        findings.error(row.place("day"), "repeat-unusable", what, mend)
        return when
    match kind:
        case Kind.BANNER:
            told = reader.banner(_moment(when))
        case Kind.EVENT:
            told = reader.event(_moment(when))
        case Kind.CONTEST:
            told = {**when, **reader.contest()}
        case Kind.COMMENDATION:
            told = {**when, **reader.commendation()}
    return {"kind": kind.value, **told}


def _moment(when: Mapping[str, str]) -> datetime:
    return datetime.strptime(when["at"], _STAMP)  # noqa: DTZ007 - a calendar's hours are local wall times


@dataclass(frozen=True, kw_only=True)
class _Kinds:
    row: Row
    campaign: Campaign
    findings: Findings

    def banner(self, start: datetime) -> Front:
        """It goes up and comes down at the campaign's hours; without a last day it hangs until the campaign's end."""
        until = self._written("until").day
        return {
            "from": f"{start:%Y-%m-%d}",
            "until": f"{until:%Y-%m-%d}" if until else "",
            "slogan": self.row.words("slogan"),
            "size": self.row.words("size"),
            "places": self._listed("place"),
        }

    def event(self, start: datetime) -> Front:
        """Its place is asked for; an end that is missing is guessed and said."""
        if not self.row.words("place"):
            what, mend = Text("The place is missing."), Text("Write where the event is held.")
            self.findings.error(self.row.place("place"), "missing-place", what, mend)
        return {
            "start": f"{start:{_STAMP}}",
            "end": f"{self._end(start):{_STAMP}}",
            "place": self.row.words("place"),
        }

    def contest(self) -> Front:
        """Entries are taken until the end of work where no hour is written."""
        name = "deadline" if self.row.words("deadline") else "until"
        last = self._written(name)
        if last.day is None:
            what = Text("The last day for entries is missing.")
            mend = Text("Write it in a column “Hạn nhận bài”, for example 09/12/2022 17:00.")
            self.findings.error(self.row.place("deadline"), "missing-deadline", what, mend)
            return {}
        return {"deadline": f"{datetime.combine(last.day, last.clock or END_OF_WORK):{_STAMP}}"}

    def commendation(self) -> Front:
        """Names one below the other, each with its reason behind a colon or a dash."""
        found = {name: [_honour(words) for words in self._listed(name)] for name in HONOURED}
        if not any(found.values()):
            what = Text("Nobody is named who is commended.")
            mend = Text(
                "Write the names in a column “Tập thể” or “Cá nhân”, each on a line of its own."
            )
            self.findings.error(self.row.place("collectives"), "missing-honours", what, mend)
        return found

    def _end(self, start: datetime) -> datetime:
        last = self._written("until")
        if last.clock or (last.day and last.day > start.date()):
            day: date = last.day or start.date()
            return datetime.combine(day, last.clock or END_OF_WORK)
        end = start + USUAL_LENGTH
        what = Text("The end is missing; {hour} is taken.", hour=f"{end:%H:%M}")
        mend = Text("Write the hour in a column “Kết thúc” if it should be another.")
        self.findings.warning(self.row.place("until"), "no-end", what, mend)
        return end

    def _written(self, name: str) -> Written:
        cell = self.row.cell(name)
        try:
            return read_time(cell.value if cell else None, self.campaign.window)
        except Mistake as mistake:
            self.findings.error(self.row.place(name), "time-unreadable", mistake.what, mistake.mend)
            return Written()

    def _listed(self, name: str) -> list[str]:
        cell = self.row.cell(name)
        parts = _BETWEEN.split(str(cell.value or "")) if cell else []
        return [" ".join(part.lstrip("-•+ ").split()) for part in parts if part.strip("-•+ ")]


def _honour(words: str) -> dict[str, str]:
    name, *reason = _REASON.split(words, maxsplit=1)
    return {"name": name, **({"reason": reason[0]} if reason else {})}
