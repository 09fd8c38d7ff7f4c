"""Files are read only when they are whole."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from outreach.daemon import chores, watch
from outreach.daemon.chores import FileSync, in_a_line
from outreach.daemon.watch import quiet_stamp
from outreach.dispatch.sync_process import DatabaseRefused, Gist, SyncFailed
from outreach.domain.problem import Place, Problem
from outreach.domain.text import Text

PROBLEM = Problem(place=Place(file="x.md"), code="x", what=Text("Stopped."), mend=Text("Stopped."))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "messages"
    made.mkdir()
    (made / "a.md").write_text("a", "utf-8")
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets so many seconds pass at once."""
    shift = [0.0]
    clock = SimpleNamespace(time=lambda: time.time() + shift[0], monotonic=time.monotonic)
    monkeypatch.setattr(watch, "time", clock)

    def go(seconds: float) -> None:
        shift[0] += seconds

    return go


def test_a_file_is_whole_after_two_seconds(folder: Path, later: Callable[[float], None]) -> None:
    assert quiet_stamp(folder) is None
    later(3)
    assert quiet_stamp(folder) == quiet_stamp(folder) is not None


def test_a_file_that_pretends_to_be_old_is_not_whole(folder: Path) -> None:
    os.utime(folder / "a.md", (1, 1))
    assert quiet_stamp(folder) is None


def test_every_change_changes_the_stamp(folder: Path, later: Callable[[float], None]) -> None:
    later(3600)
    stamps = [quiet_stamp(folder)]
    for change in (
        lambda: (folder / "a.md").write_text("b", "utf-8"),
        lambda: (folder / "b.md").write_text("", "utf-8"),
        lambda: (folder / "b.md").rename(folder / "c.md"),
        (folder / "c.md").unlink,
    ):
        change()
        stamps.append(quiet_stamp(folder))
    assert len(set(stamps)) == len(stamps)


def test_a_folder_that_is_away_is_quiet(tmp_path: Path) -> None:
    assert quiet_stamp(tmp_path / "away") is not None


class Syncing:
    """Stands for SyncProcess: counts what is asked of it, and may let something happen meanwhile."""

    def __init__(self, *problems: Problem, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.looks = 0
        self.applied: list[str] = []
        self.is_open = False
        self._problems = problems
        self._meanwhile = meanwhile

    def campaigns(self) -> tuple[str, ...]:
        return ("c",)

    def look(self, campaign: str, _: object) -> Gist:
        self.looks += 1
        self.is_open = True
        self._meanwhile()
        return Gist(campaign=campaign, problems=self._problems, guarded=False, changes=1)

    def apply_guarded(self, campaign: str, **_: object) -> None:
        assert self.is_open
        self.applied.append(campaign)

    def close(self) -> None:
        self.is_open = False


def file_sync(folder: Path, sync: Syncing) -> FileSync:
    async def write(call: Callable[..., Any], *args: object, **named: object) -> Any:
        return call(*args, **named)

    parts: Any = SimpleNamespace(
        messages=folder, sync=sync, write=write, dispatcher=SimpleNamespace(wake=lambda: None)
    )
    return FileSync(parts)


def test_what_nobody_touched_is_not_read_again(
    folder: Path, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    later(3)
    sync = Syncing()
    files = file_sync(folder, sync)
    asyncio.run(files())
    asyncio.run(files())
    assert sync.looks == 1
    monkeypatch.setattr(chores, "FULL_READ", -chores.FULL_READ)
    asyncio.run(files())
    assert sync.looks == 2


def test_what_changes_while_it_is_read_is_read_again(
    folder: Path, later: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    later(3600)
    monkeypatch.setattr(chores, "LOOK_AGAIN_SECONDS", 0.0)
    saves = ["half"]

    def save() -> None:
        if saves:
            (folder / "a.md").write_text(saves.pop(), "utf-8")

    sync = Syncing(meanwhile=save)
    asyncio.run(file_sync(folder, sync)())
    assert sync.looks == 2
    assert sync.applied == ["c"]


def test_what_cannot_be_brought_in_is_tried_again_and_said_once(
    folder: Path,
    later: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    later(3600)
    monkeypatch.setattr(chores, "REFUSED_SECONDS", 0.0)
    refusals = [DatabaseRefused("full"), DatabaseRefused("full"), OSError("too many open files")]

    def refuse() -> None:
        if refusals:
            raise refusals.pop(0)

    sync = Syncing(meanwhile=refuse)
    asyncio.run(file_sync(folder, sync)())
    assert sync.applied == ["c"]
    said = [str(record.msg) for record in caplog.records if "just now" in str(record.msg)]
    assert [line.rpartition(": ")[2] for line in said] == ["full", "too many open files"]


@pytest.mark.parametrize("fault", [None, SyncFailed("no more memory"), asyncio.CancelledError()])
def test_nothing_of_the_reading_stays_however_it_ends(
    folder: Path, later: Callable[[float], None], fault: BaseException | None
) -> None:
    later(3600)

    def fail() -> None:
        if fault:
            raise fault

    sync = Syncing(meanwhile=fail)
    with contextlib.suppress(SyncFailed, asyncio.CancelledError):
        asyncio.run(file_sync(folder, sync)())
    assert sync.looks == 1
    assert not sync.is_open


@pytest.mark.asvs("16.3.3", "Whatever is refused is said in the log")
def test_a_problem_is_said_once_and_again_when_it_comes_back(
    folder: Path, later: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    later(3600)
    sync = Syncing(PROBLEM)
    files = file_sync(folder, sync)
    counts: list[int] = []
    for problems in ((PROBLEM,), (PROBLEM,), (), (PROBLEM,)):
        sync._problems = problems
        (folder / "a.md").write_text(f"{len(counts)}", "utf-8")
        asyncio.run(files())
        counts.append(sum(r.msg == in_a_line(PROBLEM) for r in caplog.records))
    assert counts == [1, 1, 1, 2]


def test_the_watch_outlives_a_reading_that_fails(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def go() -> None:
        stop, seen = asyncio.Event(), asyncio.Event()
        calls: list[int] = []

        async def changed() -> None:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("not readable")
            seen.set()

        watching = asyncio.create_task(watch.watch(folder, changed, stop))
        async with asyncio.timeout(30):
            while not seen.is_set():
                (folder / "a.md").write_text("x", "utf-8")
                await asyncio.sleep(0.05)
            stop.set()
            await watching

    asyncio.run(go())


def test_a_lost_watch_is_taken_up_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "WATCH_AGAIN_SECONDS", 0.01)
    shutil.rmtree(folder)

    async def go() -> None:
        stop, seen = asyncio.Event(), asyncio.Event()

        async def changed() -> None:
            seen.set()

        watching = asyncio.create_task(watch.watch(folder, changed, stop))
        async with asyncio.timeout(30):
            while not caplog.records:  # noqa: ASYNC110 - a log line sets no event
                await asyncio.sleep(0.01)
            folder.mkdir()  # noqa: ASYNC240 - quick, and nothing else runs
            while not seen.is_set():
                (folder / "b.md").write_text("x", "utf-8")
                await asyncio.sleep(0.05)
            stop.set()
            await watching

    asyncio.run(go())
    assert "failed" in str(caplog.records[0].msg)
