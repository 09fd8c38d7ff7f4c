"""One thread for the database: calls keep their order, and what was begun always ends."""

from __future__ import annotations

import asyncio
import threading

import pytest

from outreach.dispatch.writer import SameThread, Writer


def test_calls_run_one_after_another_in_one_other_thread() -> None:
    async def go() -> list[tuple[str, str]]:
        write, seen = Writer(), list[tuple[str, str]]()
        await asyncio.gather(
            *(write(lambda n: seen.append((n, threading.current_thread().name)), n) for n in "123")
        )
        write.close()
        return seen

    seen = asyncio.run(go())
    assert [number for number, _ in seen] == ["1", "2", "3"]
    assert len({thread for _, thread in seen}) == 1
    assert threading.current_thread().name not in {thread for _, thread in seen}


def test_however_many_calls_wait_there_is_one_thread_more() -> None:
    async def go() -> int:
        write, may_end, before = Writer(), threading.Event(), threading.active_count()
        waiting = [asyncio.create_task(write(may_end.wait, 10)) for _ in range(3)]
        for _ in waiting:
            await asyncio.sleep(0)
        more = threading.active_count() - before
        may_end.set()
        await asyncio.gather(*waiting)
        write.close()
        return more

    assert asyncio.run(go()) == 1


def test_closing_waits_for_what_was_begun() -> None:
    may_end = threading.Event()
    later = threading.Timer(0.05, may_end.set)

    async def go() -> bool:
        write = Writer()
        begun = asyncio.create_task(write(may_end.wait, 10))
        await asyncio.sleep(0)
        later.start()
        write.close()
        ended = may_end.is_set()
        await begun
        return ended

    assert asyncio.run(go())
    later.join()


def test_the_result_or_the_error_comes_back() -> None:
    async def go() -> None:
        write = Writer()
        assert await write(int, "12", base=8) == 10
        with pytest.raises(ValueError, match="invalid literal"):
            await write(int, "x")
        write.close()

    asyncio.run(go())


def test_what_was_begun_ends_even_when_its_caller_is_cancelled() -> None:
    written: list[str] = []

    async def go() -> None:
        write, begun, may_end = Writer(), threading.Event(), threading.Event()

        def slowly() -> None:
            begun.set()
            may_end.wait(10)
            written.append("all of it")

        task = asyncio.create_task(write(slowly))
        await asyncio.to_thread(begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert written == []
        may_end.set()
        await asyncio.to_thread(write.close)

    asyncio.run(go())
    assert written == ["all of it"]


def test_on_virtual_time_calls_run_where_they_are_asked_for() -> None:
    async def go() -> tuple[str, int]:
        write = SameThread()
        with pytest.raises(ValueError, match="invalid literal"):
            await write(int, "x")
        name = await write(lambda: threading.current_thread().name)
        number = await write(int, "12", base=8)
        write.close()
        return name, number

    assert asyncio.run(go()) == (threading.current_thread().name, 10)
