"""Rounds of counting: on schedule, behind deliveries, and without any harm when they fail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from outreach.channel import (
    Capabilities,
    ChannelHealth,
    Counts,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    Text,
    UnknownOutcome,
)
from outreach.dispatch import counting
from outreach.dispatch.counting import Rounds
from outreach.dispatch.dispatcher import Dispatcher
from outreach.dispatch.writer import Writer
from outreach.domain.counts import Metric
from outreach.store.counts import CountSeries
from outreach.testing import FakeChannel, slow
from tests.store.blank import blank
from tests.store.office import DUE, claim_one, fill, planned, published, take_over

HOUR = timedelta(hours=1)
COUNTS = {Metric.VIEWS: 5}
SORRY = Text("Not now.")


class Desk:
    """Two publications on one channel and the rounds that count them; time is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.engine = blank(folder / "outreach.db")
        self.now = DUE
        self.queue = take_over(self.engine, folder)
        can = Capabilities(can_count=True, can_find=True)
        self.channel = FakeChannel("website", clock=lambda: self.now, capabilities=can)
        self.silent = FakeChannel("zalo", clock=lambda: self.now)
        self.series = CountSeries(self.engine)
        self.write = Writer()
        fill(self.queue, [planned("a"), planned("b")])
        for _ in range(2):
            claim = claim_one(self.queue)
            self.queue.exchange([published(claim)], {}, DUE)
            self.channel.received[str(claim.delivery.id)] = COUNTS
        channels = {"website": self.channel, "zalo": self.silent}
        self.dispatcher = Dispatcher(
            queue=self.queue, channels=channels, write=self.write, now=lambda: self.now
        )
        self.rounds = Rounds(
            channels=channels,
            series=self.series,
            queue=self.queue,
            dispatcher=self.dispatcher,
            write=self.write,
            now=lambda: self.now,
        )

    def round(self, at: datetime) -> int:
        """Go there, let one round run, and say how many publications were asked about."""
        self.now, before = at, self.channel.calls["counts"]
        asyncio.run(self.rounds())
        return self.channel.calls["counts"] - before

    def kept(self) -> list[int]:
        """How many readings each publication has."""
        return [len(one.readings) for one in self.series.received()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.write.close()
    made.engine.dispose()


def test_counts_are_read_when_their_time_has_come_and_not_before(desk: Desk) -> None:
    assert desk.round(DUE + HOUR - timedelta(seconds=1)) == 0
    assert desk.round(DUE + HOUR + timedelta(seconds=1)) == 2
    assert desk.round(DUE + 2 * HOUR) == 0
    assert desk.round(DUE + 7 * HOUR) == 2
    assert desk.kept() == [2, 2]
    assert desk.silent.calls["counts"] == 0


def test_a_long_absence_is_made_up_for_by_one_reading(desk: Desk) -> None:
    assert desk.round(DUE + 100 * HOUR) == 2
    assert desk.round(DUE + 101 * HOUR) == 0


def test_without_a_channel_that_counts_nothing_is_asked(desk: Desk) -> None:
    rounds = Rounds(
        channels={"zalo": desk.silent},
        series=desk.series,
        queue=desk.queue,
        dispatcher=desk.dispatcher,
        write=desk.write,
        now=lambda: DUE + 2 * HOUR,
    )
    asyncio.run(rounds())
    assert desk.kept() == [0, 0]


def test_a_paused_channel_is_left_alone(desk: Desk) -> None:
    desk.queue.pause("website", SORRY, None, actor="lan", now=DUE)
    assert desk.round(DUE + 2 * HOUR) == 0


def test_a_round_gives_way_to_deliveries(desk: Desk) -> None:
    async def scenario() -> None:
        done = asyncio.Event()
        fill(desk.queue, [planned("c")])
        desk.channel.script.append(slow(done.wait))
        desk.now = DUE + 2 * HOUR
        work = asyncio.create_task(desk.dispatcher.work_off())
        async with asyncio.timeout(30):
            while not desk.channel.calls["publish"]:  # noqa: ASYNC110 - a fake sets no event
                await asyncio.sleep(0.001)
        await desk.rounds()
        assert desk.channel.calls["counts"] == 0
        done.set()
        await work
        await desk.rounds()
        assert desk.channel.calls["counts"] == 2

    asyncio.run(scenario())


def test_no_round_asks_for_too_many(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 1)
    assert [desk.round(DUE + 2 * HOUR) for _ in range(3)] == [1, 1, 0]


@pytest.mark.parametrize(
    "failure",
    [
        PauseChannel(SORRY),
        RetryAt(SORRY),
        UnknownOutcome(SORRY),
        ZeroDivisionError("an adapter's fault"),
    ],
)
def test_a_channel_that_fails_rests_for_an_hour_and_nothing_else_changes(
    desk: Desk, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    desk.channel.received["1"] = failure
    states = [d.state for d in desk.queue.list()]
    with caplog.at_level(logging.WARNING):
        asked = [desk.round(DUE + 2 * HOUR + minutes) for minutes in minutes_later(0, 15, 59)]
        again = desk.round(DUE + 3 * HOUR)
    assert (asked, again) == ([1, 0, 0], 1)
    (record,) = caplog.records
    said = str(record.msg)
    assert record.levelname == "WARNING"
    assert said.startswith("Channel website: the counts of delivery 1 could not be read")
    assert said.endswith(
        "goes on. Not now." if isinstance(failure, NotPublished) else "adapter's fault"
    )
    assert ("ZeroDivisionError: an" in said) is isinstance(failure, ZeroDivisionError)
    assert [d.state for d in desk.queue.list()] == states
    assert desk.queue.channel_states() == {}
    desk.channel.received["1"] = COUNTS
    assert desk.round(DUE + 4 * HOUR) == 2
    assert desk.kept() == [1, 1]


@pytest.mark.parametrize("well", [True, False])
def test_a_refusal_pauses_the_channel_only_where_publishing_would_fail_too(
    desk: Desk, well: bool
) -> None:
    desk.channel.received["1"] = PauseChannel(SORRY)
    desk.channel.health = ChannelHealth(ok=well, summary=Text("The token is dead."))
    assert desk.round(DUE + 2 * HOUR) == 1
    paused = desk.queue.channel_states().get("website")
    assert (paused is None) is well
    assert well or (paused and paused.paused and paused.reason == SORRY and paused.until is None)
    assert desk.round(DUE + 4 * HOUR) == well


def minutes_later(*minutes: int) -> list[timedelta]:
    return [timedelta(minutes=each) for each in minutes]


def test_a_channel_that_says_how_long_is_taken_at_its_word(desk: Desk) -> None:
    desk.channel.received["1"] = PauseChannel(SORRY, until=DUE + 10 * HOUR)
    assert [desk.round(DUE + hours * HOUR) for hours in (2, 9, 10)] == [1, 0, 1]


def test_one_publication_that_is_gone_does_not_keep_others_from_being_counted(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.channel.received["1"] = Reject(Text("It does not exist."))
    with caplog.at_level(logging.WARNING):
        assert [desk.round(DUE + hours * HOUR) for hours in (2, 3, 7)] == [2, 0, 2]
    assert desk.kept() == [0, 2]
    assert len(caplog.records) == 1


def test_each_publication_that_is_gone_is_told_once(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    for name in "12":
        desk.channel.received[name] = Reject(Text("It does not exist."))
    with caplog.at_level(logging.WARNING):
        assert [desk.round(DUE + hours * HOUR) for hours in (2, 7, 25)] == [2, 2, 2]
    said = [str(record.msg) for record in caplog.records]
    assert [("delivery 1 " in one, "delivery 2 " in one) for one in said] == [
        (True, False),
        (False, True),
    ]
    assert all(one.endswith("goes on. It does not exist.") for one in said)


def test_a_channel_that_fails_anew_after_it_had_answered_is_told_anew(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for hours, answer in ((2, SORRY), (4, SORRY), (7, None), (25, SORRY)):
            desk.channel.received["1"] = RetryAt(answer) if answer else COUNTS
            desk.round(DUE + hours * HOUR)
    assert len(caplog.records) == 2


def test_a_long_fault_stays_short_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.channel.received["1"] = ValueError("x" * 10_000)
    with caplog.at_level(logging.WARNING):
        desk.round(DUE + 2 * HOUR)
    assert 500 < len(caplog.text) < 1000


def test_a_reading_that_hangs_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def counts(receipt: Receipt) -> Counts:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(counting, "DEADLINE", timedelta(milliseconds=10))
    monkeypatch.setattr(desk.channel, "counts", counts)
    desk.round(DUE + 2 * HOUR)
    assert desk.kept() == [0, 0]


def test_no_counts_yet_are_no_reading(desk: Desk) -> None:
    desk.channel.received["1"] = {}
    assert desk.round(DUE + 2 * HOUR) == 2
    assert desk.kept() == [0, 1]
    assert desk.round(DUE + 3 * HOUR) == 0
