"""The line to a local platform: what goes wrong on it, and how that is told."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from outreach.channel import Receipt
from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text
from outreach.rehearsal.audience import LONGEST, received
from outreach.rehearsal.clock import VirtualClock
from outreach.rehearsal.colleague import COLLEAGUE
from outreach.rehearsal.endings import (
    AFTER_LOGIN,
    BY_PERSON,
    COUNTED_LATER,
    LATER_TRY,
    NOT_DONE,
    OTHERS,
    SAME_TRY,
    SEEN,
    settled,
)
from outreach.rehearsal.faults import WORDS, Fault
from outreach.rehearsal.line import PATIENCE, Line, Luck, Mishap
from outreach.rehearsal.record import Struck
from tests.domain.office import NOW
from tests.rehearsal.test_summary import FACEBOOK, ended, planned

HOUR = timedelta(hours=1)


def slow_line(clock: VirtualClock, seed: int | None) -> Line:
    luck = Luck(share=1.0, mishaps=(Mishap(fault=Fault.SLOW_DRIP),))

    def arm(_: str, fault: Fault, __: str, ___: random.Random) -> None:
        raise AssertionError(fault)

    return Line(
        seed=seed,
        luck={"POST": luck},
        name=lambda scope: scope["method"],
        arm=arm,
        strike=lambda _: None,
        sleep=clock.sleep,
    )


async def answers(line: Line, clock: VirtualClock, method: str = "POST") -> tuple[bool, float]:
    """Whether the reply to a call arrives, and after how many seconds."""
    took_effect, said = [], []

    async def platform(_: Any, __: Any, send: Any) -> None:
        took_effect.append(True)
        await send("reply")

    async def send(message: Any) -> None:
        said.append(message)

    begun = clock()
    call = asyncio.ensure_future(line.before(platform)({"method": method}, None, send))
    while not call.done():
        await asyncio.sleep(0)
        if clock.waits:
            clock.go_to(clock.waits[0])
    assert took_effect == [True]
    assert (call.exception() is None) == bool(said)
    if call.exception():
        assert isinstance(call.exception(), TimeoutError)
    return bool(said), (clock() - begun).total_seconds()


def test_a_slow_reply_comes_at_the_last_moment_or_never() -> None:
    async def scenario() -> set[tuple[bool, float]]:
        clock = VirtualClock(NOW)
        line = slow_line(clock, seed=1)
        return {await answers(line, clock) for _ in range(20)}

    assert asyncio.run(scenario()) == {(True, PATIENCE - 1), (False, PATIENCE)}


def test_without_a_seed_and_for_calls_without_luck_nothing_goes_wrong() -> None:
    async def scenario() -> list[tuple[bool, float]]:
        clock = VirtualClock(NOW)
        lucky = slow_line(clock, seed=None)
        reading = slow_line(clock, seed=1)
        return [await answers(lucky, clock), await answers(reading, clock, "GET")]

    assert asyncio.run(scenario()) == [(True, 0.0), (True, 0.0)]


def met(fault: Fault = Fault.LOST_REPLY, *, key: str = "", after: timedelta = HOUR) -> Struck:
    return Struck(at=NOW + after, channel=FACEBOOK, fault=fault, key=key)


ASKED = planned("a")
GOOD = replace(ended(ASKED, 1), reason=None)
LOOKED = Text("Looking at the channel found it public.")


@pytest.mark.parametrize(
    ("delivery", "last_try", "ending"),
    [
        (GOOD, NOW, SAME_TRY),
        (GOOD, NOW + 2 * HOUR, LATER_TRY),
        (GOOD, NOW + 9 * HOUR, AFTER_LOGIN),
        (replace(GOOD, reason=LOOKED), NOW, SEEN),
        (
            replace(GOOD, receipt=Receipt(remote_id="r", at=NOW, details={"by": COLLEAGUE})),
            NOW,
            BY_PERSON,
        ),
        (ended(ASKED, 1, State.MISSED), NOW, OTHERS[State.MISSED]),
        (ended(ASKED, 1, State.NEEDS_PERSON), NOW, OTHERS[State.NEEDS_PERSON]),
        (ended(ASKED, 1, State.CANCELLED), NOW, NOT_DONE),
    ],
)
def test_how_a_fault_was_settled(delivery: Delivery, last_try: Any, ending: Text) -> None:
    struck = [met(key=ASKED.identity.key), met(Fault.NONE, after=5 * HOUR)]
    (row,) = settled(struck, [delivery], lambda _: last_try)
    assert (row.channel, row.fault, row.times) == (FACEBOOK, WORDS[Fault.LOST_REPLY], 1)
    assert row.ending == ending


def test_the_same_faults_are_told_in_one_row() -> None:
    struck = [met(), met(), met(Fault.THROTTLED)]
    rows = settled(struck, [], lambda one: one.due)
    assert [(row.fault, row.times) for row in rows] == [
        (WORDS[Fault.LOST_REPLY], 2),
        (WORDS[Fault.THROTTLED], 1),
    ]
    assert {row.ending for row in rows} == {COUNTED_LATER}


def test_every_fault_has_its_words() -> None:
    assert WORDS.keys() | {Fault.NONE} == set(Fault)


def test_a_publication_is_seen_by_more_and_more_people_until_nobody_comes_any_more() -> None:
    views = [received("a", age)["views"] for age in (0, 3600, 86_400, LONGEST, 2 * LONGEST)]
    assert views == sorted(views)
    assert views[0] == 0 < views[1] < views[3] == views[4]
