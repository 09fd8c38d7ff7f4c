"""The live log for many: one look for all however many come at once, each line told once, and nobody waits for a look that is over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from outreach.domain.text import Text
from outreach.review import wire
from outreach.review.wire import Tale, Wire
from outreach.store.leafing import Choice, Found, Leafing
from tests.review.house import House

ALL = Tale(choice=Choice(), search="", language="vi")
CROWD = 20


@dataclass
class Looks:
    """How often the log's end was asked for, and its lines read."""

    ends: int = 0
    readings: list[tuple[int, int]] = field(default_factory=list)
    broken: bool = False
    upto: int = 10**9
    """No look sees a line after this one."""
    back: int = 0


@contextmanager
def looked_at(office: House) -> Iterator[tuple[Wire, Looks]]:
    looks = Looks()

    class Counted(Leafing):
        def on(
            self, choice: Choice, after: int, end: int, *, limit: int | None = None
        ) -> Sequence[Found]:
            looks.readings.append((after, end))
            return super().on(choice, after, end, limit=limit)

    def end() -> int:
        looks.ends += 1
        if looks.broken:
            raise OSError("the disk is gone")
        return min(office.office.checked_end() - looks.back, looks.upto)

    leafing = Counted(office.desk.engine)
    yield Wire(replace(office.office, checked_end=end, leafing=leafing)), looks


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "EVERY", 0.05)


def numbers(found: Sequence[Found]) -> str:
    return "".join(f"{line.seq} " for line, _ in found)


async def watch(end: Wire, after: int, until: int) -> list[int]:
    """The numbers of the lines that somebody is told who watches until line `until`."""
    said = ""
    async with end.watched():
        while after < until:
            assert await end.beyond(after, 10) > after, "there is news"
            some, after = await end.told(ALL, after, numbers)
            said += some
    return [int(number) for number in said.split()]


def pause(office: House, times: int) -> None:
    for number in range(times):
        why = Text("{n}", n=number)
        office.queue.pause("so-website", why, None, actor="lan", now=office.now)


def test_many_who_come_at_once_cost_one_look_and_are_told_each_line_once(office: House) -> None:
    begin = office.office.checked_end()
    pause(office, 3)

    async def crowd(end: Wire) -> list[list[int]]:
        async def later() -> list[int]:
            await asyncio.sleep(0.2)
            await asyncio.to_thread(pause, office, 3)
            return []

        everyone = [watch(end, begin, begin + 6) for _ in range(CROWD)]
        return (await asyncio.gather(*everyone, later()))[:CROWD]

    with looked_at(office) as (end, looks):
        told = asyncio.run(crowd(end))
    assert told == [list(range(begin + 1, begin + 7))] * CROWD
    read = [one for after, upto in looks.readings for one in range(after + 1, upto + 1)]
    assert len(read) == len(set(read)), f"a line was read more than once: {looks.readings}"


def test_who_watches_while_a_backup_is_put_back_is_told_what_follows_it(office: House) -> None:
    begin = office.office.checked_end()
    pause(office, 3)

    async def through_it(end: Wire, looks: Looks) -> tuple[int, list[int]]:
        async with end.watched():
            assert await end.beyond(begin, 10) == begin + 3
            looks.back = 3
            async with asyncio.timeout(20):
                while (seq := await end.beyond(begin + 3, 0.05)) == begin + 3:
                    pass
            looks.back = 0
            return seq, await watch(end, seq, begin + 3)

    with looked_at(office) as (end, looks):
        assert asyncio.run(through_it(end, looks)) == (
            begin,
            [begin + 1, begin + 2, begin + 3],
        )


def test_nothing_is_looked_at_once_everyone_has_gone(office: House) -> None:
    begin = office.office.checked_end()
    pause(office, 1)

    async def come_and_go(end: Wire, looks: Looks) -> tuple[int, int]:
        await asyncio.gather(*(watch(end, begin, begin + 1) for _ in range(CROWD)))
        before = looks.ends
        await asyncio.sleep(0.3)
        return before, looks.ends

    with looked_at(office) as (end, looks):
        before, after = asyncio.run(come_and_go(end, looks))
    assert before == after


def test_who_comes_as_the_last_one_goes_is_told_what_follows(office: House) -> None:
    begin = office.office.checked_end()

    async def one_by_one(end: Wire) -> list[int]:
        told: list[int] = []
        for number in range(1, 6):
            await asyncio.to_thread(pause, office, 1)
            told += await watch(end, begin + number - 1, begin + number)
        return told

    with looked_at(office) as (end, _):
        assert asyncio.run(one_by_one(end)) == list(range(begin + 1, begin + 6))


def test_a_look_that_fails_ends_the_watching_of_all_and_the_next_who_comes_looks_again(
    office: House,
) -> None:
    begin = office.office.checked_end()

    async def through_trouble(end: Wire, looks: Looks) -> list[int]:
        async def waiting() -> None:
            async with end.watched():
                await end.beyond(begin, 10)

        async def trouble() -> None:
            await asyncio.sleep(0.2)
            looks.broken = True

        found = await asyncio.gather(waiting(), waiting(), trouble(), return_exceptions=True)
        assert [type(one) for one in found] == [OSError, OSError, type(None)]
        looks.broken = False
        await asyncio.to_thread(pause, office, 1)
        return await watch(end, begin, begin + 1)

    with looked_at(office) as (end, looks):
        assert asyncio.run(through_trouble(end, looks)) == [begin + 1]


def test_who_is_far_behind_gets_the_older_lines_from_the_database(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when more came between two looks than are kept; what does not fit is left out either way."""
    monkeypatch.setattr(wire, "RECENT", 4)
    monkeypatch.setattr(wire, "STEP", 3)
    begin = office.office.checked_end()
    pause(office, 6)

    async def two(end: Wire, looks: Looks) -> tuple[list[int], list[int]]:
        async def later() -> None:
            await asyncio.to_thread(pause, office, 9)
            looks.upto = begin + 15

        told = await asyncio.gather(
            watch(end, begin, begin + 15), watch(end, begin + 6, begin + 15), later()
        )
        return told[0], told[1]

    with looked_at(office) as (end, looks):
        looks.upto = begin + 6
        behind, near = asyncio.run(two(end, looks))
    assert behind == list(range(begin + 1, begin + 16))
    assert near == behind[6:]
    looked = [after for after, upto in looks.readings if upto == begin + 15]
    assert begin + 11 in looked, "of nine new lines a look reads the last four"


def test_the_older_lines_are_chosen_as_the_newer_ones(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "RECENT", 1)
    begin = office.office.checked_end()
    pause(office, 2)
    office.queue.resume("so-website", actor="lan", now=office.now)
    pause(office, 1)
    resumed = Tale(choice=Choice(what="resumed"), search="", language="vi")

    async def one(end: Wire) -> str:
        async with end.watched():
            said, upto = await end.told(resumed, begin, numbers)
            assert upto == begin + 4
            return said

    with looked_at(office) as (end, _):
        assert asyncio.run(one(end)) == f"{begin + 3} "
