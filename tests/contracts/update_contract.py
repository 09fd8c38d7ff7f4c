"""What every store promises about updates of what is public."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from outreach.domain.approval import Verdict, Word
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Action, Delivery, State
from outreach.domain.difference import ChangeKind
from outreach.store.approvals import Approvals
from outreach.store.delivery_log import read
from outreach.store.queue import Queue
from tests.store.meanwhile import meanwhile
from tests.store.office import (
    DUE,
    LATER,
    WHY,
    apply,
    change,
    claim_one,
    fill,
    planned,
    published,
    receipt,
    rendition,
    unknown,
)

PUBLICATION = planned("a")
UPDATE = planned("a", due=LATER, action=Action.UPDATE)


def asked(queue: Queue, what: ChangeKind, text: str) -> None:
    """Files change the text; its content is that of the publication."""
    made, content = change(what, UPDATE, row=queue.get(UPDATE.identity.key), text=text)
    apply(queue, (made, {PUBLICATION.identity: content[UPDATE.identity]}))


def update_of(queue: Queue) -> Delivery:
    found = queue.get(UPDATE.identity.key)
    assert found
    return found


def publication_of(queue: Queue) -> Delivery:
    found = queue.get(PUBLICATION.identity.key)
    assert found
    return found


def make_public(queue: Queue) -> None:
    fill(queue, [PUBLICATION])
    queue.exchange([published(claim_one(queue))], {}, DUE)


def updated(claim: Claim) -> Finish:
    return Finish(claim=claim, state=State.UPDATED, at=LATER, receipt=receipt(7))


class UpdateContract:
    """One row for all updates of a publication, whose text becomes the publication's."""

    def test_a_claim_carries_the_new_text_the_proof_and_the_publications_time(
        self, queue: Queue
    ) -> None:
        make_public(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        claim = claim_one(queue, now=LATER)
        assert claim.rendition == replace(
            rendition(PUBLICATION, "Mới"), media=claim.rendition.media
        )
        assert claim.published == publication_of(queue)
        assert claim.beside is None

    def test_what_was_updated_is_the_publications_text(self, queue: Queue, engine: Engine) -> None:
        make_public(queue)
        before = publication_of(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        finish = updated(claim_one(queue, now=LATER))
        for _ in range(2):
            queue.exchange([finish], {}, LATER)
        after = publication_of(queue)
        assert after.digest == update_of(queue).digest == rendition(PUBLICATION, "Mới").digest
        assert replace(after, digest=before.digest) == before
        happened = [line.event.what for line in read(engine, delivery_id=after.id)]
        assert happened == ["new", "publishing", "published", "rewritten"]

    def test_a_word_about_the_former_text_waits_for_no_update_that_is_written(
        self, queue: Queue, engine: Engine
    ) -> None:
        make_public(queue)
        former = Word(
            digest=publication_of(queue).digest,
            person="Lan",
            verdict=Verdict.APPROVED,
            note="",
            at=LATER,
        )
        other = planned("b", due=LATER)
        fill(queue, [other])
        again = replace(unknown(claim_one(queue, now=LATER)), state=State.SCHEDULED, ready_at=LATER)
        queue.exchange([again], {}, LATER)
        asked(queue, ChangeKind.NEW, "Mới")
        claims = queue.exchange((), {"website": 2}, LATER).claims
        finished = [
            updated(c) if c.delivery.identity.action is Action.UPDATE else published(c)
            for c in claims
        ]
        with meanwhile(engine, "event_head", lambda: Approvals(engine).give(former)) as word:
            queue.exchange(finished, {}, LATER)
        assert word.result() == 0
        assert update_of(queue).state is State.UPDATED

    def test_an_asked_one_waits_with_its_reason(self, queue: Queue) -> None:
        make_public(queue)
        asked(queue, ChangeKind.ASKED, "Mới")
        row = update_of(queue)
        assert (row.state, row.reason) == (State.HELD, WHY)
        assert queue.exchange((), {"website": 1}, LATER).claims == ()
        queue.move(row.id, State.SCHEDULED, reason=WHY, actor="lan", now=LATER)
        assert update_of(queue).asked == LATER

    def test_another_text_takes_back_a_persons_word_and_forgets_steps(self, queue: Queue) -> None:
        make_public(queue)
        asked(queue, ChangeKind.ASKED, "Mới")
        queue.move(update_of(queue).id, State.SCHEDULED, reason=WHY, actor="lan", now=LATER)
        claim = claim_one(queue, now=LATER)
        queue.begin_step(claim, "update", LATER)
        queue.end_step(claim, "update", 1, LATER)
        again = Finish(claim=claim, state=State.SCHEDULED, at=LATER, reason=WHY, ready_at=LATER)
        queue.exchange([again], {}, LATER)
        asked(queue, ChangeKind.ASKED, "Mới hơn")
        row = update_of(queue)
        assert (row.state, row.asked, row.attempts) == (State.HELD, None, 1)
        assert queue.steps(row.id) == {}

    def test_a_settled_one_is_taken_up_again_with_its_tries_from_the_start(
        self, queue: Queue
    ) -> None:
        make_public(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        queue.exchange([updated(claim_one(queue, now=LATER))], {}, LATER)
        assert update_of(queue).attempts == 1
        asked(queue, ChangeKind.CHANGED, "Mới hơn")
        assert (update_of(queue).state, update_of(queue).attempts) == (State.SCHEDULED, 0)

    def test_one_that_was_tried_meanwhile_is_passed_over(self, queue: Queue) -> None:
        make_public(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        seen = update_of(queue)
        claim = claim_one(queue, now=LATER)
        back = Finish(claim=claim, state=State.SCHEDULED, at=LATER, reason=WHY, ready_at=LATER)
        queue.exchange([back], {}, LATER)
        made, content = change(ChangeKind.CANCELLED, None, row=seen)
        assert apply(queue, (made, content)).passed_over == (UPDATE.identity,)
        assert update_of(queue).state is State.SCHEDULED

    def test_update_and_withdrawal_know_of_each_other(self, queue: Queue) -> None:
        make_public(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        fill(queue, [planned("a", due=LATER, action=Action.WITHDRAW)])
        claims = queue.exchange((), {"website": 2}, LATER).claims
        beside = {claim.delivery.identity.action: claim.beside for claim in claims}
        for action, other in (
            (Action.UPDATE, Action.WITHDRAW),
            (Action.WITHDRAW, Action.UPDATE),
        ):
            found = beside[action]
            assert found
            assert (found.identity.action, found.state) == (other, State.PUBLISHING)

    def test_a_person_may_say_that_the_new_text_is_there(
        self, queue: Queue, engine: Engine
    ) -> None:
        make_public(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        queue.exchange([unknown(claim_one(queue, now=LATER))], {}, LATER)
        row = update_of(queue)
        queue.move(row.id, State.UPDATED, reason=WHY, actor="lan", now=LATER, receipt=receipt())
        assert publication_of(queue).digest == row.digest
        last = list(read(engine))[-2:]
        assert [(line.event.what, line.event.actor) for line in last] == [
            ("updated", "lan"),
            ("rewritten", "lan"),
        ]
        assert last[0].event.data["digest"] == row.digest

    def test_a_persons_retry_answers_what_a_step_asked_and_nothing_else_does(
        self, queue: Queue
    ) -> None:
        make_public(queue)
        asked(queue, ChangeKind.NEW, "Mới")
        claim = claim_one(queue, now=LATER)
        for name in ("ask: theirs", "ask_nobody", "upload"):
            queue.begin_step(claim, name, LATER)
        waits = Finish(claim=claim, state=State.NEEDS_PERSON, at=LATER, reason=WHY)
        queue.exchange([waits], {}, LATER)
        row = update_of(queue)
        assert not any(step.done for step in queue.steps(row.id).values())
        queue.move(row.id, State.SCHEDULED, reason=WHY, actor="lan", now=LATER)
        assert {name: step.done for name, step in queue.steps(row.id).items()} == {
            "ask: theirs": True
        }
