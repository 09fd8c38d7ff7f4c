"""A plan in the making: messages are read, then placed in the order of who gives way to whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches

from outreach.domain.campaign import Campaign
from outreach.domain.candidate import (
    Candidate,
    Firmness,
    candidates,
    expires_of,
    identity_of,
    scheduled_on,
)
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.delivery import Action, Identity
from outreach.domain.limits import (
    Quotas,
    banner_warnings,
    first_fault,
    gap_fault,
    problem_in,
    warning_in,
)
from outreach.domain.message import Message
from outreach.domain.posting_days import posting_days
from outreach.domain.problem import Problem
from outreach.domain.reminders import REMINDERS, reminder_days
from outreach.domain.schedule import NotASchedule, Spread
from outreach.domain.text import Text
from outreach.domain.timetable import Timetable


class Draft:
    """`accepted` may go out, `stopped` may not and says why; `held` messages are not planned at all, `unsure` ones in part."""

    def __init__(self, campaign: Campaign, channels: Sequence[ChannelProfile]) -> None:
        self.accepted: list[Candidate] = []
        self.stopped: dict[Identity, Problem] = {}
        self.held: dict[str, Problem] = {}
        self.unsure: dict[str, Problem] = {}
        self.problems: dict[Problem, None] = {}
        self._campaign = campaign
        self._channels = sorted(channels, key=lambda profile: profile.name)
        self._days = posting_days(campaign)
        self._timetable = Timetable(campaign, self._days)

    def fill(self, messages: Iterable[Message]) -> None:
        """Places everything that the messages ask for, each message id once."""
        asked = [(message, self._recipients(message)) for message in self._unique(messages)]
        fixed = [one for message, profiles in asked for one in self._fixed(message, profiles)]
        for candidate in sorted(fixed, key=_precedence):
            self._offer(candidate)
        first: dict[str, date] = {}
        for candidate in fixed:
            day = candidate.local.date()
            first[candidate.message.id] = min(first.get(candidate.message.id, day), day)
        for message, profiles in asked:
            self._remind(message, profiles, first.get(message.id, date.min))
        for message, profiles in asked:
            if isinstance(message.schedule, Spread):
                self._spread(message, message.schedule.count, scheduled_on(message, profiles))
        self._keep_quotas()

    def _unique(self, messages: Iterable[Message]) -> list[Message]:
        found: dict[str, Message] = {}
        for message in sorted(messages, key=lambda one: (one.id, one.file)):
            first = found.setdefault(message.id, message)
            if first is not message:
                what = Text(
                    "The id “{id}” is already used by {file}.", id=message.id, file=first.file
                )
                mend = Text("Give this message another id, or rename its file.")
                self._note(problem_in(message, "id", "id-twice", what, mend))
        return list(found.values())

    def _recipients(self, message: Message) -> tuple[ChannelProfile, ...]:
        for word in message.channels:
            if not any(profile.answers_to(word) for profile in self._channels):
                unknown = self._unknown_channel(message, word)
                self.unsure.setdefault(message.id, unknown)
                self._note(unknown)
        return tuple(
            profile
            for profile in self._channels
            if any(profile.answers_to(word) for word in message.channels)
        )

    def _unknown_channel(self, message: Message, word: str) -> Problem:
        known = sorted({name for one in self._channels for name in (one.name, *one.tags)})
        what = Text("There is no channel and no tag “{word}”.", word=word)
        close = get_close_matches(word, known, n=1)
        if close:
            mend = Text("Did you mean “{guess}”?", guess=close[0])
        else:
            mend = Text("Channels and tags are: {known}.", known=", ".join(known) or "-")
        return problem_in(message, "channels", "unknown-channel", what, mend)

    def _fixed(self, message: Message, profiles: Sequence[ChannelProfile]) -> list[Candidate]:
        try:
            found = list(candidates(message, profiles, self._campaign, self._days.closed))
        except NotASchedule as refusal:
            fault = problem_in(message, "repeat", "repeat", refusal.what, refusal.mend)
            self.held[message.id] = fault
            self._note(fault)
            return []
        if profiles and not found and not isinstance(message.schedule, Spread):
            what = Text("This never happens within the campaign.")
            mend = Text("Choose days of the campaign on which posts go out.")
            self._note(warning_in(message, "repeat", "never", what, mend))
        for warning in banner_warnings(message, found, self._campaign):
            self._note(warning)
        return found

    def _offer(self, candidate: Candidate) -> None:
        fault = first_fault(candidate, self._campaign, self._days)
        if not fault and (neighbour := self._timetable.neighbour(candidate)):
            fault = gap_fault(candidate, neighbour, self._campaign.posting.minimum_gap)
        if fault:
            self._stop(candidate.identity, fault)
        else:
            self._timetable.take(candidate)
            self.accepted.append(candidate)

    def _remind(self, message: Message, profiles: Sequence[ChannelProfile], first: date) -> None:
        days, warnings = reminder_days(message, self._campaign, self._days.closed, first)
        for warning in warnings:
            self._note(warning)
        by_machine = [one for one in profiles if not one.capabilities.carried_out_by_people]
        for before, day in days:
            for profile in by_machine:
                self._remind_on(message, profile, day, before)

    def _remind_on(self, message: Message, profile: ChannelProfile, day: date, before: int) -> None:
        due = self._timetable.first_free(profile, day)
        ordinal = REMINDERS + before
        if due:
            reminder = self._candidate(message, profile, ordinal, due)
            self._offer(replace(reminder, firmness=Firmness.REMINDER, days_left=before))
            return
        what = Text(
            "On {day} {channel} has no free posting slot for the reminder.",
            day=str(day),
            channel=profile.name,
        )
        fault = problem_in(message, "reminders", "no-free-slot", what, _more_slots())
        self._stop(identity_of(message, profile, ordinal), fault)

    def _spread(self, message: Message, count: int, profiles: Sequence[ChannelProfile]) -> None:
        able = [one for one in profiles if message.kind in one.capabilities.kinds]
        end = expires_of(message, self._campaign)
        found = self._timetable.spread(message.id, count, able or profiles, end)
        for ordinal, due in enumerate(found, 1):
            for profile in profiles:
                self._offer(self._candidate(message, profile, ordinal, due))
        for ordinal in range(len(found) + 1, count + 1):
            what = Text(
                "Only {found} of {count} find a free posting slot.", found=len(found), count=count
            )
            fault = problem_in(message, "spread", "no-free-slot", what, _more_slots())
            for profile in profiles:
                self._stop(identity_of(message, profile, ordinal), fault)

    def _candidate(
        self, message: Message, profile: ChannelProfile, ordinal: int, due: datetime
    ) -> Candidate:
        return Candidate(
            message=message,
            profile=profile,
            ordinal=ordinal,
            due=due,
            local=self._campaign.local(due),
            expires=expires_of(message, self._campaign),
            firmness=Firmness.SPREAD,
            key="spread" if isinstance(message.schedule, Spread) else "reminders",
        )

    def _keep_quotas(self) -> None:
        quotas = Quotas()
        kept = []
        for candidate in sorted(self.accepted, key=_precedence):
            fault = quotas.fault(candidate)
            if fault:
                self._stop(candidate.identity, fault)
            else:
                kept.append(candidate)
        self.accepted = kept

    def _stop(self, publication: Identity, fault: Problem) -> None:
        self.stopped[publication] = fault
        self.stopped[publication.of(Action.WITHDRAW)] = fault
        self._note(fault)

    def _note(self, problem: Problem) -> None:
        self.problems[problem] = None


def _precedence(candidate: Candidate) -> tuple[int, datetime, str, str, int]:
    name = candidate.profile.name
    return (candidate.firmness, candidate.due, candidate.message.id, name, candidate.ordinal)


def _more_slots() -> Text:
    return Text("Ask for fewer, or add posting slots in campaign.toml.")
