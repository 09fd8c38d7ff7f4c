"""What a service holds until it is due: given once, renewed, taken back when it is not wanted, and every failure survived."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from outreach.channel import (
    Capabilities,
    PauseChannel,
    Receipt,
    Reject,
    Rendition,
    RetryAt,
    Steps,
    Text,
)
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.handovers import UNTIL_A_PERSON_ACTS, Handovers, still_held
from outreach.dispatch.writer import Writer
from outreach.domain.approval import Verdict, Word
from outreach.domain.claim import Claim
from outreach.domain.delivery import Delivery, State
from outreach.domain.difference import ChangeKind, Difference
from outreach.domain.handover import RETRY, Handover
from outreach.store import delivery_log
from outreach.store.approvals import Approvals
from outreach.testing import FakeChannel, lost_reply
from tests.store.blank import blank
from tests.store.office import DUE, WHY, apply, change, fill, only, planned, take_over

EARLIEST, LATEST = timedelta(hours=2), timedelta(minutes=20)
MINUTE = timedelta(minutes=1)
WINDOW_OPENS = DUE - EARLIEST
SHORTLY = DUE - timedelta(minutes=5)

Answer = Exception | datetime | None


class Service(FakeChannel):
    """A service that holds publications: `held` are the texts it would release, `answers` what its next handovers do."""

    def __init__(self, office: Office) -> None:
        ahead = Capabilities(can_find=True, can_withdraw=True, slots=1, ahead=(EARLIEST, LATEST))
        super().__init__("website", clock=lambda: office.now, capabilities=ahead)
        self.held: dict[str, str] = {}
        self.answers: deque[Answer] = deque()
        self.refusals: deque[Exception] = deque()
        self.appears_early = False
        self.withdrawn: list[str] = []

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        released = next((post.receipt for post in self.public if post.key == key), None)
        return released or await super().publish(rendition, key=key, steps=steps)

    async def withdraw(self, receipt: Receipt, *, key: str, steps: Steps) -> Receipt:
        self.withdrawn.append(key)
        return await super().withdraw(receipt, key=key, steps=steps)

    async def hand_over(self, rendition: Rendition, *, key: str, steps: Steps) -> datetime | None:
        self.calls["hand_over"] += 1
        answer = self.answers.popleft() if self.answers else SHORTLY
        if isinstance(answer, Exception):
            raise answer
        if answer:
            self.held[key] = rendition.text
        return answer

    async def take_back(self, rendition: Rendition, *, key: str) -> Receipt | None:
        self.calls["take_back"] += 1
        assert rendition.text in ("Chào", "Mới")
        if self.refusals:
            raise self.refusals.popleft()
        if self.appears_early:
            self._accept(rendition, key, timedelta(0))
        self.held.pop(key, None)
        return self.publications[-1].receipt if self.appears_early else None


class Office:
    """A queue with one delivery due at `DUE`, and the service that takes it two hours ahead."""

    def __init__(self, folder: Path) -> None:
        self.now = DUE - timedelta(hours=5)
        self.engine = blank(folder / "outreach.db")
        self.queue = take_over(self.engine, folder)
        self.write = Writer()
        self.service = Service(self)
        self.plain = FakeChannel("plain", clock=lambda: self.now)
        self.channels = {"website": self.service, "plain": self.plain}
        self.dispatcher = Dispatcher(
            queue=self.queue,
            channels=self.channels,
            write=self.write,
            now=lambda: self.now,
            monotonic=self.uptime,
            jitter=lambda: 0.5,
        )
        self.runner = asyncio.Runner()
        fill(self.queue, [planned("hong")])

    def uptime(self) -> float:
        return self.now.timestamp()

    def at(self, instant: datetime) -> datetime | None:
        """Do all that is due at `instant`; gives when there is more to do."""
        self.now = instant
        return self.runner.run(self.dispatcher.work_off())

    def errand(self) -> Handovers:
        """The errands alone, without the dispatcher."""
        return Handovers(self.channels, queue=self.queue, write=self.write, now=lambda: self.now)

    def known(self) -> Handover | None:
        """What the queue believes that the service has."""
        return self.queue.handover(self.delivery.id)

    @property
    def delivery(self) -> Delivery:
        return only(self.queue)

    def claim(self) -> Claim:
        delivery = self.delivery
        rendition = self.queue.rendition(delivery)
        assert rendition
        return Claim(delivery=delivery, rendition=rendition, attempt=0, number=1)

    def cancel(self) -> None:
        gone = change(ChangeKind.CANCELLED, None, row=self.delivery)
        apply(self.queue, gone, now=self.now)

    def lines(self) -> list[delivery_log.Line]:
        return list(delivery_log.read(self.engine))

    def happened(self) -> list[str]:
        return [line.event.what for line in self.lines()]

    def reasons(self) -> str:
        return str([line.event.data.get("reason") for line in delivery_log.read(self.engine)])

    def close(self) -> None:
        self.write.close()
        self.runner.close()
        self.engine.dispose()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    made.close()


def test_it_is_handed_over_once_its_window_opens(office: Office) -> None:
    assert office.at(WINDOW_OPENS - MINUTE) == WINDOW_OPENS
    assert office.service.held == {}
    assert office.at(WINDOW_OPENS) == SHORTLY
    assert list(office.service.held.values()) == ["Chào"]
    assert office.delivery.state is State.SCHEDULED
    office.at(SHORTLY - MINUTE)
    assert office.service.calls["hand_over"] == 1
    assert office.at(SHORTLY) == SHORTLY + RETRY / 3, (
        "a time that has passed is not asked again at once"
    )
    assert office.service.calls["hand_over"] == 2
    office.service.answers.append(None)
    office.at(SHORTLY + RETRY / 3)
    assert office.service.calls["hand_over"] == 3
    assert office.happened().count("handed_over") == 1


def test_what_the_service_does_not_take_is_published_when_it_is_due(office: Office) -> None:
    office.service.answers.append(None)
    office.at(WINDOW_OPENS)
    known = office.known()
    assert known
    assert not known.held
    office.at(DUE)
    assert office.delivery.state is State.PUBLISHED
    assert office.service.calls["hand_over"] == 1


@pytest.mark.parametrize("unwanted", ["cancelled", "edited", "paused"])
def test_what_is_not_wanted_any_more_is_taken_back(office: Office, unwanted: str) -> None:
    office.at(WINDOW_OPENS)
    if unwanted == "cancelled":
        office.cancel()
    elif unwanted == "edited":
        apply(
            office.queue,
            change(ChangeKind.CHANGED, planned("hong"), row=office.delivery, text="Mới"),
        )
    else:
        office.queue.pause("website", WHY, None, actor="lan", now=office.now)
    office.at(WINDOW_OPENS + MINUTE)
    assert office.service.calls["take_back"] == 1
    assert "taken_back" in office.happened()
    assert "It was taken back from the service" in office.reasons()
    texts = {"cancelled": [], "edited": ["Mới"], "paused": []}
    assert list(office.service.held.values()) == texts[unwanted]
    assert bool(office.known()) is (unwanted == "edited")


def test_what_appeared_too_early_stays_when_it_is_wanted(office: Office) -> None:
    office.at(WINDOW_OPENS)
    office.service.appears_early = True
    apply(
        office.queue, change(ChangeKind.CHANGED, planned("hong"), row=office.delivery, text="Mới")
    )
    office.at(WINDOW_OPENS + MINUTE)
    known = office.known()
    assert known
    assert known.public
    assert "It appeared before it could be taken back" in office.reasons()
    assert len(office.service.public) == 1
    assert office.delivery.state is State.PUBLISHED
    on_record = office.queue.rendition(office.delivery)
    assert on_record
    assert on_record.text == "Chào"


@pytest.mark.parametrize("crash", [False, True])
def test_what_appeared_while_its_file_was_broken_is_recorded_as_it_appeared(
    office: Office, *, crash: bool
) -> None:
    office.at(WINDOW_OPENS)
    office.service.appears_early = True
    apply(office.queue, change(ChangeKind.HELD, None, row=office.delivery))
    office.at(WINDOW_OPENS + MINUTE)
    assert only(office.queue).state is State.HELD
    mended = change(ChangeKind.RELEASED, planned("hong"), row=office.delivery, text="Mới")
    apply(office.queue, mended)
    if crash:
        office.queue.exchange((), {"website": 1}, DUE)
        office.queue.interrupted(office.now)
        assert only(office.queue).state is State.UNKNOWN
    office.at(DUE + MINUTE)
    office.at(DUE + timedelta(hours=1))
    assert office.delivery.state is State.PUBLISHED
    on_record = office.queue.rendition(office.delivery)
    assert on_record
    assert on_record.text == office.service.public[0].rendition.text == "Chào"
    (told,) = (line.event.data for line in office.lines() if line.event.what == "published")
    assert told["digest"] == office.delivery.digest


def test_what_appeared_too_early_is_taken_down_when_it_is_cancelled(office: Office) -> None:
    office.at(WINDOW_OPENS)
    office.service.appears_early = True
    office.cancel()
    office.at(WINDOW_OPENS + MINUTE)
    assert office.service.public == []
    assert office.service.calls["withdraw"] == 1
    assert office.service.withdrawn == [office.delivery.identity.key]
    assert office.known() is None
    assert office.happened()[-2:] == ["appeared", "taken_back"]
    appeared = office.lines()[-2].event.data
    assert appeared["receipt"]["remote_id"] == office.service.publications[-1].remote_id
    assert "It was taken down again." in office.reasons()


def test_what_a_person_named_as_anothers_proof_stays_when_this_one_is_cancelled(
    office: Office,
) -> None:
    office.at(WINDOW_OPENS)
    office.service.appears_early = True
    mine, named = office.delivery, Receipt(remote_id="website-1", permalink="", at=DUE)
    fill(office.queue, [planned("khac")])
    (other,) = (row for row in office.queue.list() if row.id != mine.id)
    office.queue.move(other.id, State.NEEDS_PERSON, reason=WHY, actor="lan", now=DUE)
    office.queue.move(other.id, State.PUBLISHED, reason=WHY, actor="lan", now=DUE, receipt=named)
    apply(office.queue, change(ChangeKind.CANCELLED, None, row=mine), now=office.now)
    office.at(WINDOW_OPENS + MINUTE)
    assert [one.remote_id for one in office.service.public] == [named.remote_id]
    assert office.service.calls["withdraw"] == 0
    assert office.queue.handover(mine.id) is None
    assert "appeared" not in office.happened()
    assert "What appeared proves delivery {other}, so it stays public." in office.reasons()


def test_what_was_public_is_on_record_even_if_taking_it_down_fails(office: Office) -> None:
    office.at(WINDOW_OPENS)
    office.service.appears_early = True
    office.service.script.append(lost_reply())
    office.cancel()
    office.at(WINDOW_OPENS + MINUTE)
    assert office.happened()[-1] == "appeared"
    office.service.appears_early = False
    office.at(WINDOW_OPENS + MINUTE + RETRY)
    assert office.happened()[-1] == "taken_back"
    assert office.known() is None


LATE = WINDOW_OPENS + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("failure", "after"),
    [
        (RetryAt(WHY, at=LATE), LATE),
        (RetryAt(WHY, at=WINDOW_OPENS), WINDOW_OPENS + RETRY / 3),
        (PauseChannel(WHY, until=LATE), LATE),
        (PauseChannel(WHY), WINDOW_OPENS + UNTIL_A_PERSON_ACTS),
        (Reject(WHY), WINDOW_OPENS + RETRY / 3),
        (ZeroDivisionError("by nought"), WINDOW_OPENS + RETRY / 3),
    ],
)
def test_a_failed_handover_is_tried_again_no_sooner_than_asked(
    office: Office, failure: Exception, after: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    office.service.answers.append(failure)
    office.at(WINDOW_OPENS)
    known = office.known()
    assert known
    assert known.held
    assert known.after == after
    told = "by nought" if isinstance(failure, ZeroDivisionError) else "Because Lan says so."
    assert told in caplog.text
    assert ("The program itself failed" in caplog.text) is (told == "by nought")
    assert known.again == WINDOW_OPENS + RETRY
    office.at(max(after, WINDOW_OPENS + RETRY))
    assert office.service.calls["hand_over"] == 2
    assert len(office.service.held) == 1


def test_a_failed_taking_back_is_tried_again(office: Office) -> None:
    office.at(WINDOW_OPENS)
    office.service.refusals.append(RetryAt(WHY, at=LATE))
    office.cancel()
    office.at(WINDOW_OPENS + MINUTE)
    assert len(office.service.held) == 1
    office.at(LATE - MINUTE)
    assert office.service.calls["take_back"] == 1
    office.at(LATE)
    assert office.service.held == {}


def test_a_failure_of_the_first_note_is_logged_and_survived(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(office.queue, "note_handover", fails)
        office.at(WINDOW_OPENS)
    assert caplog.messages.count("The program itself failed: disk full") == 1
    assert office.service.calls["hand_over"] == 0
    office.at(WINDOW_OPENS + MINUTE)
    assert office.service.calls["hand_over"] == 1


def test_only_channels_that_schedule_have_handovers(office: Office) -> None:
    ours, handovers = office.claim(), office.errand()
    identity = replace(ours.delivery.identity, channel="plain")
    theirs = replace(ours, delivery=replace(ours.delivery, identity=identity))
    office.at(WINDOW_OPENS)
    assert [handovers.concerns(claim) for claim in (ours, theirs)] == [True, False]
    assert office.runner.run(handovers.of(theirs)) == (theirs, None)
    assert office.runner.run(handovers.of(ours)) == (ours, office.known())


def test_a_busy_lane_runs_no_errand(office: Office) -> None:
    office.now = WINDOW_OPENS
    handovers = office.errand()
    assert office.runner.run(handovers.due({"website": 0, "plain": 1})) == ((), None)
    errands, _ = office.runner.run(handovers.due({"website": 1}))
    assert len(errands) == 1


def test_something_else_at_the_service_is_taken_back_before_it_goes_out(office: Office) -> None:
    claim = office.claim()
    fits = Handover(digest=claim.delivery.digest, due=claim.delivery.due)
    other = replace(fits, digest="other")
    harmless = (None, fits, replace(other, held=False), replace(other, public=True))
    assert [still_held(claim, handover, DUE) for handover in harmless] == [None] * 4
    waits = still_held(claim, other, DUE)
    assert waits
    assert (waits.state, waits.ready_at) == (State.SCHEDULED, DUE + RETRY / 3)
    assert (waits.claim, waits.at, waits.counts) == (claim, DUE, False)
    assert isinstance(waits.reason, Text)


def test_only_an_approved_text_is_handed_over_and_one_sent_back_is_taken_back(
    office: Office,
) -> None:
    rule = Difference(campaign=office.delivery.identity.campaign, changes=(), approvals=1)
    office.queue.apply(rule, {}, now=office.now, actor="lan")

    def say(verdict: Verdict) -> None:
        digest = office.delivery.digest
        word = Word(digest=digest, person="lan", verdict=verdict, note="", at=office.now)
        Approvals(office.engine).give(word)

    office.at(WINDOW_OPENS + MINUTE)
    assert office.service.held == {}
    say(Verdict.APPROVED)
    office.at(WINDOW_OPENS + 2 * MINUTE)
    assert len(office.service.held) == 1
    say(Verdict.SENT_BACK)
    office.at(WINDOW_OPENS + 3 * MINUTE)
    assert office.service.held == {}
    office.at(DUE)
    assert office.delivery.state is State.HELD


class InSteps(Service):
    """A service that takes a publication in two steps, of which the second fails at first."""

    uploads = 0
    noted: Handover | None = None
    office: Office

    async def hand_over(self, rendition: Rendition, *, key: str, steps: Steps) -> datetime | None:
        self.noted = self.office.known()
        assert await steps.once("upload", self._upload) == 7
        return await super().hand_over(rendition, key=key, steps=steps)

    async def publish(self, rendition: Rendition, *, key: str, steps: Steps) -> Receipt:
        assert await steps.once("upload", self._upload) == 7
        return await super().publish(rendition, key=key, steps=steps)

    async def _upload(self) -> int:
        self.uploads += 1
        return 7


def test_what_a_failed_handover_has_done_is_not_done_again(office: Office) -> None:
    office.now = WINDOW_OPENS
    service = InSteps(office)
    service.office, service.answers = office, deque([RetryAt(WHY, at=LATE)])
    handovers = Handovers(
        {"website": service}, queue=office.queue, write=office.write, now=lambda: office.now
    )
    for office.now in (WINDOW_OPENS, LATE):
        (errand,), _ = office.runner.run(handovers.due({"website": 1}))
        claimed_once = replace(errand, claim=replace(errand.claim, number=1))
        office.runner.run(handovers.run(claimed_once))
    assert (service.calls["hand_over"], service.uploads) == (2, 1)
    assert list(service.held.values()) == ["Chào"]


def test_before_the_service_is_asked_it_is_noted_that_it_may_hold_it(office: Office) -> None:
    office.now = WINDOW_OPENS
    service = InSteps(office)
    service.office = office
    handovers = Handovers(
        {"website": service}, queue=office.queue, write=office.write, now=lambda: office.now
    )
    (errand,), _ = office.runner.run(handovers.due({"website": 1}))
    office.runner.run(handovers.run(errand))
    noted = service.noted
    assert noted
    assert (noted.held, noted.again) == (True, WINDOW_OPENS + RETRY)
    known = office.known()
    assert known
    assert (known.held, known.again) == (True, SHORTLY)


def test_another_text_waits_until_the_service_has_given_back_the_old_one(office: Office) -> None:
    office.at(WINDOW_OPENS)
    late = DUE + timedelta(minutes=30)
    office.service.refusals.append(RetryAt(WHY, at=late))
    apply(
        office.queue, change(ChangeKind.CHANGED, planned("hong"), row=office.delivery, text="Mới")
    )
    office.at(WINDOW_OPENS + MINUTE)
    office.at(DUE)
    waits = office.delivery
    assert waits.state is State.SCHEDULED
    assert office.service.calls["publish"] == 0
    office.at(late)
    office.at(late + RETRY)
    assert office.delivery.state is State.PUBLISHED
    assert [post.rendition.text for post in office.service.publications] == ["Mới"]


def test_what_the_service_releases_by_itself_is_asked_for_however_late(office: Office) -> None:
    office.at(WINDOW_OPENS)
    office.at(DUE + timedelta(days=2))
    assert office.service.calls["publish"] == 1
    assert office.delivery.state is State.PUBLISHED


def test_a_step_of_the_handover_is_not_taken_again_when_it_is_due(office: Office) -> None:
    service = InSteps(office)
    service.office = office
    office.dispatcher = Dispatcher(
        queue=office.queue,
        channels={"website": service},
        write=office.write,
        now=lambda: office.now,
        monotonic=office.uptime,
    )
    office.at(WINDOW_OPENS)
    office.at(DUE)
    assert office.delivery.state is State.PUBLISHED
    assert (service.calls["publish"], service.uploads) == (1, 1)
