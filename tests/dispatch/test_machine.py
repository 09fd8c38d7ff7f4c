"""Whatever happens, in any order: nothing twice, nothing lost, everything explained."""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from outreach.channel import Channel, Text
from outreach.dispatch import dispatcher
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.difference import ChangeKind
from outreach.store.delivery_log import verify
from outreach.testing import Fault, crash, lost_reply, lost_request, pause, reject, retry_at
from tests.dispatch.world import LAG, World

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
CHANNELS = st.sampled_from(["seeing", "careful", "blind"])
SPANS = st.sampled_from([timedelta(seconds=s) for s in (0, 1, 7, 45, 600, 3600, 90_000)])
FAULTS = {
    "lost request": lost_request,
    "lost reply": lost_reply,
    "late": lambda: lost_reply(late=LAG / 2),
    "busy": retry_at,
    "shut": pause,
    "refused": reject,
    "killed before": crash,
    "killed after": lambda: crash(accepted=True),
}
FAULTS_ON_THE_WAY = st.sampled_from(sorted(FAULTS))


class AnyOrder(RuleBasedStateMachine):
    """Plans, edits, faults, deaths, pauses, passing time and jumping clocks, with real work in between."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.world = World(Path(self.folder.name))
        self.planned: list[Identity] = []

    def teardown(self) -> None:
        try:
            self.comes_to_rest()
        finally:
            self.world.close()
            self.folder.cleanup()

    def comes_to_rest(self) -> None:
        for channel in self.world.channels.values():
            channel.script.clear()
        self.world.settle()
        self.world.people_answer()
        self.world.settle()
        for _ in range(3):
            self.world.read_files()
            self.world.settle()
            self.world.people_answer()
        self.nothing_twice()
        assert list(self.world.contradictions()) == []
        assert list(self.world.stale_texts()) == []
        rows = {d.identity for d in self.world.rows()}
        updates = {identity for identity in rows if identity.action is Action.UPDATE}
        assert rows - updates == set(self.planned)
        assert {identity.of(Action.PUBLISH) for identity in updates} <= set(self.planned)
        assert verify(self.world.engine).damage is None

    def _planned_ones(self) -> list[Delivery]:
        """Updates follow from the texts; files do not name them."""
        return [d for d in self.world.rows() if d.identity.action is not Action.UPDATE]

    @rule(channel=CHANNELS, ahead=SPANS, banner=st.booleans())
    def files_ask_for_more(self, channel: str, ahead: timedelta, banner: bool) -> None:
        message, due = f"m{len(self.planned)}", self.world.now() + ahead
        self.planned.append(self.world.plan(message, channel, due))
        if banner:
            later = due + timedelta(hours=2)
            self.planned.append(self.world.plan(message, channel, later, action=Action.WITHDRAW))

    @rule(
        pick=st.integers(0, 99),
        what=st.sampled_from(
            [ChangeKind.MOVED, ChangeKind.CHANGED, ChangeKind.CANCELLED, ChangeKind.HELD]
        ),
        ahead=SPANS,
        text=st.sampled_from(["one", "two"]),
    )
    def files_change(self, pick: int, what: ChangeKind, ahead: timedelta, text: str) -> None:
        waiting = [d for d in self._planned_ones() if d.state is State.SCHEDULED]
        if waiting:
            identity = waiting[pick % len(waiting)].identity
            self.world.edit(identity, what, due=self.world.now() + ahead, text=text)

    @rule(pick=st.integers(0, 99))
    def files_come_back(self, pick: int) -> None:
        kinds = {
            State.CANCELLED: ChangeKind.RESTORED,
            State.HELD: ChangeKind.RELEASED,
            State.REJECTED: ChangeKind.CHANGED,
        }
        gone = [d for d in self._planned_ones() if d.state in kinds]
        if gone:
            delivery = gone[pick % len(gone)]
            self.world.edit(
                delivery.identity, kinds[delivery.state], due=delivery.due, text="mended"
            )

    @rule(pick=st.integers(0, 99), text=st.sampled_from(["one", "two", "text"]))
    def what_is_public_is_edited(self, pick: int, text: str) -> None:
        public = self.world.queue.list(state=State.PUBLISHED)
        if public:
            self.world.rewrite(public[pick % len(public)].identity, text)

    @rule(
        channel=CHANNELS,
        texts=st.lists(st.sampled_from(["one", "two", "text"]), min_size=2, max_size=4),
        fault=FAULTS_ON_THE_WAY,
        span=SPANS,
    )
    def one_edit_chases_another(
        self, channel: str, texts: list[str], fault: str, span: timedelta
    ) -> None:
        self.files_ask_for_more(channel, timedelta(0), banner=False)
        self.world.work()
        identity = self.planned[-1]
        published = self.world.queue.get(identity.key)
        if published is None or published.state is not State.PUBLISHED:
            return
        self.the_line_goes_bad(identity.channel, fault)
        for text in texts:
            self.world.rewrite(identity, text)
            self.world.work()
            self.world.pass_time(span)
            self.world.work()

    @rule()
    def files_are_read(self) -> None:
        self.world.read_files()

    @rule(channel=CHANNELS, fault=FAULTS_ON_THE_WAY)
    def the_line_goes_bad(self, channel: str, fault: str) -> None:
        broken: Fault = FAULTS[fault]()
        self.world.channels[channel].script.append(broken)

    @rule(channel=CHANNELS, fault=FAULTS_ON_THE_WAY)
    def it_works_on_a_bad_line(self, channel: str, fault: str) -> None:
        self.the_line_goes_bad(channel, fault)
        self.files_ask_for_more(channel, timedelta(0), banner=False)
        self.world.work()

    @rule(span=SPANS)
    def time_passes(self, span: timedelta) -> None:
        self.world.pass_time(span)

    @rule(jump=st.sampled_from([timedelta(hours=h) for h in (-30, -1, 1, 30)]))
    def the_wall_clock_jumps(self, jump: timedelta) -> None:
        self.world.offset += jump

    @rule()
    def it_works(self) -> None:
        self.world.work()

    @rule()
    def it_dies(self) -> None:
        self.world.restart()

    @rule(channel=CHANNELS, on=st.booleans())
    def a_person_pauses_or_resumes(self, channel: str, on: bool) -> None:
        if on:
            self.world.queue.pause(
                channel, Text("a pause"), None, actor="Lan", now=self.world.now()
            )
        else:
            self.world.queue.resume(channel, actor="Lan", now=self.world.now())

    @invariant()
    def nothing_twice(self) -> None:
        assert self.world.doubles() == []

    @invariant()
    def no_more_under_way_than_slots(self) -> None:
        for name, channel in self.world.channels.items():
            under_way = self.world.queue.list(channel=name, state=State.PUBLISHING)
            assert len(under_way) <= channel.capabilities.slots


TestAnyOrder = pytest.mark.slow(AnyOrder.TestCase)
TestAnyOrder.settings = settings(
    deadline=None, stateful_step_count=20, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
def test_the_machine_notices_a_dispatcher_that_repeats_blindly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def blindly(
        channel: Channel, claim: Claim, *, now: datetime, quiet_for: timedelta
    ) -> Finish:
        return Finish(
            claim=claim, state=State.SCHEDULED, at=now, reason=Text("again"), ready_at=now
        )

    monkeypatch.setattr(dispatcher, "look", blindly)
    quick = settings(
        TestAnyOrder.settings, max_examples=100, phases=[Phase.generate], database=None
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(AnyOrder, settings=quick)
