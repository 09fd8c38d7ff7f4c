"""What one message asks of one channel, before the hard rules have been looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from outreach.domain.campaign import Campaign
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.delivery import Action, Identity
from outreach.domain.message import ContestDetails, EventDetails, Message
from outreach.domain.occurrences import Occurrence, occurrences
from outreach.domain.schedule import Hang, Once, Spread


class Firmness(IntEnum):
    """Who gives way when two want the same: the higher number does."""

    DATED = 0
    REMINDER = 1
    RECURRING = 2
    SPREAD = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One publication that a message asks for. `local` is `due` on the office's clock, `key` the line of the file that asks.

    `withdraw_at` is set where a banner comes down again.
    """

    message: Message
    profile: ChannelProfile
    ordinal: int
    due: datetime
    local: datetime
    expires: datetime
    firmness: Firmness
    key: str
    withdraw_at: datetime | None = None
    days_left: int | None = None

    @property
    def identity(self) -> Identity:
        """The identity of the publication."""
        return identity_of(self.message, self.profile, self.ordinal)

    @property
    def by_people(self) -> bool:
        """Whether people carry it out."""
        return self.profile.capabilities.carried_out_by_people

    @property
    def when(self) -> str:
        """The local time as staff write it."""
        return written(self.local)


def identity_of(message: Message, profile: ChannelProfile, ordinal: int) -> Identity:
    """The identity of a message's publication on a channel."""
    return Identity(
        campaign=message.campaign,
        message=message.id,
        channel=profile.name,
        ordinal=ordinal,
        action=Action.PUBLISH,
    )


def written(local: datetime) -> str:
    """A local time as staff write it."""
    return f"{local:%Y-%m-%d %H:%M}"


def expires_of(message: Message, campaign: Campaign) -> datetime:
    """The instant at which it is too late to publish: the campaign's end, or the earlier end of what is announced."""
    match message.details, message.schedule:
        case EventDetails(end=end), _:
            return min(end, campaign.closes)
        case ContestDetails(deadline=deadline), _:
            return min(deadline, campaign.closes)
        case _, Hang(end=end):
            return min(end, campaign.closes)
        case _:
            return campaign.closes


def candidates(
    message: Message,
    profiles: Sequence[ChannelProfile],
    campaign: Campaign,
    closed: frozenset[date],
) -> Iterator[Candidate]:
    """Every publication whose time does not depend on other messages; raises `NotASchedule`."""
    scheduled = scheduled_on(message, profiles)
    if isinstance(message.details, EventDetails):
        people = [profile for profile in profiles if profile not in scheduled]
        start = Occurrence(ordinal=1, action=Action.PUBLISH, due=message.details.start)
        yield from _each(message, people, campaign, [start], "start")
    if not isinstance(message.schedule, Spread):
        wanted = occurrences(message.schedule, campaign, closed)
        publications = [one for one in wanted if one.action is Action.PUBLISH]
        yield from _each(message, scheduled, campaign, publications, _key(message))


def scheduled_on(message: Message, profiles: Sequence[ChannelProfile]) -> list[ChannelProfile]:
    """The channels that follow the message's schedule; people carry out an event when it starts, whatever the schedule says."""
    is_event = isinstance(message.details, EventDetails)
    return [p for p in profiles if not (is_event and p.capabilities.carried_out_by_people)]


def _each(
    message: Message,
    profiles: Sequence[ChannelProfile],
    campaign: Campaign,
    wanted: Sequence[Occurrence],
    key: str,
) -> Iterator[Candidate]:
    expires = expires_of(message, campaign)
    down = message.schedule.end if isinstance(message.schedule, Hang) else None
    dated = key == "start" or isinstance(message.schedule, Once | Hang)
    for one in wanted:
        local = campaign.local(one.due)
        for profile in profiles:
            yield Candidate(
                message=message,
                profile=profile,
                ordinal=one.ordinal,
                due=one.due,
                local=local,
                expires=expires,
                firmness=Firmness.DATED if dated else Firmness.RECURRING,
                key=key,
                withdraw_at=down if down and _comes_down(profile) else None,
            )


def _comes_down(profile: ChannelProfile) -> bool:
    return profile.capabilities.can_withdraw or profile.capabilities.carried_out_by_people


def _key(message: Message) -> str:
    if isinstance(message.schedule, Hang):
        return "from"
    return "at" if isinstance(message.schedule, Once) else "repeat"
