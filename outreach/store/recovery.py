"""Codes for people who have lost the phone of their second factor: kept as SHA-256, each used once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, func, insert, select

from outreach.store.delivery_log import Event, append
from outreach.store.engine import reading, writing
from outreach.store.people_tables import RECOVERY_CODE


class RecoveryCodes:
    """The codes of one database. Each must be of 112 random bits or more, as its hash is a quick one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def left(self, name: str) -> int:
        """How many a person has."""
        mine = select(func.count()).where(RECOVERY_CODE.c.person == name)
        with reading(self._engine) as connection:
            return int(connection.execute(mine).scalar_one())

    def replace(self, name: str, codes: Iterable[str], now: datetime) -> None:
        """A person's new codes; the former ones end."""
        with writing(self._engine) as connection:
            drop(connection, name)
            rows = [{"digest": _digest(code), "person": name} for code in codes]
            connection.execute(insert(RECOVERY_CODE), rows)
            append(connection, [_event("recovery_codes_made", name, now)])

    def use(self, name: str, code: str, now: datetime) -> bool:
        """Whether it is a code of this person that was not used yet; it is used up then."""
        row = RECOVERY_CODE.c
        mine = delete(RECOVERY_CODE).where(row.person == name, row.digest == _digest(code))
        with writing(self._engine) as connection:
            used = bool(connection.execute(mine).rowcount)
            if used:
                append(connection, [_event("recovery_code_used", name, now)])
        return used


def drop(connection: Connection, name: str) -> None:
    """End a person's codes."""
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.person == name))


def _event(what: str, name: str, now: datetime) -> Event:
    return Event(at=now, actor=name, what=what, data={"person": name})


def _digest(code: str) -> str:
    """Of the letters and digits alone, however they were grouped."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
