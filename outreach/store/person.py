"""A person of the review pages and their sessions, as the database has them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach.domain.role import PERMITS, Deed, Role


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone who may sign in; `password` is an Argon2id hash, empty until the invitation is accepted.

    `totp` is the secret of the second factor as it is kept, empty without one; codes up to the half-minute `totp_used` are used up.
    `mail` is where letters go, perhaps nowhere; `subject` who they are at a provider once they signed in there.
    `way` is how this session began: `password`, `header` or `oidc`.
    """

    name: str
    role: Role
    password: str
    totp: str = ""
    totp_used: int = 0
    mail: str = ""
    subject: str = ""
    way: str = "password"

    def may(self, deed: Deed) -> bool:
        """Whether this person's role permits it."""
        return deed in PERMITS[self.role]


@dataclass(frozen=True, kw_only=True)
class Session:
    """One signed-in browser of a person; `id` names it and lets nobody in."""

    id: str
    browser: str
    begun: datetime
    seen: datetime

    def is_of(self, token: str) -> bool:
        """Whether it is the session whose cookie says `token`."""
        return hmac.compare_digest(self.id, digest_of(token))


def person_from_row(row: Any) -> Person:
    """The person that a whole row of the table holds."""
    return Person(
        name=row.name,
        role=Role(row.role),
        password=row.password,
        totp=row.totp,
        totp_used=row.totp_used,
        mail=row.mail,
        subject=row.subject,
    )


def digest_of(secret: str) -> str:
    """The SHA-256 of a token or a code, as it is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()
