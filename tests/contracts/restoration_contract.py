"""What every store promises about a queue that came out of a backup."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from outreach.domain.claim import Finish
from outreach.domain.delivery import Action, Delivery, State
from outreach.domain.difference import ChangeKind
from outreach.store import delivery_log, restoration
from outreach.store.queue import IllegalMove, Queue
from outreach.store.restoration import Restoration
from tests.store.office import (
    CLOSES,
    DUE,
    WHY,
    apply,
    change,
    claim_one,
    fill,
    only,
    planned,
    published,
    what_happened,
)

BACKUP = DUE - timedelta(hours=1)
BACK = DUE + timedelta(days=3)
AHEAD = BACK + timedelta(days=1)


def put_back(engine: Engine, at: datetime = BACK) -> None:
    found = Restoration(at=at, backup=BACKUP)
    restoration.record(engine, found, actor="lan", facts={"file": "x"})
    restoration.doubt_waiting(engine, found, actor="lan")


class RestorationContract:
    """After a restore, what may have been published since the backup is looked up first."""

    def test_what_was_due_is_in_doubt_and_the_rest_waits(
        self, queue: Queue, engine: Engine
    ) -> None:
        down = planned("a", action=Action.WITHDRAW)
        fill(queue, [planned("a"), planned("b", due=AHEAD), down])
        put_back(engine)
        rows = {(d.identity.message, d.identity.action): d for d in queue.list()}
        doubtful = rows["a", Action.PUBLISH]
        assert (doubtful.state, doubtful.since, doubtful.ready_at) == (State.UNKNOWN, BACKUP, BACK)
        assert rows["b", Action.PUBLISH].state is State.SCHEDULED
        assert rows["a", Action.WITHDRAW].state is State.SCHEDULED
        assert "restored" in what_happened(engine)
        assert restoration.doubtful(engine) == 1
        assert delivery_log.verify(engine).intact

    def test_what_was_published_stays_so(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("a")])
        queue.exchange([published(claim_one(queue))], {}, DUE)
        put_back(engine)
        assert only(queue).state is State.PUBLISHED

    @pytest.mark.parametrize("ahead", [False, True])
    def test_what_files_ask_for_only_now_is_looked_up_if_it_was_due(
        self, queue: Queue, engine: Engine, ahead: bool
    ) -> None:
        put_back(engine)
        plan = planned("a", due=AHEAD if ahead else DUE)
        apply(queue, change(ChangeKind.NEW, plan), now=BACK)
        assert only(queue).state is (State.SCHEDULED if ahead else State.UNKNOWN)
        assert only(queue).since == (None if ahead else BACKUP)

    @pytest.mark.parametrize("what", [ChangeKind.MOVED, ChangeKind.CHANGED])
    def test_a_date_moved_to_the_past_or_out_of_it_is_looked_up(
        self, queue: Queue, engine: Engine, what: ChangeKind
    ) -> None:
        fill(queue, [planned("a", due=AHEAD), planned("b")])
        restoration.record(
            engine, Restoration(at=BACK, backup=BACKUP), actor="lan", facts={"file": "x"}
        )
        earlier, later = planned("a"), planned("b", due=AHEAD)
        for plan in (earlier, later):
            row = only(queue, plan.identity.message)
            apply(queue, change(what, plan, row=row), now=BACK)
        assert {d.state for d in queue.list()} == {State.UNKNOWN}

    def test_what_staff_took_back_is_looked_up_and_never_sent(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        found = Restoration(at=BACK, backup=BACKUP)
        restoration.record(engine, found, actor="lan", facts={"file": "x"})
        apply(queue, change(ChangeKind.CANCELLED, None, row=only(queue)), now=BACK)
        row = only(queue)
        assert (row.state, row.expires) == (State.UNKNOWN, BACK)
        assert row.expires < CLOSES

    def test_what_a_broken_file_holds_is_looked_up_when_it_is_mended(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        apply(queue, change(ChangeKind.HELD, None, row=only(queue)))
        put_back(engine)
        assert only(queue).state is State.HELD
        released = change(ChangeKind.RELEASED, planned("a"), row=only(queue))
        apply(queue, released, now=BACK)
        assert only(queue).state is State.UNKNOWN

    def test_a_person_who_asks_for_another_try_begins_with_a_look(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        missed = Finish(claim=claim_one(queue), state=State.MISSED, at=DUE, reason=WHY)
        queue.exchange([missed], {}, DUE)
        put_back(engine)
        self.retry(queue, BACK)
        row = only(queue)
        assert (row.state, row.asked) == (State.UNKNOWN, BACK)
        (look,) = queue.doubtful(BACK, {"website": 1})
        assert look.restored == BACK
        absent = Finish(claim=look, state=State.SCHEDULED, at=BACK, reason=WHY, ready_at=BACK)
        queue.exchange([absent], {}, BACK)
        assert only(queue).state is State.SCHEDULED
        claim = claim_one(queue, now=BACK + timedelta(seconds=1))
        again = Finish(claim=claim, state=State.MISSED, at=BACK, reason=WHY)
        queue.exchange([again], {}, BACK)
        self.retry(queue, BACK + timedelta(seconds=2))
        assert only(queue).state is State.SCHEDULED, "it was looked up and tried since"

    def test_nobody_decides_that_nobody_knows(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        with pytest.raises(IllegalMove):
            queue.move(only(queue).id, State.UNKNOWN, reason=WHY, actor="lan", now=DUE)

    def retry(self, queue: Queue, now: datetime) -> Delivery:
        row = only(queue)
        queue.move(row.id, State.SCHEDULED, reason=WHY, actor="lan", now=now)
        return only(queue)
