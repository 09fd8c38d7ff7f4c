"""What each endpoint answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from outreach.domain.delivery import State
from outreach.reports import delivery_log, evidence
from outreach.reports.cells import to_plain
from outreach.reports.queue import row
from outreach.review.api import asked
from outreach.review.office import Office, Reading
from outreach.store.leafing import Choice
from outreach.store.receptions import Part

WINDOW = 5_000
"""So many lines of the log are looked at for one answer."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call: the office, a reading of it, what was asked, who asks, and what the path names: a number, or a campaign and a message."""

    office: Office
    reading: Reading
    asked: asked.Asked
    token: str = ""
    number: int | None = None
    campaign: str = ""
    message: str = ""

    def plain(self, value: Any) -> Any:
        """The value as JSON, sentences in the language that was asked for."""
        return to_plain(value, self.asked.lang)


def deliveries(call: Call) -> Any:
    """Deliveries by due time."""
    wanted = call.asked
    assert isinstance(wanted, asked.Deliveries)
    states: Sequence[State] = [wanted.state] if wanted.state else list(State)
    found = call.office.glances.first(
        states,
        wanted.limit,
        since=wanted.since,
        until=wanted.until,
        campaign=wanted.campaign,
        channel=wanted.channel,
        message=wanted.message,
    )
    rows = [row(each, call.reading.zone(each.identity.campaign)) for each in found]
    return {"deliveries": [call.plain(dict(each)) for each in rows]}


def delivery(call: Call) -> Any:
    """One delivery with its content, attempts, steps and events; None when there is none."""
    found = call.office.queue.get(call.number or 0)
    if found is None:
        return None
    return call.plain(evidence.to_record(call.reading.evidence(found)))


def log(call: Call) -> Any:
    """Lines of the log after a line, and the line from which the next call goes on."""
    wanted = call.asked
    assert isinstance(wanted, asked.Lines)
    end = min(call.office.checked_end(), wanted.after + WINDOW)
    choice = Choice(
        what=wanted.what,
        channel=wanted.channel,
        campaign=wanted.campaign,
        message=wanted.message,
    )
    found = call.office.leafing.on(choice, wanted.after, end, limit=wanted.limit)
    rows = [delivery_log.row(*each, call.reading) for each in found]
    whole = len(found) < wanted.limit
    after = max(end, wanted.after) if whole else rows[-1]["seq"]
    return {"lines": [call.plain(dict(each)) for each in rows], "after": after}


def counted(call: Call) -> Any:
    """How publications were received."""
    wanted = call.asked
    assert isinstance(wanted, asked.Statistics)
    part = Part(campaign=wanted.campaign, channel=wanted.channel)
    zone = call.reading.zone(wanted.campaign or "")
    rows = call.office.figures.table(part, wanted.by, zone).rows
    return {"rows": [call.plain(dict(each)) for each in rows]}
