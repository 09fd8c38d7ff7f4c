"""How every channel stands: what is to come, what is done, what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from outreach.domain.delivery import SUCCESS, Delivery, State
from outreach.domain.text import Text
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Column, Row, Table

if TYPE_CHECKING:
    from outreach.store.records import ChannelState

TO_COME = frozenset({State.SCHEDULED, State.PUBLISHING})
DONE = frozenset(SUCCESS.values())
NEEDS_SOMEONE = frozenset({State.UNKNOWN, State.NEEDS_PERSON, State.REJECTED, State.HELD})
"""States that a person should look at; `missed` and `cancelled` are over."""

COLUMNS = (
    Column(key="channel", title=Text("Channel")),
    Column(key="stands", title=Text("Stands"), keep=True),
    Column(key="next", title=Text("Next"), keep=True),
    Column(key="to_come", title=Text("To come"), right=True),
    Column(key="done", title=Text("Done"), right=True),
    Column(key="needs_someone", title=Text("To look at"), right=True),
    Column(key="missed", title=Text("Missed"), right=True),
    Column(key="standing", title=Text("Why"), shown=False),
)


def build(source: Source, question: Question) -> Table:
    """One row per configured channel, and one per channel that only the queue still knows."""
    by_channel: dict[str, list[Delivery]] = {}
    for delivery in source.deliveries(question):
        by_channel.setdefault(delivery.identity.channel, []).append(delivery)
    states = source.channels()
    names = sorted({*states, *by_channel} if not question.channel else {question.channel})
    zone = source.zone(question.campaign or _campaign(by_channel))
    rows = tuple(_row(name, states.get(name), by_channel.get(name, []), zone) for name in names)
    return Table(
        name="status",
        title=Text("Channels"),
        columns=COLUMNS,
        rows=rows,
        empty=Text("No channel is configured."),
    )


def _campaign(by_channel: dict[str, list[Delivery]]) -> str:
    """The campaign whose zone serves a table over several: the one that is due next or was last."""
    every = [delivery for found in by_channel.values() for delivery in found]
    return every[-1].identity.campaign if every else ""


def _row(
    name: str, state: ChannelState | None, deliveries: Sequence[Delivery], zone: tzinfo
) -> Row:
    return {
        "channel": name,
        "paused": bool(state and state.paused),
        "until": _local(state.until if state else None, zone),
        "reason": state.reason if state else None,
        "stands": Text("paused") if state and state.paused else Text("open"),
        "standing": standing(state, zone),
        "next": _local(
            min((d.ready_at for d in deliveries if d.state in TO_COME), default=None), zone
        ),
        "to_come": _count(deliveries, TO_COME),
        "done": _count(deliveries, DONE),
        "needs_someone": _count(deliveries, NEEDS_SOMEONE),
        "missed": _count(deliveries, frozenset({State.MISSED})),
        "states": {s.value: n for s in State if (n := _count(deliveries, frozenset({s})))},
    }


def standing(state: ChannelState | None, zone: tzinfo) -> Text | None:
    """Why and until when a channel waits; None when it does not."""
    if state is None or not state.paused:
        return None
    reason = state.reason or Text("no reason given")
    if state.until is None:
        return Text("paused: {reason}", reason=reason)
    until = f"{state.until.astimezone(zone):%d/%m/%Y %H:%M}"
    return Text("paused until {until}: {reason}", until=until, reason=reason)


def _local(instant: datetime | None, zone: tzinfo) -> datetime | None:
    return instant.astimezone(zone) if instant else None


def _count(deliveries: Sequence[Delivery], states: frozenset[State]) -> int:
    return sum(delivery.state in states for delivery in deliveries)


REPORT = Report(
    name="status",
    tells=Text("every channel: to come, done, to look at"),
    build=build,
)
