"""A rehearsed month as people read it: day by day, and the tally per channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, tzinfo
from typing import Protocol

from outreach.domain.counts import Counts, Metric
from outreach.domain.delivery import SUCCESS, Delivery, State
from outreach.domain.text import Text
from outreach.reports.queue import row
from outreach.reports.table import Column, Table
from outreach.reports.words import WEEKDAYS


class Tally(Protocol):
    """How the deliveries of one channel ended."""

    @property
    def channel(self) -> str:
        """The channel's name."""
        ...

    @property
    def planned(self) -> int:
        """How many the plan asked for."""
        ...

    @property
    def states(self) -> Mapping[State, int]:
        """How many ended in each state."""
        ...

    @property
    def confirmed(self) -> int:
        """How many a person confirmed."""
        ...


def tallies(found: Iterable[Tally]) -> Table:
    """One row per channel."""
    return Table(
        name="rehearsal",
        title=Text("Channels"),
        columns=(
            Column(key="channel", title=Text("Channel")),
            Column(key="planned", title=Text("Planned"), right=True),
            Column(key="published", title=Text("Published"), right=True),
            Column(key="withdrawn", title=Text("Taken down"), right=True),
            Column(key="confirmed", title=Text("Confirmed"), right=True),
            Column(key="missed", title=Text("Missed"), right=True),
            Column(key="rejected", title=Text("Rejected"), right=True),
            Column(key="others", title=Text("Others"), right=True),
        ),
        rows=tuple(_tally(tally) for tally in found),
        empty=Text("Nothing is planned that fits."),
    )


def _tally(tally: Tally) -> dict[str, object]:
    named = (State.PUBLISHED, State.WITHDRAWN, State.MISSED, State.REJECTED)
    return {
        "channel": tally.channel,
        "planned": tally.planned,
        **{state.value: tally.states.get(state, 0) for state in named},
        "confirmed": tally.confirmed,
        "others": sum(n for state, n in tally.states.items() if state not in named),
        "states": {state.value: n for state, n in tally.states.items() if n},
    }


class Settled(Protocol):
    """So many times a fault struck a channel and was settled like this."""

    @property
    def channel(self) -> str:
        """The channel's name."""
        ...

    @property
    def fault(self) -> Text:
        """What went wrong."""
        ...

    @property
    def ending(self) -> Text:
        """What became of the deliveries that met it."""
        ...

    @property
    def times(self) -> int:
        """How often."""
        ...


def faults_table(found: Iterable[Settled]) -> Table:
    """One row per channel, fault and ending."""
    return Table(
        name="faults",
        title=Text("What went wrong, and how it was settled"),
        columns=(
            Column(key="channel", title=Text("Channel")),
            Column(key="fault", title=Text("Fault")),
            Column(key="times", title=Text("Times"), right=True),
            Column(key="ending", title=Text("How it was settled")),
        ),
        rows=tuple(
            {"channel": one.channel, "fault": one.fault, "times": one.times, "ending": one.ending}
            for one in found
        ),
        empty=Text("Nothing went wrong."),
    )


def counts_line(counted: int, totals: Counts) -> Text:
    """How the month was received, in one sentence."""
    figures = {metric: totals.get(metric, 0) for metric in Metric}
    return Text(
        "Read back from {counted} publications: {views} views, {reach} people reached, {reactions} reactions, "
        "{comments} comments, {shares} shares, {clicks} clicks.",
        counted=counted,
        **figures,
    )


def day_title(day: date) -> Text:
    """A day with its weekday."""
    return Text("{weekday}, {day}", weekday=WEEKDAYS[day.weekday()], day=f"{day:%d/%m/%Y}")


def day_table(deliveries: Iterable[Delivery], zone: tzinfo) -> Table:
    """One row per delivery that was due on a day; what did not succeed says why."""
    return Table(
        name="day",
        title=Text("Deliveries"),
        columns=(
            Column(key="clock", title=Text("At"), keep=True),
            Column(key="channel", title=Text("Channel")),
            Column(key="what", title=Text("Message")),
            Column(key="stands", title=Text("State")),
            Column(key="trouble", title=Text("Why")),
        ),
        rows=tuple(_due(delivery, zone) for delivery in deliveries),
        empty=Text("Nothing is planned that fits."),
    )


def _due(delivery: Delivery, zone: tzinfo) -> dict[str, object]:
    well = delivery.state in SUCCESS.values()
    return {
        **row(delivery, zone),
        "clock": f"{delivery.due.astimezone(zone):%H:%M}",
        "trouble": None if well else delivery.reason,
    }
