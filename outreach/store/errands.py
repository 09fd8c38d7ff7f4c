"""People who were sent to a provider to sign in: what they bring back must be what they were sent with, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from outreach.store.engine import writing
from outreach.store.people_tables import SIGN_IN_ERRAND

LONGEST = timedelta(minutes=10)
"""How long somebody may take to sign in there."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What the answer must hold: the `nonce` in its ID token, the PKCE `verifier` to exchange its code."""

    state: str
    nonce: str
    verifier: str


class Errands:
    """The errands of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, errand: Errand, now: datetime) -> None:
        """Remember it; those that took too long are forgotten."""
        row = {"digest": _digest(errand.state), "begun": now}
        with writing(self._engine) as connection:
            old = SIGN_IN_ERRAND.c.begun < now - LONGEST
            connection.execute(delete(SIGN_IN_ERRAND).where(old))
            values = {**row, "nonce": errand.nonce, "verifier": errand.verifier}
            connection.execute(insert(SIGN_IN_ERRAND).values(**values))

    def end(self, state: str, now: datetime) -> Errand | None:
        """The errand that this state belongs to, once; None for a foreign, used or old one."""
        mine = SIGN_IN_ERRAND.c.digest == _digest(state)
        with writing(self._engine) as connection:
            row = connection.execute(select(SIGN_IN_ERRAND).where(mine)).one_or_none()
            if row is None or not connection.execute(delete(SIGN_IN_ERRAND).where(mine)).rowcount:
                return None
        if now - row.begun > LONGEST:
            return None
        return Errand(state=state, nonce=row.nonce, verifier=row.verifier)


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
