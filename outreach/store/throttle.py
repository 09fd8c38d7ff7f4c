"""Failed sign-ins cost time: each account and each address has its own count, and both must be free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select, update

from outreach.store.delivery_log import Event, append
from outreach.store.engine import into, writing
from outreach.store.people_tables import SIGN_IN_FAILURE

LONGEST_WAIT = timedelta(minutes=15)
"""The most that a further failure costs."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """So many failures in a row are `free`; then each costs twice as much as the one before. Older ones than `forget` count no more."""

    free: int
    forget: timedelta


RULES = {
    "account": Rule(free=3, forget=timedelta(days=1)),
    "address": Rule(free=20, forget=timedelta(hours=1)),
}
"""An address may be that of a whole office, so it has more tries; who signs in ends the count of the account only."""


class Throttle:
    """The failures of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def may_try(self, name: str, address: str, now: datetime) -> bool:
        """Whether somebody may try under this name from this address now.

        The try counts as a failure at once, so that many at a time are no more tries.
        """
        keys = list(_keys(name, address))
        with writing(self._engine) as connection:
            rows = [_locked(connection, *key, now) for key in keys]
            free = all(_free_at(row, now) <= now for row in rows)
            if free:
                for kind, key in keys:
                    _add(connection, kind, key, failures=1, at=now)
        return free

    def passed(self, name: str, address: str) -> None:
        """The try was none that failed."""
        with writing(self._engine) as connection:
            for kind, key in _keys(name, address):
                _add(connection, kind, key, failures=-1)

    def failed(self, name: str, address: str, now: datetime) -> None:
        """Write into the log that somebody did not get in, whether or not there is such a person."""
        data = {"person": name, "address": address}
        event = Event(at=now, actor="outreach", what="sign_in_failed", data=data)
        with writing(self._engine) as connection:
            append(connection, [event])


def forget(connection: Connection, name: str) -> None:
    """The person has come in: their failures count no more; those of the address go on counting."""
    row = SIGN_IN_FAILURE.c
    connection.execute(delete(SIGN_IN_FAILURE).where(row.kind == "account", row.name == name))


def _keys(name: str, address: str) -> Iterator[tuple[str, str]]:
    yield "account", name
    if address:
        yield "address", _neighbourhood(address)


def _neighbourhood(address: str) -> str:
    """The address; of IPv6 the /64 that one visitor has to choose from."""
    try:
        is_six = isinstance(ip_address(address), IPv6Address)
    except ValueError:
        return address[:64]
    return str(ip_network(f"{address}/64", strict=False)) if is_six else address


def _locked(connection: Connection, kind: str, name: str, now: datetime) -> Row[Any]:
    """The count, which nobody else changes until the transaction ends; old ones are forgotten."""
    table = SIGN_IN_FAILURE.c
    old = (table.kind == kind) & (table.at < now - RULES[kind].forget)
    connection.execute(delete(SIGN_IN_FAILURE).where(old))
    insert = into(connection, SIGN_IN_FAILURE)
    connection.execute(
        insert.values(kind=kind, name=name, failures=0, at=now).on_conflict_do_update(
            index_elements=["kind", "name"], set_={"failures": table.failures}
        )
    )
    query = select(SIGN_IN_FAILURE).where(table.kind == kind, table.name == name)
    return connection.execute(query).one()


def _free_at(row: Row[Any], now: datetime) -> datetime:
    rule = RULES[row.kind]
    if row.failures < rule.free:
        return now
    doublings = min(row.failures - rule.free, 20)
    return row.at + min(timedelta(seconds=2**doublings), LONGEST_WAIT)  # type: ignore[no-any-return]  # a row's cells are Any


def _add(connection: Connection, kind: str, name: str, *, failures: int, **more: datetime) -> None:
    row = SIGN_IN_FAILURE.c
    counted = update(SIGN_IN_FAILURE).where(row.kind == kind, row.name == name)
    connection.execute(counted.values(failures=row.failures + failures, **more))
