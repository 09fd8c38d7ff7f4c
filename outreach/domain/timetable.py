"""What each channel has taken so far, and the posting slots that are still free."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from outreach.domain.campaign import Campaign
from outreach.domain.candidate import Candidate
from outreach.domain.capabilities import ChannelProfile
from outreach.domain.message import Kind
from outreach.domain.posting_days import PostingDays, first_of, is_within, nearest_of

Taken = tuple[datetime, str, int]
"""When a channel is taken, by which message, and which of its occurrences."""


class Timetable:
    """Fills up while a plan is made; every question costs the same however much is planned."""

    def __init__(self, campaign: Campaign, days: PostingDays) -> None:
        self._campaign = campaign
        self._days = days
        self._gap = campaign.posting.minimum_gap
        self._times: defaultdict[str, list[Taken]] = defaultdict(list)
        self._by_place: dict[tuple[str, Taken], Candidate] = {}
        self._blocked: defaultdict[str, int] = defaultdict(int)
        self._open: dict[str, int] = {}

    def neighbour(self, candidate: Candidate) -> Candidate | None:
        """The publication of the same channel that is closer than the minimum gap, if any.

        Banners and what people carry out keep no distance: they are no posts.
        """
        if not _keeps_distance(candidate):
            return None
        name, mine = candidate.profile.name, _taken(candidate)
        times = self._times[name]
        index = bisect_left(times, mine)
        for other in times[max(index - 1, 0) : index + 1]:
            if abs(other[0] - candidate.due) < self._gap:
                return self._by_place[name, other]
        return None

    def take(self, candidate: Candidate) -> None:
        """Notes that the candidate goes out."""
        name = candidate.profile.name
        if _keeps_distance(candidate):
            insort(self._times[name], _taken(candidate))
            self._by_place[name, _taken(candidate)] = candidate
        if candidate.message.kind is not Kind.BANNER:
            self._blocked[name] |= self._days.near(candidate.due, self._gap)

    def first_free(self, profile: ChannelProfile, day: date) -> datetime | None:
        """The first free slot of a local day."""
        begin = self._campaign.utc(day, time.min)
        end = self._campaign.utc(day + timedelta(days=1), time.min)
        free = self._free(profile) & self._days.between(begin, end)
        return self._days.slots[first_of(free)] if free else None

    def spread(
        self, name: str, count: int, profiles: Sequence[ChannelProfile], end: datetime
    ) -> tuple[datetime, ...]:
        """Up to `count` free slots before `end`, even over all posting slots, in order.

        Each wish is an even step of the posting slots, shifted by an amount that only `name` decides, and takes the nearest free
        slot: so messages do not crowd together, and adding one moves few others.
        """
        slots = self._days.slots[: bisect_left(self._days.slots, end)]
        free = (1 << len(slots)) - 1
        for profile in profiles:
            free &= self._free(profile)
        chosen = []
        for number in range(count):
            if not free:
                break
            index = nearest_of(free, _ideal(name, number, count, len(slots)))
            chosen.append(index)
            free &= ~self._days.near(slots[index], self._gap)
        return tuple(slots[index] for index in sorted(chosen))

    def _free(self, profile: ChannelProfile) -> int:
        if profile.name not in self._open:
            self._open[profile.name] = self._open_slots(profile)
        return self._open[profile.name] & ~self._blocked[profile.name]

    def _open_slots(self, profile: ChannelProfile) -> int:
        hours = profile.capabilities.hours
        if hours is None:
            return self._days.all_slots
        return sum(
            1 << index
            for index, slot in enumerate(self._days.slots)
            if is_within(self._campaign.local(slot).time(), hours)
        )


def _ideal(name: str, number: int, count: int, slots: int) -> int:
    phase = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])
    return (number * 2**32 + phase) * slots // (count * 2**32)


def _keeps_distance(candidate: Candidate) -> bool:
    return not candidate.by_people and candidate.message.kind is not Kind.BANNER


def _taken(candidate: Candidate) -> Taken:
    return (candidate.due, candidate.message.id, candidate.ordinal)
