"""The hard rules of a plan: what may not go out as asked, why, and how to mend it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

from outreach.domain.campaign import Campaign
from outreach.domain.candidate import Candidate
from outreach.domain.capabilities import Per
from outreach.domain.message import BannerDetails, Message
from outreach.domain.posting_days import PostingDays, is_within
from outreach.domain.problem import Problem, Severity
from outreach.domain.schedule import Hang
from outreach.domain.text import Text

LONGEST_HANGING = timedelta(days=15)
"""How long a printed banner may hang (Advertising Law 2012, article 27)."""


def problem_in(message: Message, key: str, code: str, what: Text, mend: Text) -> Problem:
    """A problem of a message, at the line of its file that holds `key`."""
    return Problem(place=message.place(key), code=code, what=what, mend=mend)


def warning_in(message: Message, key: str, code: str, what: Text, mend: Text) -> Problem:
    """Like `problem_in`, but it holds nothing."""
    return replace(problem_in(message, key, code, what, mend), severity=Severity.WARNING)


def first_fault(candidate: Candidate, campaign: Campaign, days: PostingDays) -> Problem | None:
    """The first hard rule that the candidate breaks by itself, if any."""
    fault = (
        _kind_fault(candidate)
        or _window_fault(candidate, campaign)
        or _end_fault(candidate, campaign)
        or _hours_fault(candidate)
    )
    if fault or candidate.by_people:
        return fault
    return _closed_day_fault(candidate, days) or _quiet_fault(candidate, campaign)


def banner_warnings(
    message: Message, candidates: list[Candidate], campaign: Campaign
) -> Iterator[Problem]:
    """What the office should know about a banner, though it does not hold it."""
    hang = message.schedule
    if not isinstance(hang, Hang):
        return
    printed = isinstance(message.details, BannerDetails) and (
        message.details.size or message.details.places
    )
    if (
        printed or any(c.by_people for c in candidates)
    ) and hang.end - hang.start > LONGEST_HANGING:
        what = Text("A printed banner may hang at most {days} days.", days=LONGEST_HANGING.days)
        first, second = _two_hangings(hang, campaign)
        mend = Text(
            "Hang it in two periods: write two messages, one for {first} and one for {second}.",
            first=first,
            second=second,
        )
        yield warning_in(message, "until", "banner-too-long", what, mend)
    if hang.end >= campaign.closes:
        what = Text("The banner comes down only after the campaign has ended.")
        mend = Text("Let “until” be a day of the campaign.")
        yield warning_in(message, "until", "down-after-window", what, mend)
    for candidate in candidates:
        if candidate.withdraw_at is None:
            what = Text(
                "The channel {channel} cannot take the banner down again.",
                channel=candidate.profile.name,
            )
            mend = Text("Take it down there by hand, or leave this channel out.")
            yield warning_in(message, "channels", "stays-up", what, mend)


def _two_hangings(hang: Hang, campaign: Campaign) -> tuple[str, str]:
    """The first and the last days of a long hanging, each as long as a banner may hang, and no longer than half of it."""
    first, last = campaign.local(hang.start).date(), campaign.local(hang.end).date()
    days = min(LONGEST_HANGING.days, ((last - first).days + 1) // 2)
    rest = timedelta(days=days - 1)
    return _days(first, first + rest), _days(last - rest, last)


def _days(first: date, last: date) -> str:
    return f"{first:%d/%m} – {last:%d/%m/%Y}"


def gap_fault(candidate: Candidate, neighbour: Candidate, gap: timedelta) -> Problem:
    """Two publications of one channel come too close: `candidate` gives way."""
    what = Text(
        "At {when} on {channel} this comes less than {minutes} minutes from {other} at {other_when}.",
        when=candidate.when,
        channel=candidate.profile.name,
        minutes=_minutes(gap),
        other=neighbour.message.file,
        other_when=neighbour.when,
    )
    mend = Text("Move one of the two by at least {minutes} minutes.", minutes=_minutes(gap))
    return problem_in(candidate.message, candidate.key, "too-close", what, mend)


class Quotas:
    """How much of each channel's quota is used, counted in the order in which candidates are offered."""

    def __init__(self) -> None:
        self._kept: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)

    def fault(self, candidate: Candidate) -> Problem | None:
        """Counts the candidate in, or says what is full and which ones are kept."""
        counted = []
        for quota in candidate.profile.capabilities.quotas:
            form = "%Y-%m" if quota.per is Per.MONTH else "%Y-%m-%d"
            period = candidate.local.strftime(form)
            kept = self._kept[candidate.profile.name, period]
            if len(kept) >= quota.count:
                return _quota_fault(candidate, quota.count, period, kept)
            counted.append(kept)
        for kept in counted:
            kept.append(candidate)
        return None


def _quota_fault(candidate: Candidate, count: int, period: str, kept: list[Candidate]) -> Problem:
    shown = sorted(kept, key=lambda one: (one.due, one.message.id))
    what = Text(
        "{channel} takes only {count} in {period}; those go to {kept}.",
        channel=candidate.profile.name,
        count=count,
        period=period,
        kept=", ".join(f"{one.message.id} ({one.when})" for one in shown) or "-",
    )
    mend = Text("Leave the channel out here, or in one of those, or move one to another time.")
    return problem_in(candidate.message, "channels", "quota", what, mend)


def _kind_fault(candidate: Candidate) -> Problem | None:
    message, profile = candidate.message, candidate.profile
    if message.kind in profile.capabilities.kinds:
        return None
    what = Text(
        "The channel {channel} does not take messages of kind “{kind}”.",
        channel=profile.name,
        kind=message.kind.value,
    )
    return problem_in(message, "channels", "kind", what, Text("Leave this channel out."))


def _window_fault(candidate: Candidate, campaign: Campaign) -> Problem | None:
    window = campaign.window
    if candidate.local.date() in window:
        return None
    what = Text(
        "{when} lies outside the campaign, which runs from {start} to {end}.",
        when=candidate.when,
        start=str(window.start),
        end=str(window.end),
    )
    mend = Text("Choose a day of the campaign, or change the window in campaign.toml.")
    return problem_in(candidate.message, candidate.key, "outside-window", what, mend)


def _end_fault(candidate: Candidate, campaign: Campaign) -> Problem | None:
    if candidate.due < candidate.expires:
        return None
    end = f"{campaign.local(candidate.expires):%Y-%m-%d %H:%M}"
    what = Text("{when} is too late: it is over at {end}.", when=candidate.when, end=end)
    return problem_in(
        candidate.message, candidate.key, "after-end", what, Text("Choose an earlier time.")
    )


def _hours_fault(candidate: Candidate) -> Problem | None:
    hours = candidate.profile.capabilities.hours
    if hours is None or is_within(candidate.local.time(), hours):
        return None
    what = Text(
        "The channel {channel} takes nothing at {time}, only from {start} to {end}.",
        channel=candidate.profile.name,
        time=_clock(candidate.local.time()),
        start=_clock(hours[0]),
        end=_clock(hours[1]),
    )
    return problem_in(candidate.message, candidate.key, "channel-hours", what, _other_time())


def _closed_day_fault(candidate: Candidate, days: PostingDays) -> Problem | None:
    day = candidate.local.date()
    if day in days.holidays:
        what = Text("{day} is a public holiday.", day=str(day))
        mend = Text('Choose another day, or write holidays = "post" in campaign.toml.')
        return problem_in(candidate.message, candidate.key, "holiday", what, mend)
    if day in days.closed:
        what = Text("{day} is a day without posts (blackout in campaign.toml).", day=str(day))
        return problem_in(
            candidate.message, candidate.key, "blackout", what, Text("Choose another day.")
        )
    return None


def _quiet_fault(candidate: Candidate, campaign: Campaign) -> Problem | None:
    quiet = campaign.posting.quiet
    if quiet is None or not campaign.posting.is_quiet(candidate.local.time()):
        return None
    what = Text(
        "{time} lies in the quiet hours from {start} to {end}.",
        time=_clock(candidate.local.time()),
        start=_clock(quiet[0]),
        end=_clock(quiet[1]),
    )
    return problem_in(candidate.message, candidate.key, "quiet-hours", what, _other_time())


def _other_time() -> Text:
    return Text("Choose another time of day.")


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _minutes(gap: timedelta) -> int:
    return gap // timedelta(minutes=1)
