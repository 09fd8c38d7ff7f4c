"""Failed sign-ins cost time: each account and each address has its own count, and both must be free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import Connection, Engine, delete, insert, select, update

from outreach.store.delivery_log import Event, append
from outreach.store.engine import reading, writing
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

    def may_try_at(self, name: str, address: str, now: datetime) -> datetime:
        """When somebody may try to sign in under this name from this address again."""
        with reading(self._engine) as connection:
            return max(_free_at(connection, *key, now) for key in _keys(name, address))

    def failed(self, name: str, address: str, now: datetime) -> None:
        """Note that a sign-in failed, whether or not there is such a person."""
        with writing(self._engine) as connection:
            for kind, key in _keys(name, address):
                _count(connection, kind, key, now)
            data = {"person": name, "address": address}
            event = Event(at=now, actor="outreach", what="sign_in_failed", data=data)
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


def _free_at(connection: Connection, kind: str, name: str, now: datetime) -> datetime:
    rule, table = RULES[kind], SIGN_IN_FAILURE.c
    query = select(SIGN_IN_FAILURE).where(table.kind == kind, table.name == name)
    row = connection.execute(query).one_or_none()
    if row is None or row.failures < rule.free or now - row.at > rule.forget:
        return now
    doublings = min(row.failures - rule.free, 20)
    return max(now, row.at + min(timedelta(seconds=2**doublings), LONGEST_WAIT))  # type: ignore[no-any-return]  # a row's cells are Any


def _count(connection: Connection, kind: str, name: str, now: datetime) -> None:
    row = SIGN_IN_FAILURE.c
    old = (row.kind == kind) & (row.at < now - RULES[kind].forget)
    connection.execute(delete(SIGN_IN_FAILURE).where(old))
    more = update(SIGN_IN_FAILURE).where(row.kind == kind, row.name == name)
    if not connection.execute(more.values(failures=row.failures + 1, at=now)).rowcount:
        first = {"kind": kind, "name": name, "failures": 1, "at": now}
        connection.execute(insert(SIGN_IN_FAILURE).values(**first))
