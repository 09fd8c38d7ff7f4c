"""Leafing through the delivery log from its end: never more lines than a page looks at, however long the log is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, or_, select

from outreach.domain.delivery import Delivery
from outreach.store.delivery_log import Line, line_from_row
from outreach.store.engine import reading
from outreach.store.records import delivery_from_row
from outreach.store.tables import DELIVERY, EVENT

WINDOW = 5_000
"""So many lines of the log are looked at for one page."""

Found = tuple[Line, Delivery | None]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which lines; empty or None leaves it open. Instants are aware: `since` is included, `until` is not."""

    campaign: str = ""
    channel: str = ""
    message: str = ""
    what: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Leafing:
    """Leafs through the log of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def back(self, choice: Choice, end: int, width: int = WINDOW) -> Iterator[Found]:
        """The lines that fit among the `width` lines up to line `end`, newest first, each with its delivery."""
        where = (EVENT.c.seq <= end) & (EVENT.c.seq > end - width)
        yield from self._lines(choice, where, EVENT.c.seq.desc())

    def on(
        self, choice: Choice, after: int, end: int, *, limit: int | None = None
    ) -> Sequence[Found]:
        """The lines that fit after line `after` and up to line `end`, oldest first, at most `limit`."""
        where = (EVENT.c.seq <= end) & (EVENT.c.seq > after)
        return list(self._lines(choice, where, EVENT.c.seq.asc(), limit))

    def _lines(
        self,
        choice: Choice,
        where: ColumnElement[bool],
        order: ColumnElement[int],
        limit: int | None = None,
    ) -> Iterator[Found]:
        query = (
            select(*EVENT.c, *DELIVERY.c)
            .join_from(EVENT, DELIVERY, DELIVERY.c.id == EVENT.c.delivery_id, isouter=True)
            .where(where, *_conditions(choice))
            .order_by(order)
            .limit(limit)
        )
        width = len(EVENT.c)
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                delivery = delivery_from_row(row[width:]) if row[width] is not None else None
                yield line_from_row(row[:width]), delivery


def fits(choice: Choice, found: Found) -> bool:
    """Whether a line that was read already is one of those that the database would choose."""
    line, delivery = found
    event, identity = line.event, delivery.identity if delivery else None
    channel = identity.channel if identity else None
    if event.delivery_id is None:
        channel = event.data.get("channel")
    return (
        choice.what in ("", event.what)
        and choice.actor in ("", event.actor)
        and choice.campaign in ("", identity.campaign if identity else None)
        and choice.message in ("", identity.message if identity else None)
        and choice.channel in ("", channel)
        and (choice.since is None or event.at >= choice.since)
        and (choice.until is None or event.at < choice.until)
    )


def _conditions(choice: Choice) -> Iterator[ColumnElement[bool]]:
    for column, value in ((EVENT.c.what, choice.what), (EVENT.c.actor, choice.actor)):
        if value:
            yield column == value
    for column, value in (
        (DELIVERY.c.campaign, choice.campaign),
        (DELIVERY.c.message, choice.message),
    ):
        if value:
            yield column == value
    if choice.channel:
        yield or_(DELIVERY.c.channel == choice.channel, _names(choice.channel))
    if choice.since is not None:
        yield EVENT.c.at >= choice.since
    if choice.until is not None:
        yield EVENT.c.at < choice.until


def _names(channel: str) -> ColumnElement[bool]:
    """Whether an event that is of no delivery names the channel."""
    said: Any = EVENT.c.data.contains(f'"channel":"{channel}"', autoescape=True)
    return and_(EVENT.c.delivery_id.is_(None), said)
