"""What the reviewers' pages ask of every database: people, words about texts, short looks at the queue, leafing through the log."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from outreach.domain.approval import Verdict, Word, waits, waits_for_approval
from outreach.domain.claim import Finish
from outreach.domain.delivery import Action, State
from outreach.domain.difference import Difference
from outreach.domain.role import Role
from outreach.store import delivery_log
from outreach.store.approvals import Approvals
from outreach.store.edits import Edits, FileChange, FileDeed
from outreach.store.errands import LONGEST as ERRAND
from outreach.store.errands import Errand, Errands
from outreach.store.glances import Glances
from outreach.store.leafing import Choice, Leafing, fits
from outreach.store.people import People
from outreach.store.queue import Queue
from outreach.store.recovery import RecoveryCodes
from outreach.store.seals import Seals
from outreach.store.subjects import Subject, Subjects
from outreach.store.throttle import LONGEST_WAIT, RULES, Throttle
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

    def test_a_change_of_a_file_is_logged_if_it_was_made(self, engine: Engine) -> None:
        change = FileChange(deed=FileDeed.SAVED, file="thang/mot.md", before="a", after="b")
        edits, before = Edits(engine), delivery_log.head(engine).seq
        assert edits.record(lambda: change, actor="Lan", now=DUE) == change

        def fail() -> FileChange:
            raise PermissionError

        with pytest.raises(PermissionError):
            edits.record(fail, actor="Lan", now=DUE)
        (line,) = delivery_log.read(engine, after=before)
        assert (line.event.what, line.event.actor) == ("file_saved", "Lan")
        assert line.event.data == {"file": "thang/mot.md", "before": "a", "after": "b"}
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

    def test_a_line_fits_by_itself_as_the_database_says(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("một"), planned("hai", channel="facebook")])
        queue.pause("facebook", WHY, None, actor="Lan", now=DUE)
        leafing, end = Leafing(engine), delivery_log.head(engine).seq
        every = leafing.on(Choice(), 0, end)
        for choice in (
            Choice(channel="facebook"),
            Choice(message="một"),
            Choice(campaign=CAMPAIGN),
            Choice(what="paused"),
            Choice(actor="lan"),
            Choice(since=DUE),
            Choice(until=DUE),
        ):
            found = [line.seq for line, _ in leafing.on(choice, 0, end)]
            assert found == [each[0].seq for each in every if fits(choice, each)]
            assert 0 < len(found) < len(every)
        assert len(leafing.on(Choice(), 0, end, limit=2)) == 2

    def test_seals_are_checked_from_where_they_were_sound(
        self, queue: Queue, engine: Engine
    ) -> None:
        fill(queue, [planned("một")])
        seals = Seals(engine, now=lambda: DUE)
        assert (seals.check().whole, seals.check().before) == (True, 1)
        queue.pause("facebook", WHY, None, actor="Lan", now=DUE)
        checked = seals.check()
        assert (checked.whole, checked.before, checked.upto.seq) == (True, 1, 2)

    def test_banners_are_found_among_many(self, queue: Queue, engine: Engine) -> None:
        plans = [planned(f"m{n}", due=DUE + timedelta(hours=n)) for n in range(5)]
        fill(queue, [*plans, planned("treo", "truc-tiep", due=DUE + timedelta(days=9))])
        glances = Glances(engine)
        assert [d.identity.message for d in glances.banners(["truc-tiep"], 3)] == ["treo"]
        assert glances.banners([], 3) == []
        found = glances.first([State.SCHEDULED], 9, topic="phát động", channel="website")
        assert len(found) == 5
        assert set(glances.titles(found).values()) == {"Phát động"}
        assert glances.first([State.SCHEDULED], 9, unit="khác") == []

    def test_the_nearest_are_found_in_whatever_state(self, queue: Queue, engine: Engine) -> None:
        plans = [planned(f"m{n}", due=DUE + timedelta(hours=n // 2)) for n in range(8)]
        fill(queue, plans)
        for number, delivery in enumerate(queue.list()):
            if number % 3 == 0:
                queue.move(delivery.id, State.CANCELLED, reason=WHY, actor="lan", now=DUE)
        every, glances = queue.list(), Glances(engine)
        for states in (list(State), list(State)[::-1]):
            for limit in range(10):
                assert glances.first(states, limit) == every[:limit]
                latest = sorted(every, key=lambda d: (d.due, d.id), reverse=True)
                assert glances.first(states, limit, latest=True) == latest[:limit]

    def test_what_hangs_is_known_with_what_takes_it_down(
        self, queue: Queue, engine: Engine
    ) -> None:
        down = planned("treo", due=DUE + timedelta(days=9), action=Action.WITHDRAW)
        fill(queue, [planned("treo"), down, planned("bài")])
        hung, taken_down = queue.list(message="treo")
        stays = queue.list(message="bài")
        assert Glances(engine).ends([hung, *stays]) == {hung.id: taken_down}

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

    def test_failures_cost_time_by_account_and_by_address(
        self, queue: Queue, engine: Engine
    ) -> None:
        throttle, later = Throttle(engine), DUE + timedelta(seconds=1)
        for number in range(RULES["address"].free):
            assert throttle.may_try(f"n{number % 10}", "203.0.113.9", DUE)
        assert not throttle.may_try("mới", "203.0.113.9", DUE)
        assert throttle.may_try("mới", "203.0.113.9", later)
        throttle.passed("mới", "203.0.113.9")
        assert throttle.may_try("n1", "198.51.100.1", DUE)
        assert not throttle.may_try("n1", "198.51.100.1", DUE)
        People(engine).invite("n1", Role.ADMIN, "code", actor="outreach", now=DUE)
        People(engine).sign_in("n1", "token", DUE)
        assert throttle.may_try("n1", "198.51.100.1", DUE)

    def test_nobody_waits_longer_than_the_longest(self, queue: Queue, engine: Engine) -> None:
        throttle, now = Throttle(engine), DUE
        for _ in range(20):
            now += LONGEST_WAIT
            assert throttle.may_try("lan", "", now)
        assert not throttle.may_try("lan", "", now + LONGEST_WAIT - timedelta(seconds=1))
        assert throttle.may_try("lan", "", now + RULES["account"].forget + timedelta(seconds=1))

    def test_many_tries_at_once_are_no_more_tries(self, queue: Queue, engine: Engine) -> None:
        throttle = Throttle(engine)
        with ThreadPoolExecutor(8) as pool:
            tries = pool.map(lambda _: throttle.may_try("lan", "203.0.113.9", DUE), range(24))
            assert sum(tries) == RULES["account"].free

    def test_recovery_codes_serve_once_and_go_with_the_person(
        self, queue: Queue, engine: Engine
    ) -> None:
        people, codes = People(engine), RecoveryCodes(engine)
        for name in ("Lan", "Minh"):
            people.invite(name, Role.ADMIN, "code", actor="outreach", now=DUE)
            people.accept(name, "code", "hash", DUE)
        codes.replace("Lan", ["AAAA-BBBB", "CCCC-DDDD"], DUE)
        assert not codes.use("Minh", "AAAA-BBBB", DUE)
        assert [codes.use("Lan", "aaaa bbbb", DUE) for _ in range(2)] == [True, False]
        assert codes.left("Lan") == 1
        assert people.remove("Lan", actor="Minh", now=DUE)
        assert codes.left("Lan") == 0

    def test_an_errand_ends_once_and_not_too_late(self, queue: Queue, engine: Engine) -> None:
        errands = Errands(engine)
        errand = Errand(state="s", nonce="n", verifier="v")
        errands.begin(errand, DUE)
        assert errands.end("other", DUE) is None
        assert [errands.end("s", DUE) for _ in range(2)] == [errand, None]
        errands.begin(errand, DUE)
        assert errands.end("s", DUE + ERRAND + timedelta(seconds=1)) is None

    def test_an_account_of_a_provider_is_one_person(self, queue: Queue, engine: Engine) -> None:
        people, subjects = People(engine), Subjects(engine)
        people.invite("Lan", Role.ADMIN, "x", actor="outreach", now=DUE, mail="Lan@so.example")
        known = people.known_as("lan@SO.example")
        assert known
        assert known.name == "Lan"
        assert people.known_as("") is None
        assert [subjects.bind("Lan", one, DUE) for one in ("i 1", "i 2")] == [True, False]
        assert (subjects.of("i 1"), subjects.of("i 2")) == ("Lan", None)
        people.invite("Lan", Role.ADMIN, "y", actor="outreach", now=DUE)
        assert people.known_as("lan@so.example")
        assert not people.remove("Lan", actor="Lan", now=DUE)
        minh = Subject(id="i 3", word="minh", name="Minh", mail="")
        assert [subjects.admit(minh, Role.AUTHOR, DUE) for _ in range(2)] == [True, False]
        assert not people.accept("Minh", "", "hash", DUE)
        people.keep_factors({"Lan": ("", "sealed")}, DUE)
        assert people.factors() == {"Lan": "sealed"}
        assert delivery_log.verify(engine).intact

    def test_a_word_by_a_link_is_given_once(self, queue: Queue, engine: Engine) -> None:
        fill(queue, [planned("một")])
        approvals, digest = Approvals(engine), only(queue).digest
        word = Word(digest=digest, person="Lan", verdict=Verdict.APPROVED, note="", at=DUE)
        other = replace(word, digest="0" * 64)
        assert [approvals.give_once(one) for one in (other, word, word)] == [False, True, False]
        assert [delivery.digest for delivery in approvals.of_text(digest)] == [digest]
        approvals.note_letter("Lan", [digest], DUE)
        earlier = DUE - timedelta(seconds=1)
        assert [approvals.letters_since(at) for at in (earlier, DUE)] == [{"Lan"}, set()]

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
