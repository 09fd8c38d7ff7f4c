"""Whoever moves a delivery, in whatever order: only along `MOVES`, and never without a line in the log."""

from __future__ import annotations

import tempfile
from collections import deque
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.exc import NoResultFound

from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import MOVES, Action, Delivery, State
from outreach.domain.difference import ChangeKind
from outreach.store import decisions, delivery_log, restoration
from outreach.store.changes import TARGETS
from outreach.store.delivery_log import Line
from outreach.store.queue import Fenced, IllegalMove, Queue
from outreach.store.restoration import Restoration
from tests.store.blank import blank
from tests.store.office import DUE, WHY, apply, change, planned, receipt, take_over

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
MESSAGES = st.sampled_from("ab")
ACTIONS = st.sampled_from(Action)
PICK = st.integers(0, 99)
SPANS = st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(hours=7)])
RESULTS = st.sampled_from([state for state in State if state is not State.PUBLISHING])


class AnyMoves(RuleBasedStateMachine):
    """Files, people and two dispatchers, one of which has lost its lease; what they know may be old."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.engine = blank(Path(self.folder.name, "outreach.db"))
        self.now = DUE
        self.former: Queue | None = None
        self.queue = take_over(self.engine, Path(self.folder.name))
        self.claims: list[Claim] = []
        self.seen: deque[Delivery] = deque(maxlen=12)
        self.heard = 0
        self.told: dict[int, list[State]] = {}
        self.restored: datetime | None = None
        self.told_then: dict[int, int] = {}

    def teardown(self) -> None:
        assert delivery_log.verify(self.engine).damage is None
        self.engine.dispose()
        self.folder.cleanup()

    # --- files ---------------------------------------------------------------------------------------

    @rule(message=MESSAGES, action=ACTIONS, ahead=SPANS)
    def files_ask(self, message: str, action: Action, ahead: timedelta) -> None:
        plan = planned(message, due=self.now + ahead, action=action)
        apply(self.queue, change(ChangeKind.NEW, plan), now=self.now)
        self.look()

    @rule(what=st.sampled_from(ChangeKind), pick=PICK, ahead=SPANS, asked=st.booleans())
    def files_change(self, what: ChangeKind, pick: int, ahead: timedelta, asked: bool) -> None:
        row = self.known(pick)
        if row is None:
            return
        identity = row.identity
        plan = planned(identity.message, due=self.now + ahead, action=identity.action)
        changed = change(what, plan if asked else None, row=row, text=f"Bản {pick % 3}")
        before = self.rows()
        try:
            apply(self.queue, changed, now=self.now)
        except IllegalMove:
            assert self.rows() == before

    # --- people --------------------------------------------------------------------------------------

    @rule()
    def look(self) -> None:
        """Someone lists the queue, and may act on it only much later."""
        self.seen.extend(self.queue.list())

    @rule(pick=PICK, to=st.sampled_from(State), proof=st.booleans())
    def a_person_decides(self, pick: int, to: State, proof: bool) -> None:
        row = self.known(pick)
        if row is None:
            return
        before = self.rows()
        evidence = receipt() if proof else None
        try:
            self.queue.move(row.id, to, reason=WHY, actor="lan", now=self.now, receipt=evidence)
        except IllegalMove:
            assert self.rows() == before

    @rule(pause=st.booleans())
    def a_person_pauses_or_resumes(self, pause: bool) -> None:
        if pause:
            self.queue.pause("website", WHY, None, actor="lan", now=self.now)
        else:
            self.queue.resume("website", actor="lan", now=self.now)

    # --- dispatchers ---------------------------------------------------------------------------------

    @rule(slots=st.integers(0, 2))
    def it_claims(self, slots: int) -> None:
        begun = self.queue.exchange((), {"website": slots}, self.now).claims
        self.claims += begun
        self.listen()
        for claim in begun:
            self.was_looked_up_since_the_restore(claim)

    def was_looked_up_since_the_restore(self, claim: Claim) -> None:
        """What may have gone out after the backup never begins before somebody has looked."""
        row = claim.delivery
        if self.restored and row.identity.action is Action.PUBLISH and row.due <= self.restored:
            since = self.told[row.id][self.told_then.get(row.id, 0) :]
            assert {State.UNKNOWN, State.NEEDS_PERSON} & set(since), since

    @rule()
    def it_looks_at_what_is_in_doubt(self) -> None:
        self.claims += self.queue.doubtful(self.now, {"website": 2})

    @rule(pick=PICK, state=RESULTS, again=st.booleans(), ahead=SPANS)
    def it_finishes(self, pick: int, state: State, again: bool, ahead: timedelta) -> None:
        if not self.claims:
            return
        claim = self.claims[pick % len(self.claims)]
        finish = Finish(
            claim=claim, state=state, at=self.now, reason=WHY, ready_at=self.now + ahead, looks=0
        )
        before = self.rows()
        try:
            self.queue.exchange([finish], {}, self.now)
        except IllegalMove:
            assert self.rows() == before
        if not again:
            self.claims.remove(claim)

    @rule()
    def it_dies_and_another_takes_over(self) -> None:
        self.former = self.queue
        self.queue = take_over(self.engine, Path(self.folder.name))
        self.queue.interrupted(self.now)

    @rule()
    def a_backup_comes_back(self) -> None:
        """With the queue as it is; what matters is that nobody knows what happened since."""
        self.now += timedelta(seconds=1)
        self.restored = self.now
        self.listen()
        self.told_then = {row: len(states) - 1 for row, states in self.told.items()}
        found = Restoration(at=self.now, backup=self.now - timedelta(hours=1))
        restoration.record(self.engine, found, actor="lan", facts={})
        restoration.doubt_waiting(self.engine, found, actor="lan")
        self.it_dies_and_another_takes_over()

    @rule(pick=PICK)
    def the_former_one_goes_on(self, pick: int) -> None:
        if self.former is None:
            return
        finished = [
            Finish(claim=claim, state=State.PUBLISHED, at=self.now, receipt=receipt())
            for claim in self.claims[: pick % 2]
        ]
        before = self.rows()
        with pytest.raises(Fenced):
            self.former.exchange(finished, {"website": 2}, self.now)
        assert self.rows() == before

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    # --- what always holds ---------------------------------------------------------------------------

    @invariant()
    def every_state_is_where_the_log_says_and_was_reached_legally(self) -> None:
        self.listen()
        for row in self.rows():
            assert self.told[row.id][-1] is row.state
            assert self.told[row.id][0] is State.SCHEDULED

    def listen(self) -> None:
        """Read on in the log: which state each delivery came to, and whether it might. Another text is no other state."""
        for line in delivery_log.read(self.engine, after=self.heard):
            self.heard = line.seq
            if line.event.delivery_id is not None and line.event.what != "rewritten":
                states = self.told.setdefault(line.event.delivery_id, [])
                assert not states or line.event.data.get("from", states[-1]) == states[-1]
                states.append(state_after(line, states))
                for before, after in pairwise(states[-2:]):
                    assert after is before or after in MOVES[before], (before, after)

    def rows(self) -> list[Delivery]:
        return self.queue.list()

    def known(self, pick: int) -> Delivery | None:
        """A delivery as someone saw it, perhaps long ago."""
        return self.seen[pick % len(self.seen)] if self.seen else None


def state_after(line: Line, before: list[State]) -> State:
    """The state that a line of the log leads to."""
    what = line.event.what
    if what in set(State):
        return State(what)
    if what == "looked":
        return before[-1]
    if what == ChangeKind.CHANGED and before[-1] is State.REJECTED:
        return State.SCHEDULED
    target = TARGETS.get(ChangeKind(what))
    return target or before[-1]


TestAnyMoves = pytest.mark.slow(AnyMoves.TestCase)
TestAnyMoves.settings = settings(
    deadline=None, stateful_step_count=40, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
def test_the_machine_notices_a_store_that_allows_every_move(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decisions, "may_move", lambda before, after: True)
    quick = settings(
        TestAnyMoves.settings, max_examples=100, phases=[Phase.generate], database=None
    )
    noticed = (AssertionError, NoResultFound)  # a wrong state, or a row that is not there
    with pytest.raises(noticed):
        run_state_machine_as_test(AnyMoves, settings=quick)
