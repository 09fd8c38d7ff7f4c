"""Who signs in to the review pages: people, invitations and sessions. Everything is an event of the log."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from outreach.domain.role import PERMITS, Deed, Role
from outreach.store.delivery_log import Event, append
from outreach.store.engine import reading, writing
from outreach.store.people_tables import PERSON, WEB_SESSION
from outreach.store.recovery import drop
from outreach.store.throttle import forget

INVITATION = timedelta(days=1)
"""How long an invitation's code may be used."""

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
"""A session ends after so long without a page, and after so long in any case."""


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
        return hmac.compare_digest(self.id, _digest(token))


class People:
    """The people of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Person]:
        """Everyone by name."""
        with reading(self._engine) as connection:
            return [_person(row) for row in connection.execute(select(PERSON).order_by("name"))]

    def find(self, name: str) -> Person | None:
        """One person."""
        with reading(self._engine) as connection:
            row = connection.execute(select(PERSON).where(PERSON.c.name == name)).one_or_none()
        return _person(row) if row else None

    def known_as(self, word: str) -> Person | None:
        """The only person of this name or this e-mail address, in whatever case; None when there is none, or more than one."""
        wanted = word.strip().casefold()
        fitting = [
            one for one in self.all() if wanted in (one.name.casefold(), one.mail.casefold())
        ]
        return fitting[0] if wanted and len(fitting) == 1 else None

    def invite(
        self, name: str, role: Role, code: str, *, actor: str, now: datetime, mail: str = ""
    ) -> bool:
        """Let a person in with a code; a former code ends, a known address stays unless another is given.

        False, and nothing changed, when the person has a password already.
        """
        values = {"role": role.value, "code": _digest(code), "invited": now}
        values |= {"mail": mail} if mail else {}
        with writing(self._engine) as connection:
            row = connection.execute(select(PERSON).where(PERSON.c.name == name)).one_or_none()
            if row and row.password:
                return False
            if row:
                connection.execute(update(PERSON).where(PERSON.c.name == name).values(**values))
            else:
                connection.execute(insert(PERSON).values(name=name, password="", **values))
            append(connection, [_event("invited", name, actor, now, role=role.value)])
        return True

    def appoint(self, name: str, role: Role, *, actor: str, now: datetime) -> bool:
        """Give a person another role. False, and nothing changed, when there is no such person or no admin would be left."""
        with writing(self._engine) as connection:
            if _is_last_admin(connection, name) and role is not Role.ADMIN:
                return False
            changed = update(PERSON).where(PERSON.c.name == name).values(role=role.value)
            if not connection.execute(changed).rowcount:
                return False
            append(connection, [_event("appointed", name, actor, now, role=role.value)])
        return True

    def remove(self, name: str, *, actor: str, now: datetime) -> bool:
        """Let a person in no more, and end all sessions. False when there is no such person or no admin would be left."""
        with writing(self._engine) as connection:
            if _is_last_admin(connection, name):
                return False
            connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.person == name))
            drop(connection, name)
            if not connection.execute(delete(PERSON).where(PERSON.c.name == name)).rowcount:
                return False
            append(connection, [_event("removed", name, actor, now)])
        return True

    def write_to(self, name: str, mail: str, *, actor: str, now: datetime) -> bool:
        """Send a person's letters to this address from now on. False when there is no such person."""
        with writing(self._engine) as connection:
            mine = update(PERSON).where(PERSON.c.name == name)
            if not connection.execute(mine.values(mail=mail)).rowcount:
                return False
            append(connection, [_event("mail_changed", name, actor, now)])
        return True

    def accept(self, name: str, code: str, password: str, now: datetime) -> bool:
        """Exchange a code, once, for a password (its hash). False when the code is wrong, used or too old."""
        with writing(self._engine) as connection:
            row = connection.execute(select(PERSON).where(PERSON.c.name == name)).one_or_none()
            fits = row is not None and hmac.compare_digest(row.code, _digest(code))
            if row is None or not fits or now - row.invited > INVITATION:
                return False
            values = {"password": password, "code": ""}
            connection.execute(update(PERSON).where(PERSON.c.name == name).values(**values))
            append(connection, [_event("joined", name, name, now)])
        return True

    def sign_in(
        self,
        name: str,
        token: str,
        now: datetime,
        *,
        browser: str = "",
        used: int | None = None,
        way: str = "password",
    ) -> None:
        """Begin a session; sessions that are over are forgotten. `used` is the half-minute of the code that was given."""
        row = {"digest": _digest(token), "person": name, "begun": now, "seen": now}
        row |= {"browser": browser[:120], "way": way}
        over = (WEB_SESSION.c.seen < now - IDLE) | (WEB_SESSION.c.begun < now - LONGEST)
        with writing(self._engine) as connection:
            connection.execute(delete(WEB_SESSION).where(over))
            forget(connection, name)
            if used is not None:
                mine = update(PERSON).where(PERSON.c.name == name)
                connection.execute(mine.values(totp_used=used))
            connection.execute(insert(WEB_SESSION).values(**row))
            append(connection, [_event("signed_in", name, name, now, way=way)])

    def of_session(self, token: str, now: datetime) -> Person | None:
        """Who is signed in, if the session is not over; notes once a minute that it was used."""
        digest = _digest(token)
        session = WEB_SESSION.c
        query = select(PERSON, session.begun, session.seen, session.way).join(
            WEB_SESSION, session.person == PERSON.c.name
        )
        with reading(self._engine) as connection:
            row = connection.execute(query.where(WEB_SESSION.c.digest == digest)).one_or_none()
        if row is None or now - row.seen > IDLE or now - row.begun > LONGEST:
            return None
        if now - row.seen > timedelta(minutes=1):
            with writing(self._engine) as connection:
                used = update(WEB_SESSION).where(WEB_SESSION.c.digest == digest)
                connection.execute(used.values(seen=now))
        return replace(_person(row), way=row.way)

    def sessions(self, name: str, now: datetime) -> list[Session]:
        """The open sessions of a person, the newest first."""
        row = WEB_SESSION.c
        query = select(row.digest, row.browser, row.begun, row.seen).where(
            row.person == name, row.seen >= now - IDLE, row.begun >= now - LONGEST
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(row.begun.desc(), row.digest)).all()
        return [
            Session(id=row.digest, browser=row.browser, begun=row.begun, seen=row.seen)
            for row in rows
        ]

    def end_session(self, name: str, session: str, now: datetime) -> None:
        """End one session of a person; nothing happens when it is not theirs."""
        mine = (WEB_SESSION.c.person == name) & (WEB_SESSION.c.digest == session)
        with writing(self._engine) as connection:
            if connection.execute(delete(WEB_SESSION).where(mine)).rowcount:
                append(connection, [_event("session_ended", name, name, now)])

    def change_password(self, name: str, password: str, *, keep: str, now: datetime) -> None:
        """Another password (its hash); every session ends but the one whose token is `keep`."""
        others = (WEB_SESSION.c.person == name) & (WEB_SESSION.c.digest != _digest(keep))
        with writing(self._engine) as connection:
            mine = update(PERSON).where(PERSON.c.name == name)
            connection.execute(mine.values(password=password))
            connection.execute(delete(WEB_SESSION).where(others))
            append(connection, [_event("password_changed", name, name, now)])

    def set_factor(self, name: str, secret: str, used: int, now: datetime) -> None:
        """A second factor from now on, or none when `secret` is empty; `used` is the half-minute of the code that proved it."""
        with writing(self._engine) as connection:
            mine = update(PERSON).where(PERSON.c.name == name)
            connection.execute(mine.values(totp=secret, totp_used=used))
            drop(connection, name)
            what = "factor_added" if secret else "factor_dropped"
            append(connection, [_event(what, name, name, now)])

    def reset(self, name: str, code: str, *, actor: str, now: datetime) -> bool:
        """Invite somebody anew who lost password or phone: both go, and all sessions end. False when there is no such person."""
        values = {"password": "", "totp": "", "totp_used": 0, "subject": ""}
        values |= {"code": _digest(code), "invited": now}
        with writing(self._engine) as connection:
            connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.person == name))
            drop(connection, name)
            changed = update(PERSON).where(PERSON.c.name == name).values(**values)
            if not connection.execute(changed).rowcount:
                return False
            append(connection, [_event("access_reset", name, actor, now)])
        return True

    def sign_out(self, name: str, now: datetime, *, actor: str = "") -> None:
        """End every session of a person; `actor` is who does it, if somebody else."""
        with writing(self._engine) as connection:
            connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.person == name))
            append(connection, [_event("signed_out", name, actor or name, now)])

    def factors(self) -> dict[str, str]:
        """Person -> the secret of the second factor as it is kept, for those who have one."""
        query = select(PERSON.c.name, PERSON.c.totp).where(PERSON.c.totp != "")
        with reading(self._engine) as connection:
            return {row.name: row.totp for row in connection.execute(query)}

    def keep_factors(self, kept: Mapping[str, tuple[str, str]], now: datetime) -> None:
        """Keep secrets in another form: person -> the form that was read, and the new one; who changed it meanwhile keeps theirs."""
        with writing(self._engine) as connection:
            for name, (before, after) in kept.items():
                mine = (PERSON.c.name == name) & (PERSON.c.totp == before)
                connection.execute(update(PERSON).where(mine).values(totp=after))
            data = {"people": len(kept)}
            append(connection, [Event(at=now, actor="outreach", what="factors_sealed", data=data)])

    def refused(self, name: str, where: str, now: datetime) -> None:
        """Note that a person asked for something that their role does not permit."""
        with writing(self._engine) as connection:
            append(connection, [_event("refused", name, name, now, where=where[:200])])


def _person(row: Any) -> Person:
    return Person(
        name=row.name,
        role=Role(row.role),
        password=row.password,
        totp=row.totp,
        totp_used=row.totp_used,
        mail=row.mail,
        subject=row.subject,
    )


def _is_last_admin(connection: Connection, name: str) -> bool:
    """Whether this is the only admin who can sign in."""
    comes_in = (PERSON.c.password != "") | (PERSON.c.subject != "")
    admins = select(PERSON.c.name).where(PERSON.c.role == Role.ADMIN.value, comes_in)
    return connection.execute(admins).scalars().all() == [name]


def _event(what: str, person: str, actor: str, now: datetime, **more: str) -> Event:
    return Event(at=now, actor=actor, what=what, data={"person": person, **more})


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
