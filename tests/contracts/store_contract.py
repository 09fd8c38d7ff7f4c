"""What every store promises. A test file per database derives from the classes here and gives an `engine`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from outreach.domain.claim import Finish, Pause
from outreach.domain.delivery import Action, State
from outreach.domain.text import Text
from outreach.store import delivery_log
from outreach.store.queue import Fenced, IllegalMove, Queue
from tests.contracts.counts_contract import CountsContract
from tests.contracts.decision_contract import DecisionContract
from tests.contracts.pages_contract import PagesContract
from tests.contracts.restoration_contract import RestorationContract
from tests.contracts.together_contract import TogetherContract
from tests.contracts.update_contract import UpdateContract
from tests.store.office import (
    DUE,
    LATER,
    SECOND,
    WHY,
    claim_one,
    fill,
    only,
    planned,
    published,
    receipt,
    rendition,
    states,
    take_over,
    unknown,
    what_happened,
)


@pytest.fixture
def queue(engine: Engine, tmp_path: Path) -> Queue:
    return take_over(engine, tmp_path)


class ExchangeContract:
    """Claims and outcomes."""

    def test_a_claim_carries_what_was_planned_and_leaves_an_open_attempt(
        self, queue: Queue, engine: Engine
    ) -> None:
        plan = planned("phat-dong")
        fill(queue, [plan])
        claim = claim_one(queue)
        assert claim.rendition == rendition(plan, "Chào")
        assert claim.rendition.media[0].file.name == "ab" * 32
        assert claim.delivery == queue.get(plan.identity.key)
        assert (claim.delivery.state, claim.delivery.since) == (State.PUBLISHING, DUE)
        (attempt,) = queue.attempts(claim.delivery.id)
        assert (attempt.id, attempt.number, attempt.finished) == (claim.attempt, 1, None)
        assert (attempt.key, attempt.digest) == (plan.identity.key, claim.rendition.digest)
        assert what_happened(engine, claim.delivery.id) == ["new", "publishing"]

    def test_an_outcome_is_kept_with_its_proof(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("phat-dong")])
        claim = claim_one(queue)
        queue.exchange([published(claim)], {}, DUE + SECOND)
        row = only(queue)
        assert (row.state, row.receipt, row.attempts) == (
            State.PUBLISHED,
            receipt(claim.delivery.id),
            1,
        )
        (attempt,) = queue.attempts(row.id)
        assert (attempt.outcome, attempt.finished) == (State.PUBLISHED, DUE + SECOND)
        assert delivery_log.verify(engine).damage is None

    def test_only_what_is_due_is_claimed_oldest_first_and_no_more_than_is_free(
        self, queue: Queue
    ) -> None:
        minutes = (3, 0, 2, 1)
        fill(queue, [planned(f"m{n}", due=DUE + timedelta(minutes=n)) for n in minutes])
        fill(queue, [planned("elsewhere", "zalo")])
        got = queue.exchange((), {"website": 2}, DUE + timedelta(minutes=2))
        assert [c.delivery.identity.message for c in got.claims] == ["m0", "m1"]
        assert got.next_due == DUE + timedelta(minutes=3)
        got = queue.exchange((), {"website": 9, "zalo": 9}, DUE + timedelta(minutes=2))
        assert [c.delivery.identity.message for c in got.claims] == ["elsewhere", "m2"]

    def test_the_instant_itself_counts_as_due_to_the_microsecond(self, queue: Queue) -> None:
        fill(queue, [planned("phat-dong")])
        early = queue.exchange((), {"website": 1}, DUE - timedelta(microseconds=1))
        assert (early.claims, early.next_due) == ((), DUE)
        assert claim_one(queue).delivery.due == DUE

    def test_a_try_that_does_not_count_is_recorded_but_not_spent(self, queue: Queue) -> None:
        fill(queue, [planned("phat-dong")])
        claim = claim_one(queue)
        waits = Finish(
            claim=claim, state=State.SCHEDULED, at=DUE, reason=WHY, ready_at=LATER, counts=False
        )
        got = queue.exchange([waits], {"website": 1}, DUE)
        assert (got.claims, got.next_due) == ((), LATER)
        assert (only(queue).attempts, only(queue).reason) == (0, WHY)
        assert claim_one(queue, now=LATER).number == 2

    def test_an_outcome_handed_in_twice_is_written_once(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("phat-dong")])
        again = published(claim_one(queue))
        queue.exchange([again], {}, DUE)
        queue.exchange([again], {}, DUE)
        assert what_happened(engine) == ["new", "publishing", "published"]

    def test_an_outcome_that_no_rule_allows_writes_nothing(self, queue: Queue) -> None:
        fill(queue, [planned("a"), planned("b")])
        first, second = queue.exchange((), {"website": 2}, DUE).claims
        impossible = Finish(claim=second, state=State.PUBLISHING, at=DUE)
        with pytest.raises(IllegalMove):
            queue.exchange([published(first), impossible], {}, DUE)
        assert states(queue.list()) == [State.PUBLISHING, State.PUBLISHING]

    def test_a_withdrawal_knows_the_publication_that_it_takes_down(self, queue: Queue) -> None:
        fill(queue, [planned("bang-ron")])
        fill(queue, [planned("bang-ron", due=LATER, action=Action.WITHDRAW)])
        queue.exchange([published(claim_one(queue))], {}, DUE)
        claim = claim_one(queue, now=LATER)
        assert claim.published is not None
        assert claim.published.receipt == receipt(claim.published.id)
        queue.exchange([published(claim)], {}, LATER)
        assert states(queue.list()) == [State.PUBLISHED, State.WITHDRAWN]

    def test_damaged_content_holds_its_own_delivery_and_no_other(
        self, queue: Queue, engine: Engine, tmp_path: Path
    ) -> None:
        fill(queue, [planned("a"), planned("b")])
        damaged = queue.list(message="a")[0].digest
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"UPDATE rendition SET content = '{{}}' WHERE digest = '{damaged}'"
            )
        fresh = take_over(engine, tmp_path)
        got = fresh.exchange((), {"website": 9}, DUE)
        assert [c.delivery.identity.message for c in got.claims] == ["b"]
        assert only(fresh, message="a").state is State.HELD


class PauseContract:
    """Channels that wait."""

    def test_a_paused_channel_is_not_claimed_until_someone_resumes_it(self, queue: Queue) -> None:
        fill(queue, [planned("a"), planned("b", "zalo")])
        queue.pause("zalo", WHY, None, actor="lan", now=DUE)
        got = queue.exchange((), {"website": 1, "zalo": 1}, DUE)
        assert [c.delivery.identity.channel for c in got.claims] == ["website"]
        assert queue.channel_states()["zalo"].reason == WHY
        queue.resume("zalo", actor="lan", now=DUE)
        assert claim_one(queue, "zalo").delivery.identity.message == "b"

    def test_a_pause_with_an_end_ends_by_itself(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("a")])
        queue.pause("website", WHY, LATER, actor="lan", now=DUE)
        got = queue.exchange((), {"website": 1}, DUE)
        assert (got.claims, got.next_due) == ((), LATER)
        claim_one(queue, now=LATER)
        assert not queue.channel_states()["website"].paused
        assert what_happened(engine) == ["new", "paused", "resumed", "publishing"]

    def test_a_pause_asked_for_by_an_attempt_stops_the_claims_of_the_same_exchange(
        self, queue: Queue
    ) -> None:
        fill(queue, [planned("a"), planned("b")])
        claim = claim_one(queue)
        asks = Finish(
            claim=claim,
            state=State.SCHEDULED,
            at=DUE,
            ready_at=DUE,
            pause=Pause(reason=WHY, until=LATER),
            counts=False,
        )
        assert queue.exchange([asks], {"website": 5}, DUE).claims == ()
        assert len(queue.exchange((), {"website": 5}, LATER).claims) == 2

    def test_an_attempt_never_shortens_the_pause_of_a_person(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        claim = claim_one(queue)
        queue.pause("website", Text("Until I say so."), None, actor="lan", now=DUE)
        short = Pause(reason=WHY, until=DUE + SECOND)
        asks = Finish(claim=claim, state=State.SCHEDULED, at=DUE, ready_at=DUE, pause=short)
        queue.exchange([asks], {}, DUE)
        state = queue.channel_states()["website"]
        assert (state.until, state.reason) == (None, Text("Until I say so."))


class DoubtContract:
    """Crashes, looks and steps."""

    def test_whatever_was_under_way_is_of_unknown_outcome_after_a_crash(
        self, queue: Queue, engine: Engine, tmp_path: Path
    ) -> None:
        fill(queue, [planned("a"), planned("b", due=LATER)])
        claim_one(queue)
        successor = take_over(engine, tmp_path)
        assert successor.interrupted(LATER) == 1
        assert states(successor.list()) == [State.UNKNOWN, State.SCHEDULED]
        (attempt,) = successor.attempts(only(successor, message="a").id)
        assert (attempt.outcome, attempt.finished) == (State.UNKNOWN, LATER)
        assert only(successor, message="a").attempts == 1
        assert successor.interrupted(LATER) == 0

    def test_a_stale_holder_writes_nothing(
        self, queue: Queue, engine: Engine, tmp_path: Path
    ) -> None:
        fill(queue, [planned("a")])
        claim = claim_one(queue)
        take_over(engine, tmp_path)
        before = delivery_log.head(engine)
        for stale in (
            lambda: queue.exchange([published(claim)], {"website": 1}, DUE),
            lambda: queue.doubtful(DUE, {"website": 1}),
            lambda: queue.interrupted(DUE),
            lambda: queue.begin_step(claim, "create", DUE),
            lambda: queue.end_step(claim, "create", 1, DUE),
            lambda: queue.forget_step(claim, "create"),
        ):
            with pytest.raises(Fenced):
                stale()
        assert only(queue).state is State.PUBLISHING
        assert (queue.steps(claim.delivery.id), delivery_log.head(engine)) == ({}, before)

    def test_a_look_is_given_out_once_and_may_find_nothing_yet(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("a")])
        got = queue.exchange([unknown(claim_one(queue), ready_at=LATER)], {"website": 1}, DUE)
        assert (got.claims, got.next_look) == ((), LATER)
        assert queue.doubtful(DUE, {"website": 1}) == ()
        (look,) = queue.doubtful(LATER, {"website": 1})
        assert (look.attempt, look.number, look.delivery.state) == (0, 1, State.UNKNOWN)
        assert queue.doubtful(LATER, {"website": 1}) == ()
        again = Finish(
            claim=look, state=State.UNKNOWN, at=LATER, reason=WHY, ready_at=LATER, looks=1
        )
        queue.exchange([again], {}, LATER)
        assert (only(queue).looks, only(queue).attempts) == (1, 1)
        assert what_happened(engine)[-2:] == ["unknown", "looked"]

    def test_a_look_knows_when_it_was_tried_first(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        waits = Finish(claim=claim_one(queue), state=State.SCHEDULED, at=DUE, ready_at=LATER)
        (again,) = queue.exchange([waits], {"website": 1}, LATER).claims
        queue.exchange([unknown(again)], {}, LATER)
        (look,) = queue.doubtful(LATER, {"website": 1})
        assert (look.tried, look.delivery.since) == (DUE, LATER)

    def test_a_proof_of_absence_forgets_steps_that_were_only_begun(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        claim = claim_one(queue)
        queue.begin_step(claim, "upload", DUE)
        queue.end_step(claim, "upload", {"id": "ảnh"}, DUE)
        queue.begin_step(claim, "create", DUE)
        queue.exchange([unknown(claim)], {}, DUE)
        (look,) = queue.doubtful(DUE, {"website": 1})
        absent = Finish(claim=look, state=State.SCHEDULED, at=DUE, ready_at=DUE, looks=0)
        queue.exchange([absent], {}, DUE)
        steps = queue.steps(claim.delivery.id)
        assert {name: (s.done, s.value) for name, s in steps.items()} == {
            "upload": (True, {"id": "ảnh"})
        }

    def test_a_step_is_begun_done_or_forgotten(self, queue: Queue) -> None:
        fill(queue, [planned("a")])
        claim = claim_one(queue)
        queue.begin_step(claim, "create", DUE)
        step = queue.steps(claim.delivery.id)["create"]
        assert (step.done, step.value, step.attempt) == (False, None, claim.attempt)
        queue.forget_step(claim, "create")
        assert queue.steps(claim.delivery.id) == {}
        queue.begin_step(claim, "create", DUE)
        queue.end_step(claim, "create", None, LATER)
        assert queue.steps(claim.delivery.id)["create"].done
        queue.forget_step(claim, "create")
        assert queue.steps(claim.delivery.id)["create"].done

    def test_a_persons_decision_overtakes_a_look(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("a")])
        queue.exchange([unknown(claim_one(queue))], {}, DUE)
        (look,) = queue.doubtful(DUE, {"website": 1})
        queue.move(look.delivery.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
        queue.exchange([published(look)], {}, DUE)
        assert only(queue).state is State.NEEDS_PERSON
        assert what_happened(engine)[-2:] == ["needs_person", "looked"]


class StoreContract(
    ExchangeContract,
    PagesContract,
    PauseContract,
    DoubtContract,
    DecisionContract,
    UpdateContract,
    CountsContract,
    RestorationContract,
    TogetherContract,
):
    """All of it. A subclass gives the fixture `engine`: migrated, empty, disposed of at the end."""
