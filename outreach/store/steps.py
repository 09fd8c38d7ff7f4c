"""The durable steps of a delivery: intents and values that outlive a crash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from outreach.domain.claim import Claim
from outreach.store.engine import into
from outreach.store.tables import STEP

QUESTION = "ask:"
"""How the name of a step begins that only a person's retry does."""


@dataclass(frozen=True, kw_only=True)
class StepRow:
    """One step: `done` with its JSON `value`, or only begun by the attempt row `attempt`."""

    done: bool
    value: Any
    attempt: int


def read(connection: Connection, delivery_id: int) -> dict[str, StepRow]:
    """Every step of the delivery by name."""
    rows = connection.execute(select(STEP).where(STEP.c.delivery_id == delivery_id))
    return {
        row.name: StepRow(done=row.finished is not None, value=row.value, attempt=row.attempt)
        for row in rows
    }


def write(
    connection: Connection,
    claim: Claim,
    name: str,
    *,
    now: datetime,
    done: bool = False,
    value: Any = None,
) -> None:
    """Record that the claim's attempt begins the step, or (`done`) what came of it."""
    row = {"attempt": claim.attempt, "finished": now if done else None, "value": value}
    key = {"delivery_id": claim.delivery.id, "name": name}
    begun = {} if done else {"started": now}
    connection.execute(
        into(connection, STEP)
        .values(**key, started=now, **row)
        .on_conflict_do_update(index_elements=list(key), set_=row | begun)
    )


def grant(connection: Connection, delivery_id: int, at: datetime) -> None:
    """A person lets the delivery try again: that answers whatever its steps asked."""
    asked = STEP.c.name.startswith(QUESTION, autoescape=True) & STEP.c.finished.is_(None)
    answered = update(STEP).where(STEP.c.delivery_id == delivery_id, asked)
    connection.execute(answered.values(finished=at))


def forget(connection: Connection, delivery_ids: Iterable[int], name: str | None = None) -> None:
    """Drop steps that were begun and not done: what they began is known not to have happened."""
    unfinished = delete(STEP).where(
        STEP.c.delivery_id.in_(list(delivery_ids)), STEP.c.finished.is_(None)
    )
    connection.execute(unfinished if name is None else unfinished.where(STEP.c.name == name))


def drop(connection: Connection, delivery_ids: Iterable[int]) -> None:
    """Drop every step, done or not: they belong to another text."""
    ids = list(delivery_ids)
    if ids:
        connection.execute(delete(STEP).where(STEP.c.delivery_id.in_(ids)))
