"""Short looks at the queue for pages: never more rows than a page shows, however long the queue is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, select

from outreach.domain.delivery import Action, Delivery, State
from outreach.domain.message import Kind
from outreach.store.engine import reading
from outreach.store.records import delivery_from_row
from outreach.store.renditions import in_batches
from outreach.store.tables import DELIVERY, RENDITION


class Glances:
    """Looks at the queue of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(
        self,
        states: Iterable[State],
        limit: int,
        *,
        latest: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        **wanted: str | None,
    ) -> list[Delivery]:
        """At most `limit` deliveries in these states by due time, the `latest` first or last.

        `since` is included, `until` is not. `wanted` names columns (campaign, channel, message) and what they must hold;
        `topic` and `unit` are those of the text. States that fill the limit with the nearest deliveries spare the later ones.
        """
        query = _of_texts({name: wanted.pop(name, None) for name in ("topic", "unit")})
        if since is not None:
            query = query.where(DELIVERY.c.due >= since)
        if until is not None:
            query = query.where(DELIVERY.c.due < until)
        for name, value in wanted.items():
            if value is not None:
                query = query.where(DELIVERY.c[name] == value)
        rows: list[Any] = []
        with reading(self._engine) as connection:
            for state in states:
                rows += _some(connection, query, state, limit, latest=latest)
                rows.sort(key=lambda row: (row.due, row.id), reverse=latest)
                if len(rows) >= limit > 0:
                    last = rows[limit - 1].due
                    query = query.where(
                        DELIVERY.c.due >= last if latest else DELIVERY.c.due <= last
                    )
        return [delivery_from_row(row) for row in rows[:limit]]

    def titles(self, deliveries: Iterable[Delivery]) -> dict[int, str]:
        """What people call each delivery: the title of its text, or the message's name."""
        known = list(deliveries)
        found: dict[str, str] = {}
        for some in in_batches({delivery.digest for delivery in known}):
            query = select(RENDITION.c.digest, RENDITION.c.title)
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(RENDITION.c.digest.in_(some)))
                found.update((row[0], row[1]) for row in rows)
        return {d.id: found.get(d.digest) or d.identity.message for d in known}

    def gone_out(self, channel: str, since: datetime) -> int:
        """How many publications on a channel were due since then and went out."""
        query = select(func.count()).where(
            DELIVERY.c.channel == channel,
            DELIVERY.c.state == State.PUBLISHED.value,
            DELIVERY.c.due >= since,
        )
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def of_text(self, digest: str) -> list[Delivery]:
        """Every delivery that brings this text."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(DELIVERY).where(DELIVERY.c.digest == digest))
            return [delivery_from_row(row) for row in rows]

    def banners(self, by_people: Collection[str], limit: int) -> list[Delivery]:
        """Banners, and what people carry out on their channels: at most `limit` that wait, come, or were last, in this order."""
        found: dict[int, Delivery] = {}
        with reading(self._engine) as connection:
            for states, latest in _BANNERS:
                for query in _banners(by_people):
                    for state in states:
                        rows = _some(connection, query, state, limit, latest=latest)
                        found |= {row.id: delivery_from_row(row) for row in rows}
                if len(found) >= limit:
                    break
        return list(found.values())[:limit]

    def ends(self, publications: Iterable[Delivery]) -> dict[int, Delivery]:
        """Publication -> the delivery that takes it down again, where one is planned."""
        keys = {d.identity.of(Action.WITHDRAW).key: d.id for d in publications}
        found: dict[int, Delivery] = {}
        for some in in_batches(sorted(keys)):
            query = select(DELIVERY).where(DELIVERY.c.key.in_(some))
            with reading(self._engine) as connection:
                rows = connection.execute(query).all()
            found |= {keys[row.key]: delivery_from_row(row) for row in rows}
        return found

    def of_messages(self, campaign: str, messages: Iterable[str]) -> list[Delivery]:
        """The deliveries of these messages of a campaign, by due time."""
        found: list[Delivery] = []
        for some in in_batches(sorted(set(messages))):
            query = select(DELIVERY).where(DELIVERY.c.campaign == campaign)
            with reading(self._engine) as connection:
                rows = connection.execute(query.where(DELIVERY.c.message.in_(some))).all()
            found += map(delivery_from_row, rows)
        return sorted(found, key=lambda delivery: (delivery.due, delivery.id))


_BANNERS: Sequence[tuple[Sequence[State], bool]] = (
    ((State.NEEDS_PERSON, State.HELD, State.UNKNOWN, State.REJECTED), True),
    ((State.SCHEDULED, State.PUBLISHING), False),
    ((State.PUBLISHED, State.UPDATED, State.WITHDRAWN, State.MISSED, State.CANCELLED), True),
)


def _banners(by_people: Collection[str]) -> Iterator[Select[Any]]:
    """One question per channel, so that its index gives the deliveries in order; then banners anywhere."""
    for channel in by_people:
        yield select(DELIVERY).where(DELIVERY.c.channel == channel)
    kind = select(RENDITION.c.digest).where(RENDITION.c.kind == Kind.BANNER.value)
    yield select(DELIVERY).where(DELIVERY.c.digest.in_(kind))


def _of_texts(facts: Mapping[str, str | None]) -> Select[Any]:
    """Deliveries, of such texts only where facts are given."""
    query = select(DELIVERY)
    told = {name: value for name, value in facts.items() if value is not None}
    if told:
        query = query.join(RENDITION, RENDITION.c.digest == DELIVERY.c.digest)
    for name, value in told.items():
        query = query.where(RENDITION.c[name] == value)
    return query


def _some(
    connection: Connection,
    query: Select[Any],
    state: State,
    limit: int,
    *,
    latest: bool,
) -> Sequence[Any]:
    """One state at a time, so that its index gives them in order."""
    by = (DELIVERY.c.due, DELIVERY.c.id)
    order = [column.desc() for column in by] if latest else list(by)
    chosen = query.where(DELIVERY.c.state == state.value).order_by(*order).limit(limit)
    return connection.execute(chosen).all()
