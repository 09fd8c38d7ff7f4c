"""What the reviewers' pages ask of every database: people, words about texts, short looks at the queue, leafing through the log."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from outreach.domain.approval import Verdict, Word, waits, waits_for_approval
from outreach.domain.claim import Finish
from outreach.domain.delivery import State
from outreach.domain.difference import Difference
from outreach.domain.role import Role
from outreach.store import delivery_log
from outreach.store.approvals import Approvals
from outreach.store.glances import Glances
from outreach.store.leafing import Choice, Leafing
from outreach.store.people import People
from outreach.store.queue import Queue
from outreach.store.tokens import Scope, Token, Tokens
from tests.store.office import DUE, WHY, claim_one, fill, only, planned

CAMPAIGN = "tháng-hành-động"


class PagesContract:
    """Mixed into the store's contract."""

    def test_a_word_frees_what_was_held_for_it(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("một")])
        rule = Difference(campaign=CAMPAIGN, changes=(), approvals=1)
        queue.apply(rule, {}, now=DUE, actor="lan")
        claim = claim_one(queue)
        assert claim.unapproved == 1
        held = Finish(claim=claim, state=State.HELD, at=DUE, reason=waits(1), counts=False)
        queue.exchange([held], {}, DUE)
        assert waits_for_approval(only(queue))
        approvals = Approvals(engine)
        assert [d.identity.message for d in approvals.waiting(DUE)] == ["một"]
        for verdict in (Verdict.SENT_BACK, Verdict.APPROVED):
            word = Word(
                digest=claim.delivery.digest, person="Lan", verdict=verdict, note="ừ", at=DUE
            )
            assert approvals.give(word) == 1
        assert approvals.words([claim.delivery.digest]) == {claim.delivery.digest: [word]}
        assert only(queue).state is State.SCHEDULED
        assert claim_one(queue).unapproved == 0
        assert delivery_log.verify(engine).intact

    def test_a_glance_takes_no_more_than_it_shows(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned(f"m{n}", due=DUE + timedelta(hours=n)) for n in range(5)])
        glances = Glances(engine)
        first = glances.first(list(State), 2)
        last = glances.first([State.SCHEDULED], 2, latest=True, channel="website")
        some = glances.first([State.SCHEDULED], 9, since=DUE + timedelta(hours=4))
        assert [[d.identity.message for d in found] for found in (first, last, some)] == [
            ["m0", "m1"],
            ["m4", "m3"],
            ["m4"],
        ]
        found = glances.of_messages(CAMPAIGN, ["m3", "m1", "none"])
        assert [d.identity.message for d in found] == ["m1", "m3"]

    def test_the_log_is_leafed_through(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("một"), planned("hai", channel="facebook")])
        queue.pause("facebook", WHY, None, actor="Lan", now=DUE)
        leafing, end = Leafing(engine), delivery_log.head(engine).seq
        back = [line.seq for line, _ in leafing.back(Choice(), end)]
        assert back == list(range(end, 0, -1))
        about = leafing.on(Choice(channel="facebook"), 0, end)
        assert [(line.event.what, row and row.identity.message) for line, row in about] == [
            ("new", "hai"),
            ("paused", None),
        ]
        assert list(leafing.back(Choice(actor="Lan", since=DUE, until=DUE), end)) == []
        assert len(list(leafing.back(Choice(message="một", campaign=CAMPAIGN), end))) == 1

    def test_people_come_stay_and_go(self, queue: Queue, engine: Engine) -> None:
        people = People(engine)
        assert people.invite("Lan", Role.ADMIN, "code", actor="outreach", now=DUE)
        assert people.accept("Lan", "code", "hash", DUE)
        people.sign_in("Lan", "token", DUE, browser="Firefox", used=7)
        found = people.of_session("token", DUE + timedelta(minutes=2))
        assert found
        assert (found.role, found.totp_used) == (Role.ADMIN, 7)
        (session,) = people.sessions("Lan", DUE)
        assert session.is_of("token")
        assert not people.remove("Lan", actor="Lan", now=DUE)
        assert people.reset("Lan", "again", actor="Lan", now=DUE)
        assert people.of_session("token", DUE) is None
        assert delivery_log.verify(engine).intact

    def test_a_token_is_good_until_it_ends(self, queue: Queue, engine: Engine) -> None:
        tokens = Tokens(engine)
        ends = DUE + timedelta(days=1)
        token = Token(name="t", scopes=frozenset({Scope.READ_LOG}), made=DUE, expires=ends)
        assert tokens.issue(token, "secret", actor="Lan")
        assert not tokens.issue(token, "other", actor="Lan")
        assert tokens.of("secret", DUE) == token
        assert tokens.of("secret", ends) is None
        tokens.revoke("t", actor="Lan", now=DUE)
        assert tokens.all() == []
