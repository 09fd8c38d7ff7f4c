"""On which days readers are reminded of a contest's deadline."""

from __future__ import annotations

from datetime import date, timedelta

from outreach.domain.campaign import Campaign
from outreach.domain.limits import warning_in
from outreach.domain.message import ContestDetails, Message
from outreach.domain.problem import Problem
from outreach.domain.text import Text

REMINDERS = 10_000
"""The reminder of d days before is ordinal REMINDERS + d, whatever becomes of the announcements."""


def reminder_days(
    message: Message, campaign: Campaign, closed: frozenset[date], first: date
) -> tuple[list[tuple[int, date]], list[Problem]]:
    """Days before the deadline with their dates, earliest first, after the `first` announcement; and what was left out, why."""
    if not isinstance(message.details, ContestDetails):
        return [], []
    deadline = campaign.local(message.details.deadline).date()
    asked = [
        (before, deadline - timedelta(days=before))
        for before in sorted(set(message.details.reminders), reverse=True)
    ]
    useful = [(before, day) for before, day in asked if day > first]
    open_days = [one for one in useful if one[1] in campaign.window and one[1] not in closed]
    warnings = [_left_out(message, day) for before, day in useful if (before, day) not in open_days]
    return open_days, warnings


def _left_out(message: Message, day: date) -> Problem:
    what = Text("No reminder goes out on {day}: nothing is posted on that day.", day=str(day))
    mend = Text("Choose other days in “reminders”.")
    return warning_in(message, "reminders", "no-reminder", what, mend)
