"""The queue: the only record of what is to be done, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine, select

from outreach.domain.claim import Claim, Finish, Pause
from outreach.domain.delivery import Delivery, Identity, Receipt, State
from outreach.domain.difference import Difference
from outreach.domain.handover import Errand, Handover, Window
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.store import approvals, changes, claims, finishes, handovers, pauses, steps, tallies
from outreach.store.changes import Applied
from outreach.store.decisions import Decision, decide
from outreach.store.delivery_log import append
from outreach.store.engine import reading, writing
from outreach.store.fence import fenced
from outreach.store.records import (
    Attempt,
    ChannelState,
    Exchange,
    Fenced,
    IllegalMove,
    delivery_from_row,
)
from outreach.store.renditions import Shelf
from outreach.store.steps import StepRow
from outreach.store.tables import DELIVERY

__all__ = ["Applied", "Attempt", "ChannelState", "Exchange", "Fenced", "IllegalMove", "Queue"]


class Queue:
    """All deliveries of one database. `fence` is the lease's number; without one, only people's decisions may be written."""

    def __init__(self, engine: Engine, *, media_folder: Path, fence: int = 0) -> None:
        self._engine = engine
        self._claimant = claims.Claimant(fence=fence, name=token_hex(8))
        self._shelf = Shelf(media_folder)
        self._handed_out: set[int] = set()
        self._unheard = False

    # --- the dispatcher's side: all of it fenced -------------------------------------------------

    def exchange(
        self, finished: Sequence[Finish], free: Mapping[str, int], now: datetime
    ) -> Exchange:
        """Write outcomes and claim what is due, in one transaction: at most `free` deliveries per channel.

        When this raises, call it again with the same `finished`: nothing is lost and nothing is written twice.
        """
        self._unheard, unheard = True, self._unheard
        with self._fenced() as connection:
            waiting, pauses_written = pauses.waiting(connection, finished, now)
            events = []
            if unheard:
                ours = self._handed_out
                events += finishes.give_back(connection, self._claimant.name, ours, now)
            events += finishes.settle(connection, finished)
            open_ones = {name: count for name, count in free.items() if name not in waiting}
            rows = claims.ready(connection, State.SCHEDULED, open_ones, now)
            started, begun = claims.begin(
                connection, rows, claimant=self._claimant, now=now, shelf=self._shelf
            )
            next_due = claims.next_time(connection, State.SCHEDULED, list(open_ones), now)
            next_look = claims.next_look(connection, list(open_ones))
            append(connection, [*events, *pauses_written, *begun])
        ends = [state.until for name, state in waiting.items() if name in free and state.until]
        exchange = Exchange(
            claims=tuple(started),
            next_due=min([time for time in (next_due, *ends) if time], default=None),
            next_look=next_look,
        )
        self._unheard = False
        self._handed_out -= {finish.claim.attempt for finish in finished}
        self._handed_out |= {claim.attempt for claim in started}
        return exchange

    def doubtful(self, now: datetime, free: Mapping[str, int]) -> tuple[Claim, ...]:
        """Deliveries of unknown outcome that it is time to look at; each is given out once in two minutes."""
        with self._fenced() as connection:
            waiting, events = pauses.waiting(connection, (), now)
            open_ones = {name: count for name, count in free.items() if name not in waiting}
            rows = claims.ready(connection, State.UNKNOWN, open_ones, now)
            looks = claims.look(connection, rows, now=now, shelf=self._shelf)
            append(connection, events)
        return looks

    def give_way(self, channel: str, pause: Pause, now: datetime) -> None:
        """Pause a channel that was only read, as it asks; that never shortens another pause."""
        with self._fenced() as connection:
            append(connection, pauses.ask(connection, channel, pause, now))

    def interrupted(self, now: datetime) -> int:
        """At start-up: whatever was being published when the last holder ended is of unknown outcome. Returns how many."""
        with self._fenced() as connection:
            events = finishes.interrupt(connection, now)
            append(connection, events)
        return len(events)

    def begin_step(self, claim: Claim, name: str, now: datetime) -> None:
        """Commit the intent of a step."""
        with self._fenced() as connection:
            steps.write(connection, claim, name, now=now)

    def end_step(self, claim: Claim, name: str, value: Any, now: datetime) -> None:
        """Commit the JSON value of a step that was done."""
        with self._fenced() as connection:
            steps.write(connection, claim, name, now=now, done=True, value=value)

    def forget_step(self, claim: Claim, name: str) -> None:
        """Forget the intent of a step that certainly had no effect."""
        with self._fenced() as connection:
            steps.forget(connection, [claim.delivery.id], name)

    def errands(
        self, windows: Mapping[str, Window], now: datetime
    ) -> tuple[list[Errand], datetime | None]:
        """What is to be done now at services that hold publications until they are due, and when there is more to do."""
        with reading(self._engine) as connection:
            return handovers.errands(connection, windows, now=now, shelf=self._shelf)

    def handover(self, delivery_id: int) -> Handover | None:
        """What the service got of a delivery before it was due."""
        with reading(self._engine) as connection:
            return handovers.read(connection, delivery_id)

    def note_handover(
        self,
        claim: Claim,
        handover: Handover,
        now: datetime,
        reason: Text | None = None,
        seen: Receipt | None = None,
    ) -> int | None:
        """Record what a service holds, or may hold; `seen` proves that it has appeared. Gives another delivery that it proves."""
        with self._fenced() as connection:
            return handovers.note(connection, claim, handover, now, reason, seen=seen)

    def forget_handover(self, claim: Claim, now: datetime, reason: Text) -> None:
        """Record that a service holds nothing of a delivery any more."""
        with self._fenced() as connection:
            append(connection, handovers.forget(connection, claim, now, reason))

    # --- people's side: safe beside a running daemon ---------------------------------------------

    def apply(
        self,
        difference: Difference,
        renditions: Mapping[Identity, Rendition],
        *,
        now: datetime,
        actor: str,
    ) -> Applied:
        """Write a plan's changes; a delivery that has moved on since the difference was made is passed over."""
        with writing(self._engine) as connection:
            applied, events = changes.apply(
                connection, difference.changes, renditions, now=now, actor=actor, shelf=self._shelf
            )
            events += approvals.demand(connection, difference, actor=actor, now=now)
            append(connection, events)
        return applied

    def move(
        self,
        delivery_id: int,
        to: State,
        *,
        reason: Text,
        actor: str,
        now: datetime,
        receipt: Receipt | None = None,
        evidence: Mapping[str, Any] | None = None,
        ready_at: datetime | None = None,
        seen: Delivery | None = None,
    ) -> None:
        """Write a person's decision about one delivery. Raises `IllegalMove`, also while it is being published.

        With `seen`, what the person looked at, also when it has moved on since.
        """
        decision = Decision(
            to=to,
            reason=reason,
            actor=actor,
            at=now,
            receipt=receipt,
            evidence=evidence or {},
            ready_at=ready_at,
            seen=seen,
        )
        with writing(self._engine) as connection:
            append(connection, decide(connection, delivery_id, decision))

    def pause(
        self, channel: str, reason: Text, until: datetime | None, *, actor: str, now: datetime
    ) -> None:
        """Claim nothing of a channel until `until` (aware), or until a person resumes it."""
        state = ChannelState(paused=True, until=until, reason=reason)
        with writing(self._engine) as connection:
            append(connection, [pauses.set_state(connection, channel, state, actor=actor, now=now)])

    def resume(
        self, channel: str, reason: Text | None = None, *, actor: str, now: datetime
    ) -> None:
        """End a pause."""
        state = ChannelState(paused=False, until=None, reason=reason)
        with writing(self._engine) as connection:
            append(connection, [pauses.set_state(connection, channel, state, actor=actor, now=now)])

    # --- reading ---------------------------------------------------------------------------------

    def channel_states(self) -> dict[str, ChannelState]:
        """Every channel that was ever paused."""
        with reading(self._engine) as connection:
            return pauses.states(connection)

    def approvals_needed(self, campaign: str) -> int:
        """How many people must approve each text of a campaign."""
        return approvals.Approvals(self._engine).needed().get(campaign, 0)

    def steps(self, delivery_id: int) -> dict[str, StepRow]:
        """The steps of a delivery by name."""
        with reading(self._engine) as connection:
            return steps.read(connection, delivery_id)

    def get(self, id_or_key: int | str) -> Delivery | None:
        """One delivery by its number (also as text) or its key."""
        number = isinstance(id_or_key, int) or id_or_key.isdecimal()
        which = DELIVERY.c.id == int(id_or_key) if number else DELIVERY.c.key == id_or_key
        with reading(self._engine) as connection:
            row = connection.execute(select(DELIVERY).where(which)).one_or_none()
        return delivery_from_row(row) if row else None

    def campaigns(self) -> tuple[str, ...]:
        """The campaigns that have deliveries; what the program itself has to say is none."""
        with reading(self._engine) as connection:
            return tallies.campaigns(connection)

    def counts(self, campaign: str | None = None) -> dict[tuple[str, State], int]:
        """(channel, state) -> how many deliveries."""
        with reading(self._engine) as connection:
            return tallies.by_state(connection, campaign)

    def backlog(self, now: datetime) -> tuple[int, datetime | None]:
        """How many deliveries could go out at `now`, and when the first of them was due."""
        with reading(self._engine) as connection:
            return tallies.backlog(connection, now)

    def rendition(self, delivery: Delivery) -> Rendition | None:
        """The queued content of a delivery; None when it is missing or damaged."""
        return self.renditions([delivery]).get(delivery.id)

    def renditions(self, deliveries: Collection[Delivery]) -> dict[int, Rendition]:
        """The queued contents of deliveries by their numbers, without what is missing or damaged."""
        pairs = {each.id: (each.digest, each.due) for each in deliveries}
        with reading(self._engine) as connection:
            found = self._shelf.get(connection, pairs.values())
        return {number: found[pair] for number, pair in pairs.items() if pair in found}

    def attempts(self, delivery_id: int) -> list[Attempt]:
        """Every try at a delivery, first to last."""
        with reading(self._engine) as connection:
            return claims.tries(connection, delivery_id)

    def list(
        self,
        *,
        campaign: str | None = None,
        channel: str | None = None,
        state: State | None = None,
        since: datetime | None = None,
        message: str | None = None,
    ) -> list[Delivery]:
        """Deliveries by due time. `since` (aware): due then or later."""
        query = select(DELIVERY).order_by(DELIVERY.c.due, DELIVERY.c.id)
        wanted = {"campaign": campaign, "channel": channel, "state": state, "message": message}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(DELIVERY.c[name] == value)
        if since is not None:
            query = query.where(DELIVERY.c.due >= since)
        with reading(self._engine) as connection:
            return [delivery_from_row(row) for row in connection.execute(query)]

    @contextmanager
    def _fenced(self) -> Iterator[Connection]:
        """A writing transaction that ends at once when another holder has taken the lease."""
        with fenced(self._engine, self._claimant.fence) as connection:
            yield connection
