"""Which channels wait, until when and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select, text

from outreach.domain.claim import Finish, Pause
from outreach.domain.text import Text
from outreach.store.delivery_log import Event
from outreach.store.engine import into, is_postgresql
from outreach.store.records import ChannelState, text_from_json, text_to_json
from outreach.store.tables import CHANNEL

OURSELVES = "outreach"
"""The actor of what the program does by itself."""

RUNNING = ChannelState(paused=False, until=None, reason=None)
"""The state of a channel that nobody has ever paused."""


def states(connection: Connection) -> dict[str, ChannelState]:
    """Every channel that was ever paused."""
    return {
        row.channel: ChannelState(
            paused=row.paused, until=row.until, reason=text_from_json(row.reason)
        )
        for row in connection.execute(_STATES)
    }


def set_state(
    connection: Connection, channel: str, state: ChannelState, *, actor: str, now: datetime
) -> Event:
    """Write the state of one channel; give the event to be logged."""
    row = {"paused": state.paused, "until": state.until, "reason": text_to_json(state.reason)}
    connection.execute(
        into(connection, CHANNEL)
        .values(channel=channel, **row)
        .on_conflict_do_update(index_elements=["channel"], set_=row)
    )
    data = {
        "channel": channel,
        "reason": row["reason"],
        "until": state.until.isoformat() if state.until else None,
    }
    return Event(at=now, actor=actor, what="paused" if state.paused else "resumed", data=data)


def waiting(
    connection: Connection, finished: Sequence[Finish], now: datetime
) -> tuple[dict[str, ChannelState], list[Event]]:
    """The channels that wait at `now`, after the pauses that attempts asked for and after those that have run out."""
    known = states(connection)
    if _wanted(known, finished, now) != known:
        known = _held(connection)
    wanted = _wanted(known, finished, now)
    events = [
        set_state(connection, channel, state, actor=OURSELVES, now=now)
        for channel, state in wanted.items()
        if state != known.get(channel, RUNNING)
    ]
    return {channel: state for channel, state in wanted.items() if state.paused}, events


def ask(connection: Connection, channel: str, pause: Pause, now: datetime) -> list[Event]:
    """Let a channel wait that nobody was publishing on; give the events to be logged."""
    present = _held(connection).get(channel, RUNNING)
    asked = ChannelState(paused=True, until=pause.until, reason=pause.reason)
    longer = _longer(present, asked)
    if longer == present:
        return []
    return [set_state(connection, channel, longer, actor=OURSELVES, now=now)]


def _held(connection: Connection) -> dict[str, ChannelState]:
    """As `states`, which nobody else changes until the transaction ends: what a person says meanwhile comes after it."""
    if is_postgresql(connection):
        connection.execute(text("LOCK TABLE channel_state IN SHARE ROW EXCLUSIVE MODE"))
    return states(connection)


def _wanted(
    known: Mapping[str, ChannelState], finished: Iterable[Finish], now: datetime
) -> dict[str, ChannelState]:
    wanted = dict(known)
    for finish in finished:
        if finish.pause:
            channel = finish.claim.delivery.identity.channel
            asked = ChannelState(paused=True, until=finish.pause.until, reason=finish.pause.reason)
            wanted[channel] = _longer(wanted.get(channel, RUNNING), asked)
    for channel, state in wanted.items():
        if state.paused and state.until and state.until <= now:
            why = Text("The time of the pause is over.")
            wanted[channel] = ChannelState(paused=False, until=None, reason=why)
    return wanted


def _longer(present: ChannelState, asked: ChannelState) -> ChannelState:
    """A pause never shortens another one; without an end it is the longest."""
    if not present.paused or asked.until is None:
        return asked if not (present.paused and present.until is None) else present
    return present if present.until is None or present.until >= asked.until else asked


_STATES = select(CHANNEL)
