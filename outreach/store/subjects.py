"""Who somebody of our list is at a provider: bound at the first sign-in there, so that no later holder of the same address gets in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select, update

from outreach.domain.role import Role
from outreach.store.delivery_log import Event, append
from outreach.store.engine import into, reading, writing
from outreach.store.people_tables import PERSON


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a provider says: `id` names the person there for good, `word` is what our list may know them by.

    `role` comes from a word there, where the configuration says so.
    """

    id: str
    word: str
    name: str
    mail: str
    role: Role | None = None


class Subjects:
    """The bindings of one database. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, subject: str) -> str | None:
        """The name of the person who is bound to it."""
        query = select(PERSON.c.name).where(PERSON.c.subject == subject)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def bind(self, name: str, subject: str, now: datetime) -> bool:
        """Bind a person of the list; False when somebody else is bound to this name already."""
        free = (PERSON.c.name == name) & (PERSON.c.subject == "")
        with writing(self._engine) as connection:
            bound = connection.execute(update(PERSON).where(free).values(subject=subject)).rowcount
            if bound:
                append(connection, [_event("subject_bound", name, now)])
        return bool(bound)

    def admit(self, subject: Subject, role: Role, now: datetime) -> bool:
        """Let in somebody whom only the provider knows; False when there is a person of that name."""
        values = {"password": "", "code": "", "invited": now, "mail": subject.mail}
        with writing(self._engine) as connection:
            row = {"name": subject.name, "role": role.value, "subject": subject.id, **values}
            made = into(connection, PERSON)
            written = made.values(**row).on_conflict_do_nothing().returning(PERSON.c.name)
            if connection.execute(written).first() is None:
                return False
            append(connection, [_event("admitted", subject.name, now, role=role.value)])
        return True


def _event(what: str, name: str, now: datetime, **more: str) -> Event:
    return Event(at=now, actor=name, what=what, data={"person": name, **more})
