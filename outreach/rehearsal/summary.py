"""What came of a rehearsed month, held against what the far ends remember."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from outreach.domain.campaign import Campaign
from outreach.domain.counts import Counts, Metric
from outreach.domain.delivery import Delivery, State
from outreach.domain.plan import Planned
from outreach.rehearsal.endings import Settled

EXPLAINED = frozenset(State) - {State.SCHEDULED, State.PUBLISHING, State.UNKNOWN}
"""States in which a delivery may end a month; each carries its reason or its proof."""


@dataclass(frozen=True, kw_only=True)
class ChannelTally:
    """How the deliveries of one channel ended."""

    channel: str
    planned: int
    states: Mapping[State, int]
    confirmed: int = 0

    def count(self, *states: State) -> int:
        """How many deliveries ended in one of the states."""
        return sum(self.states.get(state, 0) for state in states)


@dataclass(frozen=True, kw_only=True)
class Received:
    """How the month was received: the totals of `counted` publications at their last reading."""

    counted: int = 0
    totals: Counts = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Day:
    """One local day: what was due on it, in order."""

    day: date
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The whole month. `lost` and `twice` list delivery keys; a good month has none of either."""

    campaign: str
    channels: tuple[ChannelTally, ...]
    days: tuple[Day, ...]
    lost: tuple[str, ...]
    twice: tuple[str, ...]
    unsettled: tuple[Delivery, ...] = field(default=())
    faults: tuple[Settled, ...] = ()
    received: Received = field(default_factory=Received)

    @property
    def ok(self) -> bool:
        """Whether nothing was lost and nothing came twice."""
        return not self.lost and not self.twice


def summarise(
    *,
    campaign: Campaign,
    planned: Sequence[Planned],
    deliveries: Sequence[Delivery],
    accepted: Mapping[str, int],
    remembered: frozenset[str],
    confirmed: frozenset[int],
    readings: Sequence[Counts] = (),
    faults: Sequence[Settled] = (),
) -> Summary:
    """Hold the queue against the plan and the platforms.

    `accepted` counts accepted calls per key; `remembered` names the channels whose platform keeps such counts;
    `confirmed` are the deliveries that a colleague confirmed; `readings` the last counts of each publication that was counted;
    `faults` how what went wrong was settled.
    """
    by_key = {delivery.identity.key: delivery for delivery in deliveries}
    lost = [p.identity.key for p in planned if not _explained(by_key.get(p.identity.key))]
    lost += [
        key
        for key, d in by_key.items()
        if d.identity.channel in remembered and _vanished(d, accepted)
    ]
    return Summary(
        campaign=campaign.id,
        channels=tuple(_tallies(planned, deliveries, confirmed)),
        days=tuple(_days(deliveries, campaign.zone)),
        lost=tuple(sorted(set(lost))),
        twice=tuple(sorted(key for key, count in accepted.items() if count > 1)),
        unsettled=tuple(d for d in deliveries if d.state is State.NEEDS_PERSON),
        faults=tuple(faults),
        received=_received(readings),
    )


def _received(readings: Sequence[Counts]) -> Received:
    totals: Counter[Metric] = Counter()
    for counts in readings:
        totals.update(counts)
    return Received(counted=len(readings), totals=dict(totals))


def _explained(delivery: Delivery | None) -> bool:
    if delivery is None or delivery.state not in EXPLAINED:
        return False
    return delivery.receipt is not None or delivery.reason is not None


def _vanished(delivery: Delivery, accepted: Mapping[str, int]) -> bool:
    done = delivery.state in (State.PUBLISHED, State.WITHDRAWN)
    return (
        done != (accepted.get(delivery.identity.key, 0) > 0)
        and delivery.state is not State.NEEDS_PERSON
    )


def _tallies(
    planned: Iterable[Planned], deliveries: Iterable[Delivery], confirmed: frozenset[int]
) -> Iterable[ChannelTally]:
    asked = Counter(p.identity.channel for p in planned)
    states: dict[str, Counter[State]] = {name: Counter() for name in asked}
    by_people: Counter[str] = Counter()
    for delivery in deliveries:
        states.setdefault(delivery.identity.channel, Counter())[delivery.state] += 1
        by_people[delivery.identity.channel] += delivery.id in confirmed
    for name in sorted(states):
        yield ChannelTally(
            channel=name, planned=asked[name], states=states[name], confirmed=by_people[name]
        )


def _days(deliveries: Sequence[Delivery], zone: ZoneInfo) -> Iterable[Day]:
    by_day: dict[date, list[Delivery]] = {}
    for delivery in sorted(deliveries, key=lambda d: (d.due, d.id)):
        by_day.setdefault(delivery.due.astimezone(zone).date(), []).append(delivery)
    for day in sorted(by_day):
        yield Day(day=day, deliveries=tuple(by_day[day]))
