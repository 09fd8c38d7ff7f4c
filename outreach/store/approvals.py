"""Who approved which text, and which campaigns ask for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, select, update
from sqlalchemy.sql.expression import bindparam

from outreach.domain.approval import Verdict, Word, missing, waits_for_approval
from outreach.domain.claim import Finish
from outreach.domain.delivery import Action, Delivery, State
from outreach.domain.difference import Difference
from outreach.domain.text import Text
from outreach.store.delivery_log import Event, append, read
from outreach.store.engine import into, reading, writing
from outreach.store.people_tables import APPROVAL, APPROVAL_RULE
from outreach.store.records import delivery_from_row, text_to_json
from outreach.store.tables import DELIVERY

LETTER = "approval_letter"
"""The event of a letter with links."""

BY_LINK = Text("By the link in a letter.")
_WAITING = (State.SCHEDULED.value, State.HELD.value)


class Approvals:
    """People's words about texts. Instants are aware UTC."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def needed(self) -> dict[str, int]:
        """Campaign -> how many people must approve each of its texts; without those that ask for nobody."""
        with reading(self._engine) as connection:
            return _needed(connection)

    def words(self, digests: Iterable[str]) -> dict[str, list[Word]]:
        """Rendition -> what was said about it, oldest first."""
        with reading(self._engine) as connection:
            return _words(connection, sorted(set(digests)))

    def waiting(self, until: datetime) -> list[Delivery]:
        """What is due by then and not approved enough, by due time."""
        with reading(self._engine) as connection:
            query = (
                select(DELIVERY)
                .where(DELIVERY.c.campaign.in_(_needed(connection)))
                .where(DELIVERY.c.state.in_(_WAITING), DELIVERY.c.due <= until)
                .order_by(DELIVERY.c.due, DELIVERY.c.id)
            )
            rows = connection.execute(query).all()
            lacking = unapproved(connection, rows)
        return [delivery_from_row(row) for row in rows if lacking.get(row.id)]

    def of_text(self, digest: str) -> list[Delivery]:
        """What is still to go out with this very text, by due time."""
        with reading(self._engine) as connection:
            return [delivery_from_row(row) for row in connection.execute(_concerned(digest))]

    def give(self, word: Word) -> int:
        """Write a person's word; what was held only for it goes back into the queue. Gives how many deliveries it concerns."""
        with writing(self._engine) as connection:
            rows = _locked(connection, word.digest)
            _write(connection, word, rows)
        return len(rows)

    def give_once(self, word: Word) -> bool:
        """As `give`; False, and nothing written, when this person spoke about this text before, or it is not to go out any more."""
        with writing(self._engine) as connection:
            rows = _locked(connection, word.digest)
            if not rows:
                return False
            said = _words(connection, [word.digest]).get(word.digest, [])
            if any(former.person == word.person for former in said):
                return False
            _write(connection, word, rows)
        return True

    def letters_since(self, since: datetime) -> set[str]:
        """Who had a letter after that instant."""
        events = (line.event for line in read(self._engine, since=since))
        return {one.data["person"] for one in events if one.what == LETTER and one.at > since}

    def note_letter(self, person: str, digests: Sequence[str], now: datetime) -> None:
        """Note that a letter with a link for each of these texts went to a person."""
        data = {"person": person, "texts": list(digests)}
        with writing(self._engine) as connection:
            append(connection, [Event(at=now, actor="outreach", what=LETTER, data=data)])


def unless_given(connection: Connection, finish: Finish, row: Row[Any]) -> Finish:
    """The outcome, or another try at once where every word that it lacked was said while it was being looked at; `row` is locked."""
    held = replace(finish.claim.delivery, state=finish.state, reason=finish.reason)
    if not finish.claim.attempt or not waits_for_approval(held) or unapproved(connection, [row]):
        return finish
    reason = Text("Its text was approved meanwhile.")
    return replace(finish, state=State.SCHEDULED, ready_at=finish.at, reason=reason)


def _of(digest: str) -> Select[Any]:
    query = select(DELIVERY).where(DELIVERY.c.digest == digest)
    return query.where(DELIVERY.c.action != Action.WITHDRAW.value)


def _concerned(digest: str) -> Select[Any]:
    waiting = _of(digest).where(DELIVERY.c.state.in_(_WAITING))
    return waiting.order_by(DELIVERY.c.due, DELIVERY.c.id)


def _locked(connection: Connection, digest: str) -> list[Row[Any]]:
    """What waits with this text. All that has it is locked, also what is being looked at: either we find it held, or it finds our word."""
    rows = connection.execute(_of(digest).order_by(DELIVERY.c.id).with_for_update())
    return sorted((r for r in rows if r.state in _WAITING), key=lambda row: (row.due, row.id))


def _write(connection: Connection, word: Word, rows: Sequence[Row[Any]]) -> None:
    _upsert(connection, word)
    events = [_event(word, row.id) for row in rows] or [_event(word, None)]
    append(connection, [*events, *_release(connection, rows, word)])


def demand(
    connection: Connection, difference: Difference, *, actor: str, now: datetime
) -> list[Event]:
    """Note how many must approve each text of a campaign; give the event to be logged when that is news."""
    campaign, needed = difference.campaign, difference.approvals
    known = _needed(connection).get(campaign, 0)
    if needed in (None, known):
        return []
    insert = into(connection, APPROVAL_RULE)
    connection.execute(
        insert.values(campaign=campaign, needed=needed).on_conflict_do_update(
            index_elements=["campaign"], set_={"needed": needed}
        )
    )
    data = {"campaign": campaign, "from": known, "needed": needed}
    return [Event(at=now, actor=actor, what="approvals_needed", data=data)]


def unapproved(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, int]:
    """Delivery -> how many must still approve its text, for those rows of which somebody must. Withdrawals need nobody."""
    needed = _needed(connection)
    asked = [row for row in rows if row.campaign in needed and row.action != Action.WITHDRAW]
    if not asked:
        return {}
    words = _words(connection, sorted({row.digest for row in asked}))
    lacking = {row.id: missing(words.get(row.digest, ()), needed[row.campaign]) for row in asked}
    return {row_id: count for row_id, count in lacking.items() if count}


def _needed(connection: Connection) -> dict[str, int]:
    return {row.campaign: row.needed for row in connection.execute(_RULES)}


def _words(connection: Connection, digests: Sequence[str]) -> dict[str, list[Word]]:
    found: dict[str, list[Word]] = {}
    for row in connection.execute(_SAID, {"digests": digests}):
        word = Word(
            digest=row.digest,
            person=row.person,
            verdict=Verdict(row.verdict),
            note=row.note,
            at=row.at,
        )
        found.setdefault(row.digest, []).append(word)
    return found


def _upsert(connection: Connection, word: Word) -> None:
    insert = into(connection, APPROVAL)
    said = {"verdict": word.verdict.value, "note": word.note, "at": word.at}
    connection.execute(
        insert.values(digest=word.digest, person=word.person, **said).on_conflict_do_update(
            index_elements=["digest", "person"], set_=said
        )
    )


def _release(connection: Connection, rows: Sequence[Row[Any]], word: Word) -> list[Event]:
    lacking = unapproved(connection, rows)
    free = [
        row.id
        for row in rows
        if waits_for_approval(delivery_from_row(row)) and not lacking.get(row.id)
    ]
    if not free:
        return []
    reason = text_to_json(Text("{name} approved it.", name=word.person))
    back = update(DELIVERY).where(DELIVERY.c.id.in_(free))
    connection.execute(back.values(state=State.SCHEDULED.value, reason=reason, ready_at=word.at))
    data: Mapping[str, Any] = {"from": State.HELD.value, "reason": reason}
    return [
        Event(at=word.at, actor=word.person, what=State.SCHEDULED, delivery_id=i, data=dict(data))
        for i in free
    ]


def _event(word: Word, delivery_id: int | None) -> Event:
    said = BY_LINK if word.by_link else Text("{note}", note=word.note) if word.note else None
    note = {"reason": said.to_json()} if said else {}
    data = {"digest": word.digest, **note}
    return Event(
        at=word.at, actor=word.person, what=word.verdict, delivery_id=delivery_id, data=data
    )


_RULES = select(APPROVAL_RULE).where(APPROVAL_RULE.c.needed > 0)
_SAID = (
    select(APPROVAL)
    .where(APPROVAL.c.digest.in_(bindparam("digests", expanding=True)))
    .order_by(APPROVAL.c.at, APPROVAL.c.person)
)
