"""What every store promises about people's decisions and about what files change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from outreach.domain.claim import Finish
from outreach.domain.delivery import Delivery, Receipt, State
from outreach.domain.difference import ChangeKind
from outreach.domain.edit import BY_PERSON
from outreach.store import delivery_log
from outreach.store.queue import IllegalMove, Queue
from tests.store.office import (
    DUE,
    LATER,
    WHY,
    apply,
    change,
    claim_one,
    fill,
    only,
    planned,
    published,
    receipt,
    unknown,
    what_happened,
)


class DecisionContract:
    """What people decide, and what files change."""

    def test_a_decision_is_written_with_its_evidence(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("a")])
        row = only(queue)
        queue.move(row.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
        queue.move(
            row.id,
            State.PUBLISHED,
            reason=WHY,
            actor="hoa",
            now=LATER,
            receipt=receipt(),
            evidence={"photo": "ảnh.jpg"},
        )
        assert (only(queue).state, only(queue).receipt) == (State.PUBLISHED, receipt())
        last = list(delivery_log.read(engine))[-1].event
        assert (last.actor, last.at, last.data["evidence"]) == ("hoa", LATER, {"photo": "ảnh.jpg"})

    def test_no_person_proves_two_publications_by_one_post(self, queue: Queue) -> None:
        fill(queue, [planned("a"), planned("b"), planned("c", "zalo")])
        first, second, elsewhere = queue.list()
        public = published(claim_one(queue))
        queue.exchange([public], {}, DUE)
        proof = public.receipt
        assert proof
        by_lan = replace(proof, remote_id=f"{BY_PERSON}lan")
        for row in (second, elsewhere):
            queue.move(row.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
        for taken in (proof, by_lan):
            with pytest.raises(IllegalMove, match=f"already the proof of delivery {first.id};"):
                self._say_public(queue, second, taken)
        self._say_public(queue, elsewhere, proof)
        self._say_public(queue, second, replace(by_lan, permalink=""))
        assert {row.state for row in queue.list()} == {State.PUBLISHED}

    def test_people_may_give_one_address_for_several_places(self, queue: Queue) -> None:
        fill(queue, [planned("a"), planned("b")])
        album = Receipt(remote_id=f"{BY_PERSON}lan", permalink="https://so.example/anh", at=DUE)
        for row in queue.list():
            queue.move(row.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
            self._say_public(queue, row, album)
        assert {row.state for row in queue.list()} == {State.PUBLISHED}

    @pytest.mark.parametrize("named", [receipt().remote_id, f"{BY_PERSON}lan"])
    @pytest.mark.parametrize("looked", [True, False])
    def test_what_a_person_named_as_proof_of_another_is_for_people_again(
        self, queue: Queue, engine: Engine, named: str, looked: bool
    ) -> None:
        fill(queue, [planned("a"), planned("a", ordinal=2, due=LATER)])
        first, second = queue.list()
        queue.move(first.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
        queue.exchange([unknown(claim_one(queue, now=LATER))], {}, LATER)
        self._say_public(queue, first, replace(receipt(), remote_id=named))
        if not looked:
            queue.move(second.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=LATER)
            queue.move(second.id, State.SCHEDULED, reason=WHY, actor="lan", now=LATER)
        (claim,) = (
            queue.doubtful(LATER, {"website": 1})
            if looked
            else queue.exchange((), {"website": 1}, LATER).claims
        )
        queue.exchange([replace(published(claim), receipt=receipt())], {}, LATER)
        asked = queue.get(second.identity.key)
        assert asked
        assert (asked.state, asked.receipt) == (State.NEEDS_PERSON, None)
        assert asked.reason
        assert f"already the proof of delivery {first.id};" in str(asked.reason)
        last = list(delivery_log.read(engine))[-1].event
        assert last.data["evidence"]["found"]["permalink"] == receipt().permalink

    def test_what_is_found_and_nobody_else_has_counts(self, queue: Queue) -> None:
        fill(queue, [planned("a"), planned("a", ordinal=2, due=LATER)])
        queue.exchange([published(claim_one(queue))], {}, DUE)
        queue.exchange([unknown(claim_one(queue, now=LATER))], {}, LATER)
        (look,) = queue.doubtful(LATER, {"website": 1})
        found = published(look)
        queue.exchange([found], {}, LATER)
        row = queue.get(found.claim.delivery.identity.key)
        assert row
        assert (row.state, row.receipt) == (State.PUBLISHED, found.receipt)

    def _say_public(self, queue: Queue, row: Delivery, proof: Receipt) -> None:
        queue.move(row.id, State.PUBLISHED, reason=WHY, actor="lan", now=DUE, receipt=proof)

    def test_what_is_being_published_cannot_be_decided(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        claim = claim_one(queue)
        with pytest.raises(IllegalMove, match="at this moment"):
            queue.move(claim.delivery.id, State.CANCELLED, reason=WHY, actor="lan", now=DUE)
        assert only(queue).state is State.PUBLISHING

    def test_moves_that_no_rule_allows_are_refused(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        row = only(queue)
        for to in (State.PUBLISHED, State.UNKNOWN, State.WITHDRAWN):
            with pytest.raises(IllegalMove):
                queue.move(row.id, to, reason=WHY, actor="lan", now=DUE)
        queue.move(row.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
        with pytest.raises(IllegalMove, match="does not fit"):
            queue.move(row.id, State.WITHDRAWN, reason=WHY, actor="lan", now=DUE)
        with pytest.raises(IllegalMove, match="no delivery"):
            queue.move(row.id + 1, State.HELD, reason=WHY, actor="lan", now=DUE)

    def test_a_retry_is_ready_when_the_person_says(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        row = only(queue)
        queue.move(row.id, State.MISSED, reason=WHY, actor="lan", now=DUE)
        assert queue.exchange((), {"website": 1}, LATER).claims == ()
        queue.move(row.id, State.SCHEDULED, reason=WHY, actor="lan", now=DUE, ready_at=LATER)
        assert only(queue).ready_at == LATER

    def test_files_move_change_cancel_restore_hold_and_release(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        moved = planned("a", due=LATER)
        apply(queue, change(ChangeKind.MOVED, moved, row=only(queue)))
        assert (only(queue).due, only(queue).ready_at) == (LATER, LATER)
        apply(queue, change(ChangeKind.CHANGED, moved, row=only(queue), text="Mới"))
        content = queue.rendition(only(queue))
        assert content is not None
        assert content.text == "Mới"
        for what, state in (
            (ChangeKind.HELD, State.HELD),
            (ChangeKind.RELEASED, State.SCHEDULED),
            (ChangeKind.CANCELLED, State.CANCELLED),
            (ChangeKind.RESTORED, State.SCHEDULED),
        ):
            plan = moved if state is State.SCHEDULED else None
            assert apply(queue, change(what, plan, row=only(queue), text="Mới")).count == 1
            assert only(queue).state is state
        wanted = ["new", "moved", "changed", "held", "released", "cancelled", "restored"]
        assert what_happened(engine) == wanted

    def test_a_mended_rejection_is_scheduled_again(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        refused = Finish(claim=claim_one(queue), state=State.REJECTED, at=DUE, reason=WHY)
        queue.exchange([refused], {}, DUE)
        apply(queue, change(ChangeKind.CHANGED, planned("a"), row=only(queue), text="Đã sửa"))
        assert claim_one(queue).rendition.text == "Đã sửa"

    def test_what_has_moved_on_since_the_difference_was_made_is_passed_over(
        self, queue: Queue
    ) -> None:
        fill(queue, [planned("a")])
        seen = only(queue)
        claim_one(queue)
        cancelled = change(ChangeKind.CANCELLED, None, row=seen)
        again = change(ChangeKind.NEW, planned("a"))
        assert apply(queue, cancelled).passed_over == (seen.identity,)
        assert apply(queue, again).passed_over == (seen.identity,)
        assert (only(queue).state, len(queue.list())) == (State.PUBLISHING, 1)

    def test_deliveries_are_found_by_what_is_asked(self, queue: Queue) -> None:
        fill(queue, [planned("a"), planned("b", "zalo", due=LATER)])
        assert [d.identity.message for d in queue.list(since=LATER)] == ["b"]
        assert [d.identity.message for d in queue.list(channel="website")] == ["a"]
        assert [d.identity.message for d in queue.list(message="b")] == ["b"]
        assert queue.list(state=State.HELD) == queue.list(campaign="other") == []
        row = queue.list()[0]
        assert queue.get(row.id) == queue.get(str(row.id)) == queue.get(row.identity.key) == row
        assert (queue.get("nothing"), queue.campaigns()) == (None, ("tháng-hành-động",))
        assert queue.counts()["zalo", State.SCHEDULED] == 1
