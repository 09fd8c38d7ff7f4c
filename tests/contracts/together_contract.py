"""What every store promises when two do the same thing at the same moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from outreach.domain.approval import Verdict, Word, waits
from outreach.domain.claim import Claim, Finish, Pause
from outreach.domain.delivery import Delivery, State
from outreach.domain.difference import ChangeKind, Difference
from outreach.domain.role import Role
from outreach.store import delivery_log, renditions
from outreach.store.approvals import Approvals
from outreach.store.engine import reading
from outreach.store.people import People
from outreach.store.queue import IllegalMove, Queue
from outreach.store.subjects import Subject, Subjects
from outreach.store.tokens import Scope, Token, Tokens
from tests.store.meanwhile import meanwhile
from tests.store.office import (
    DUE,
    LATER,
    SECOND,
    WHY,
    apply,
    change,
    claim_one,
    fill,
    only,
    planned,
    published,
    receipt,
    states,
    unknown,
    what_happened,
)


def joined(engine: Engine, *names: str) -> People:
    """Administrators with a password."""
    people = People(engine)
    for name in names:
        people.invite(name, Role.ADMIN, "code", actor="outreach", now=DUE)
        people.accept(name, "code", f"hash of {name}", DUE)
    return people


class PeopleTogetherContract:
    """Ways in that several take at once."""

    def test_an_invitation_serves_one_of_two_who_use_it_at_once(
        self, queue: Queue, engine: Engine
    ) -> None:
        people = People(engine)
        people.invite("Lan", Role.ADMIN, "code", actor="outreach", now=DUE)
        with meanwhile(
            engine, "FROM person", lambda: people.accept("Lan", "code", "hers", DUE)
        ) as other:
            mine = people.accept("Lan", "code", "mine", DUE)
        assert sorted([mine, other.result()]) == [False, True]
        found = people.find("Lan")
        assert found
        assert found.password == ("mine" if mine else "hers")

    def test_two_who_invite_at_once_invite_one_person(self, queue: Queue, engine: Engine) -> None:
        people = People(engine)

        def invite(code: str) -> bool:
            return people.invite("Lan", Role.ADMIN, code, actor="outreach", now=DUE)

        with meanwhile(engine, "person", lambda: invite("second")) as other:
            assert invite("first")
        assert other.result()
        used = [people.accept("Lan", code, "hash", DUE) for code in ("first", "second")]
        assert sorted(used) == [False, True]

    def test_who_has_just_come_in_is_not_invited_again(self, queue: Queue, engine: Engine) -> None:
        people = People(engine)
        people.invite("Lan", Role.ADMIN, "code", actor="outreach", now=DUE)
        with meanwhile(
            engine, "person", lambda: people.accept("Lan", "code", "hash", DUE)
        ) as other:
            invited = people.invite("Lan", Role.ADMIN, "again", actor="outreach", now=DUE)
        assert invited is not other.result()
        assert people.accept("Lan", "again", "another", DUE) is invited

    def test_two_administrators_who_remove_each_other_leave_one(
        self, queue: Queue, engine: Engine
    ) -> None:
        people = joined(engine, "Lan", "Minh")
        with meanwhile(
            engine, "FROM person", lambda: people.remove("Lan", actor="Minh", now=DUE)
        ) as other:
            mine = people.remove("Minh", actor="Lan", now=DUE)
        assert sorted([mine, other.result()]) == [False, True]
        assert len(people.all()) == 1

    def test_two_administrators_who_step_down_at_once_leave_one(
        self, queue: Queue, engine: Engine
    ) -> None:
        people = joined(engine, "Lan", "Minh")

        def step_down(name: str) -> bool:
            return people.appoint(name, Role.REVIEWER, actor=name, now=DUE)

        with meanwhile(engine, "FROM person", lambda: step_down("Lan")) as other:
            mine = step_down("Minh")
        assert sorted([mine, other.result()]) == [False, True]
        assert sum(one.role is Role.ADMIN for one in people.all()) == 1

    def test_a_code_lets_in_one_of_two_who_give_it_at_once(
        self, queue: Queue, engine: Engine
    ) -> None:
        people = joined(engine, "Lan")
        with meanwhile(
            engine, "person", lambda: people.sign_in("Lan", "hers", DUE, used=7)
        ) as other:
            mine = people.sign_in("Lan", "mine", DUE, used=7)
        assert sorted([mine, other.result()]) == [False, True]
        assert len(people.sessions("Lan", DUE)) == 1
        assert not people.sign_in("Lan", "older", DUE, used=6)
        assert people.sign_in("Lan", "recovered", DUE)
        found = people.find("Lan")
        assert found
        assert found.totp_used == 7

    def test_whoever_has_changed_since_they_were_looked_up_does_not_come_in(
        self, queue: Queue, engine: Engine
    ) -> None:
        people = joined(engine, "Lan", "Minh")
        seen = people.find("Lan")
        assert seen
        people.set_factor("Lan", "secret", 3, DUE)
        assert not people.sign_in("Lan", "a", DUE, seen=seen)
        seen = replace(seen, totp="secret")
        assert people.change_password("Lan", "new", before=seen.password, keep="", now=DUE)
        assert not people.change_password("Lan", "newer", before=seen.password, keep="", now=DUE)
        assert not people.sign_in("Lan", "b", DUE, seen=seen)
        assert not people.set_factor("Lan", "", 0, DUE, seen=seen)
        assert people.remove("Lan", actor="Minh", now=DUE)
        assert not people.sign_in("Lan", "c", DUE)
        assert people.sessions("Lan", DUE) == []
        assert delivery_log.verify(engine).intact

    def test_a_password_is_changed_while_the_old_one_lets_in(
        self, queue: Queue, engine: Engine
    ) -> None:
        people = joined(engine, "Lan")
        seen = people.find("Lan")
        assert seen

        def change() -> bool:
            return people.change_password("Lan", "new", before=seen.password, keep="", now=DUE)

        with meanwhile(engine, "person", change) as other:
            people.sign_in("Lan", "old", DUE, seen=seen)
        assert other.result()
        assert people.sessions("Lan", DUE) == []

    def test_a_name_is_given_to_one_of_two_tokens(self, queue: Queue, engine: Engine) -> None:
        tokens = Tokens(engine)
        token = Token(
            name="t",
            scopes=frozenset({Scope.READ_LOG}),
            made=DUE,
            expires=DUE + timedelta(days=1),
        )
        with meanwhile(
            engine, "api_token", lambda: tokens.issue(token, "hers", actor="Minh")
        ) as other:
            mine = tokens.issue(token, "mine", actor="Lan")
        assert sorted([mine, other.result()]) == [False, True]
        assert tokens.of("mine" if mine else "hers", DUE) == token

    def test_who_comes_from_a_provider_in_two_tabs_is_admitted_once(
        self, queue: Queue, engine: Engine
    ) -> None:
        subjects, lan = Subjects(engine), Subject(id="i 1", word="lan", name="Lan", mail="")
        with meanwhile(engine, "person", lambda: subjects.admit(lan, Role.AUTHOR, DUE)) as other:
            mine = subjects.admit(lan, Role.AUTHOR, DUE)
        assert sorted([mine, other.result()]) == [False, True]
        assert subjects.of("i 1") == "Lan"


class WordsTogetherContract:
    """Words and decisions about what the dispatcher has in its hands at the same moment."""

    def test_a_word_that_comes_while_a_text_is_held_for_it_counts(
        self, queue: Queue, engine: Engine
    ) -> None:
        held = self._found_unapproved(queue)
        assert Approvals(engine).give(_word(held.claim, "Lan")) == 0
        queue.exchange([held], {}, DUE)
        assert only(queue).state is State.SCHEDULED
        assert claim_one(queue).unapproved == 0
        assert delivery_log.verify(engine).intact

    def test_a_word_that_comes_as_the_hold_is_written_counts(
        self, queue: Queue, engine: Engine
    ) -> None:
        held = self._found_unapproved(queue)
        word = _word(held.claim, "Lan")
        with meanwhile(engine, "FROM approval ", lambda: Approvals(engine).give(word)):
            queue.exchange([held], {}, DUE)
        assert only(queue).state is State.SCHEDULED

    def test_a_hold_that_is_written_as_the_word_comes_gives_way(
        self, queue: Queue, engine: Engine
    ) -> None:
        held = self._found_unapproved(queue)
        word = _word(held.claim, "Lan")
        with meanwhile(engine, "INTO approval ", lambda: queue.exchange([held], {}, DUE)) as other:
            Approvals(engine).give(word)
        assert other.exception() is None
        assert only(queue).state is State.SCHEDULED

    def test_two_who_approve_at_once_are_four_eyes(self, queue: Queue, engine: Engine) -> None:
        held, approvals = self._found_unapproved(queue, needed=2), Approvals(engine)
        queue.exchange([held], {}, DUE)
        with meanwhile(
            engine, "INTO approval ", lambda: approvals.give(_word(held.claim, "Minh"))
        ) as other:
            assert approvals.give(_word(held.claim, "Lan")) == 1
        assert other.result() == 1
        assert only(queue).state is State.SCHEDULED

    def test_a_link_that_is_followed_twice_at_once_counts_once(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("một")])
        word = Word(
            digest=only(queue).digest, person="Lan", verdict=Verdict.APPROVED, note="", at=DUE
        )
        approvals = Approvals(engine)
        with meanwhile(engine, "FROM delivery", lambda: approvals.give_once(word)) as other:
            mine = approvals.give_once(word)
        assert sorted([mine, other.result()]) == [False, True]
        assert what_happened(engine).count("approved") == 1

    def test_a_decision_counts_only_for_what_was_seen(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("một")])
        queue.exchange([unknown(claim_one(queue))], {}, DUE)
        seen = only(queue)

        def absent() -> None:
            queue.move(seen.id, State.SCHEDULED, reason=WHY, actor="Lan", now=DUE, seen=seen)

        absent()
        queue.exchange([unknown(claim_one(queue, now=LATER))], {}, LATER)
        with pytest.raises(IllegalMove):
            absent()
        assert only(queue).state is State.UNKNOWN

    def test_of_two_opposite_verdicts_at_once_one_counts(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("một")])
        queue.exchange([unknown(claim_one(queue))], {}, DUE)
        seen = only(queue)

        def say(to: State, by: str) -> None:
            proof = receipt() if to is State.PUBLISHED else None
            queue.move(seen.id, to, reason=WHY, actor=by, now=DUE, receipt=proof, seen=seen)

        with meanwhile(engine, "FROM delivery", lambda: say(State.SCHEDULED, "Minh")) as other:
            say(State.PUBLISHED, "Lan")
        assert isinstance(other.exception(), IllegalMove)
        assert only(queue).state is State.PUBLISHED

    def test_one_post_proves_one_of_two_that_are_decided_at_once(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("một"), planned("hai")])
        both = queue.exchange((), {"website": 2}, DUE).claims
        queue.exchange([unknown(claim) for claim in both], {}, DUE)
        first, second = queue.list()

        def public(one: Delivery) -> None:
            queue.move(one.id, State.PUBLISHED, reason=WHY, actor="Lan", now=DUE, receipt=receipt())

        with meanwhile(engine, "receipt IS NOT NULL", lambda: public(second)) as other:
            public(first)
        assert isinstance(other.exception(), IllegalMove)
        assert states(queue.list()).count(State.PUBLISHED) == 1

    def _found_unapproved(self, queue: Queue, *, needed: int = 1) -> Finish:
        """What the dispatcher makes of a text that nobody has approved yet."""
        fill(queue, [planned("một")])
        rule = Difference(campaign="tháng-hành-động", changes=(), approvals=needed)
        queue.apply(rule, {}, now=DUE, actor="lan")
        claim = claim_one(queue)
        assert claim.unapproved == needed
        why = waits(claim.unapproved)
        return Finish(claim=claim, state=State.HELD, at=DUE, reason=why, counts=False)


def _word(claim: Claim, person: str) -> Word:
    digest = claim.delivery.digest
    return Word(digest=digest, person=person, verdict=Verdict.APPROVED, note="", at=DUE)


class DispatcherTogetherContract:
    """What people say while the dispatcher writes, and what two who read the files write."""

    def test_a_pause_outlives_the_end_of_another_one(self, queue: Queue, engine: Engine) -> None:
        queue.pause("website", WHY, DUE, actor="Lan", now=DUE - SECOND)

        def pause() -> None:
            queue.pause("website", WHY, None, actor="Minh", now=DUE)

        with meanwhile(engine, "FROM channel_state", pause) as other:
            queue.exchange((), {"website": 1}, DUE)
        assert other.exception() is None
        state = queue.channel_states()["website"]
        assert (state.paused, state.until) == (True, None)

    def test_a_pause_outlives_what_an_attempt_asks_for(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("một")])
        asked = Pause(reason=WHY, until=LATER)
        finish = replace(unknown(claim_one(queue)), pause=asked)

        def pause() -> None:
            queue.pause("website", WHY, None, actor="Minh", now=DUE)

        with meanwhile(engine, "FROM channel_state", pause) as other:
            queue.exchange([finish], {}, DUE)
        assert other.exception() is None
        assert queue.channel_states()["website"].until is None
        queue.resume("website", actor="Minh", now=DUE)
        with meanwhile(engine, "FROM channel_state", pause) as other:
            queue.give_way("website", asked, DUE)
        assert other.exception() is None
        assert queue.channel_states()["website"].until is None

    def test_two_who_apply_the_same_new_files_at_once_make_one_delivery(
        self, queue: Queue, engine: Engine
    ) -> None:
        with meanwhile(engine, "FROM delivery", lambda: fill(queue, [planned("một")])) as other:
            mine = fill(queue, [planned("một")])
        assert sorted([mine.count, other.result().count]) == [0, 1]
        assert only(queue).state is State.SCHEDULED

    def test_files_that_are_applied_and_outcomes_that_are_written_do_not_wait_for_each_other(
        self, queue: Queue, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(renditions, "BATCH", 1)
        plans = sorted((planned("một"), planned("hai")), key=lambda p: p.identity.key, reverse=True)
        fill(queue, plans)
        seen = queue.list()
        claims = queue.exchange((), {"website": 2}, DUE).claims
        edited = [
            change(ChangeKind.CHANGED, plan, row=row, text="mới")
            for plan, row in zip(plans, seen, strict=True)
        ]
        with meanwhile(
            engine,
            "delivery.since, delivery.ready_at",
            lambda: queue.exchange([published(one) for one in claims], {}, DUE),
        ) as other:
            assert apply(queue, *edited).count == 0
        assert other.exception() is None
        assert states(queue.list()) == [State.PUBLISHED] * 2

    def test_who_reads_sees_one_moment_however_often_they_look(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("một")])
        count = text("SELECT count(*) FROM delivery")
        with (
            meanwhile(engine, "count(*)", lambda: fill(queue, [planned("hai")])) as other,
            reading(engine) as connection,
        ):
            seen = [connection.execute(count).scalar_one() for _ in range(2)]
        assert (seen, other.exception()) == ([1, 1], None)
        with reading(engine) as connection:
            assert connection.execute(count).scalar_one() == 2

    def test_files_that_were_read_earlier_do_not_undo_those_that_were_read_later(
        self, queue: Queue
    ) -> None:
        fill(queue, [planned("một")])
        seen = only(queue)
        moved = change(ChangeKind.MOVED, planned("một", due=LATER), row=seen)
        assert apply(queue, moved).count == 1
        stale = change(ChangeKind.MOVED, planned("một", due=DUE + 2 * SECOND), row=seen)
        assert apply(queue, stale).passed_over == (seen.identity,)
        edited = change(ChangeKind.CHANGED, planned("một", due=LATER), row=only(queue), text="mới")
        old = change(ChangeKind.CHANGED, planned("một", due=LATER), row=only(queue), text="cũ")
        assert [apply(queue, one).count for one in (edited, old)] == [1, 0]
        assert only(queue).due == LATER


class TogetherContract(PeopleTogetherContract, WordsTogetherContract, DispatcherTogetherContract):
    """Everything that several do at once."""
