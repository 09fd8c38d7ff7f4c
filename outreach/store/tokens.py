"""Tokens with which other programs use the API: each with its scopes, kept as a hash, good for a year at most."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, delete, select

from outreach.store.delivery_log import Event, append
from outreach.store.engine import into, reading, writing
from outreach.store.people_tables import API_TOKEN

LONGEST = timedelta(days=366)
"""How long a token is good at most."""


class Scope(StrEnum):
    """What a token permits."""

    READ_QUEUE = "queue:read"
    READ_LOG = "log:read"
    READ_STATISTICS = "statistics:read"
    READ_MESSAGES = "messages:read"
    READ_PEOPLE = "people:read"
    APPROVE = "approvals:write"


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token by its name; it is good until `expires` (aware UTC)."""

    name: str
    scopes: frozenset[Scope]
    made: datetime
    expires: datetime


class Tokens:
    """The tokens of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Token]:
        """Every token by name, those that are over included."""
        with reading(self._engine) as connection:
            return [_token(row) for row in connection.execute(select(API_TOKEN).order_by("name"))]

    def of(self, secret: str, now: datetime) -> Token | None:
        """The token whose secret it is, if it is still good."""
        query = select(API_TOKEN).where(API_TOKEN.c.digest == _digest(secret))
        with reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return _token(row) if row and row.expires > now else None

    def issue(self, token: Token, secret: str, *, actor: str) -> bool:
        """Keep a token; False, and nothing changed, when there is one of that name."""
        scopes = " ".join(sorted(token.scopes))
        with writing(self._engine) as connection:
            row = {
                "name": token.name,
                "digest": _digest(secret),
                "scopes": scopes,
                "made": token.made,
                "expires": min(token.expires, token.made + LONGEST),
            }
            made = into(connection, API_TOKEN)
            written = made.values(**row).on_conflict_do_nothing().returning(API_TOKEN.c.name)
            if connection.execute(written).first() is None:
                return False
            data = {"token": token.name, "scopes": scopes}
            append(connection, [Event(at=token.made, actor=actor, what="token_issued", data=data)])
        return True

    def revoke(self, name: str, *, actor: str, now: datetime) -> None:
        """End a token; nothing happens when there is none of that name."""
        with writing(self._engine) as connection:
            if connection.execute(delete(API_TOKEN).where(API_TOKEN.c.name == name)).rowcount:
                event = Event(at=now, actor=actor, what="token_revoked", data={"token": name})
                append(connection, [event])

    def refused(self, name: str, where: str, now: datetime, *, left_out: int) -> None:
        """Write into the log that a token was used for what its scopes do not permit; `left_out` such lines were not written."""
        data = {"token": name, "where": where[:200], "left_out": left_out}
        self._write(Event(at=now, actor=f"token {name}", what="token_refused", data=data))

    def unknown(self, address: str, where: str, now: datetime, *, left_out: int) -> None:
        """Write into the log that somebody came with a token that is none, or none any more."""
        data = {"address": address, "where": where[:200], "left_out": left_out}
        self._write(Event(at=now, actor="outreach", what="token_unknown", data=data))

    def _write(self, event: Event) -> None:
        with writing(self._engine) as connection:
            append(connection, [event])


def _token(row: Any) -> Token:
    return Token(
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes.split()),
        made=row.made,
        expires=row.expires,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
