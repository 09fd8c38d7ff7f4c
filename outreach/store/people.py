"""Who signs in to the review pages: people, invitations and sessions. Everything is an event of the log."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from outreach.domain.role import Role
from outreach.store.delivery_log import Event, append
from outreach.store.engine import into, reading, writing
from outreach.store.people_tables import PERSON, WEB_SESSION
from outreach.store.person import Person, Session, digest_of, person_from_row
from outreach.store.recovery import drop
from outreach.store.throttle import forget

__all__ = ["IDLE", "INVITATION", "LONGEST", "People", "Person", "Session"]

INVITATION = timedelta(days=1)
"""How long an invitation's code may be used."""

IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
"""A session ends after so long without a page, and after so long in any case."""


class People:
    """The people of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Person]:
        """Everyone by name."""
        with reading(self._engine) as connection:
            return [
                person_from_row(row) for row in connection.execute(select(PERSON).order_by("name"))
            ]

    def find(self, name: str) -> Person | None:
        """One person."""
        with reading(self._engine) as connection:
            row = connection.execute(select(PERSON).where(PERSON.c.name == name)).one_or_none()
        return person_from_row(row) if row else None

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
        values = {"role": role.value, "code": digest_of(code), "invited": now}
        values |= {"mail": mail} if mail else {}
        with writing(self._engine) as connection:
            _make_sure_of(connection, {"name": name, "password": "", **values})
            row = _locked(connection, name)
            if row is None or row.password:
                return False
            connection.execute(update(PERSON).where(PERSON.c.name == name).values(**values))
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
            if _is_last_admin(connection, name) or _locked(connection, name) is None:
                return False
            connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.person == name))
            drop(connection, name)
            connection.execute(delete(PERSON).where(PERSON.c.name == name))
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
            row = _locked(connection, name)
            fits = row is not None and hmac.compare_digest(row.code, digest_of(code))
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
        seen: Person | None = None,
    ) -> bool:
        """Begin a session; sessions that are over are forgotten. `used` is the half-minute of the code that was given.

        False, and nothing changed, when that code is used up, there is no such person any more, or their password or second factor
        is not the one that was `seen` when it was proved.
        """
        row = {"digest": digest_of(token), "person": name, "begun": now, "seen": now}
        row |= {"browser": browser[:120], "way": way}
        over = (WEB_SESSION.c.seen < now - IDLE) | (WEB_SESSION.c.begun < now - LONGEST)
        with writing(self._engine) as connection:
            if not _may_come_in(_locked(connection, name), used, seen):
                return False
            connection.execute(delete(WEB_SESSION).where(over))
            forget(connection, name)
            if used is not None:
                mine = update(PERSON).where(PERSON.c.name == name)
                connection.execute(mine.values(totp_used=used))
            connection.execute(insert(WEB_SESSION).values(**row))
            append(connection, [_event("signed_in", name, name, now, way=way)])
        return True

    def of_session(self, token: str, now: datetime) -> Person | None:
        """Who is signed in, if the session is not over; notes once a minute that it was used."""
        digest = digest_of(token)
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
        return replace(person_from_row(row), way=row.way)

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

    def change_password(
        self, name: str, password: str, *, before: str, keep: str, now: datetime
    ) -> bool:
        """Another password (its hash); every session ends but the one whose token is `keep`.

        False, and nothing changed, when the password is not `before` any more.
        """
        others = (WEB_SESSION.c.person == name) & (WEB_SESSION.c.digest != digest_of(keep))
        with writing(self._engine) as connection:
            mine = update(PERSON).where(PERSON.c.name == name, PERSON.c.password == before)
            if not connection.execute(mine.values(password=password)).rowcount:
                return False
            connection.execute(delete(WEB_SESSION).where(others))
            append(connection, [_event("password_changed", name, name, now)])
        return True

    def set_factor(
        self, name: str, secret: str, used: int, now: datetime, *, seen: Person | None = None
    ) -> bool:
        """A second factor from now on, or none when `secret` is empty; `used` is the half-minute of the code that proved it.

        False, and nothing changed, when the password or the second factor is not the one that was `seen` any more.
        """
        with writing(self._engine) as connection:
            if not _is_still(_locked(connection, name), seen):
                return False
            mine = update(PERSON).where(PERSON.c.name == name)
            connection.execute(mine.values(totp=secret, totp_used=used))
            drop(connection, name)
            what = "factor_added" if secret else "factor_dropped"
            append(connection, [_event(what, name, name, now)])
        return True

    def reset(self, name: str, code: str, *, actor: str, now: datetime) -> bool:
        """Invite somebody anew who lost password or phone: both go, and all sessions end. False when there is no such person."""
        values = {"password": "", "totp": "", "totp_used": 0, "subject": ""}
        values |= {"code": digest_of(code), "invited": now}
        with writing(self._engine) as connection:
            changed = update(PERSON).where(PERSON.c.name == name).values(**values)
            if not connection.execute(changed).rowcount:
                return False
            connection.execute(delete(WEB_SESSION).where(WEB_SESSION.c.person == name))
            drop(connection, name)
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


def _make_sure_of(connection: Connection, row: Mapping[str, Any]) -> None:
    """Write a person's row unless there is one."""
    made = into(connection, PERSON).values(**row)
    connection.execute(made.on_conflict_do_nothing(index_elements=["name"]))


def _locked(connection: Connection, name: str) -> Row[Any] | None:
    """The person's row, which nobody else changes until the transaction ends; whoever changes more of a person begins with it."""
    mine = select(PERSON).where(PERSON.c.name == name).with_for_update()
    return connection.execute(mine).one_or_none()


def _may_come_in(row: Row[Any] | None, used: int | None, seen: Person | None) -> bool:
    """Whether this person is there as they were seen, and the code of half-minute `used` is not used up."""
    return row is not None and _is_still(row, seen) and (used is None or used > row.totp_used)


def _is_still(row: Row[Any] | None, seen: Person | None) -> bool:
    if row is None or seen is None:
        return row is not None
    return bool((row.password, row.totp) == (seen.password, seen.totp))


def _is_last_admin(connection: Connection, name: str) -> bool:
    """Whether this is the only admin who can sign in; all of them stay so until the transaction ends."""
    comes_in = (PERSON.c.password != "") | (PERSON.c.subject != "")
    admins = select(PERSON.c.name).where(PERSON.c.role == Role.ADMIN.value, comes_in)
    ours = connection.execute(admins.order_by(PERSON.c.name).with_for_update())
    return ours.scalars().all() == [name]


def _event(what: str, person: str, actor: str, now: datetime, **more: str) -> Event:
    return Event(at=now, actor=actor, what=what, data={"person": person, **more})
