"""What was worked out from files: told again while nothing changes, forgotten when the machine tells of a change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from outreach.cli import kept
from outreach.cli.file_watch import FileWatch
from outreach.cli.kept import Kept, Stamp

LONG_AGO = time.time_ns() - 3600 * 10**9


class Counted:
    """A folder of campaigns, and how often its files were looked at and read."""

    def __init__(self, folder: Path, watch: FileWatch | None) -> None:
        self.folder, self.kept = folder, Kept(watch)
        self.looks, self.readings = 0, 0

    def write(self, campaign: str, text: str, *, at: int = LONG_AGO) -> Path:
        file = self.folder / campaign / "tin.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
        os.utime(file, ns=(at, at))
        return file

    def read(self, campaign: str) -> str:
        file = self.folder / campaign / "tin.md"

        def look() -> Iterable[Stamp]:
            self.looks += 1
            facts = file.lstat()
            return [(str(file), facts.st_mtime_ns, facts.st_size, facts.st_ino)]

        def fresh() -> str:
            self.readings += 1
            return self.worked_out(campaign, file.read_text("utf-8"))

        return self.kept.get(campaign, "text", look, fresh)

    def worked_out(self, campaign: str, text: str) -> str:
        return text


def _soon(fact: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_while_nothing_changes_no_file_is_looked_at(tmp_path: Path) -> None:
    Counted(tmp_path, None).write("a", "một")
    with FileWatch(tmp_path) as watch:
        one = Counted(tmp_path, watch)
        for _ in range(5):
            one.kept.hear()
            assert one.read("a") == "một"
        assert (one.looks, one.readings) == (1, 1)


def test_a_change_is_heard_even_where_no_stamp_tells_it(tmp_path: Path) -> None:
    with FileWatch(tmp_path) as watch:
        one = Counted(tmp_path, watch)
        one.write("a", "một")
        one.write("b", "khác")
        one.kept.hear()
        assert (one.read("a"), one.read("b")) == ("một", "khác")
        one.write("a", "hai")

        def read() -> str:
            one.kept.hear()
            return one.read("a")

        _soon(lambda: read() == "hai")


def test_a_new_campaign_is_heard_of(tmp_path: Path) -> None:
    with FileWatch(tmp_path) as watch:
        one = Counted(tmp_path, watch)
        heard = set[str]()

        def hears(name: str) -> bool:
            heard.update(watch.touched() or ())
            return name in heard

        one.write("mới", "một")
        _soon(lambda: hears("mới"))
        heard.clear()
        one.write("mới", "hai")
        _soon(lambda: hears("mới"))


def test_files_on_a_share_are_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FileWatch(tmp_path / "elsewhere") as deaf, FileWatch(tmp_path) as watch:
        assert deaf.touched() is None
        one = Counted(tmp_path, watch)
        one.write("a", "một")
        one.kept.hear()
        monkeypatch.setattr(kept, "TRUSTED_SECONDS", 0.0)
        assert [one.read("a") for _ in range(3)] == ["một"] * 3
        assert one.looks == 3


def test_without_a_watch_each_file_is_looked_at_and_a_young_one_read_anew(tmp_path: Path) -> None:
    one = Counted(tmp_path, None)
    one.write("a", "một")
    assert [one.read("a") for _ in range(3)] == ["một"] * 3
    assert (one.looks, one.readings) == (3, 1)
    one.write("a", "hai", at=LONG_AGO + 1)
    assert one.read("a") == "hai"
    now = time.time_ns()
    one.write("a", "ba!", at=now)
    assert one.read("a") == "ba!"
    one.write("a", "ba?", at=now)
    assert one.read("a") == "ba?"


def test_a_lost_watch_is_told_and_nothing_is_trusted_any_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with FileWatch(tmp_path) as watch:
        one = Counted(tmp_path, watch)
        one.write("a", "một")
        one.kept.hear()
        assert one.read("a") == "một"
        watch.close()
        one.kept.hear()
        one.write("a", "hai", at=LONG_AGO + 1)
        assert one.read("a") == "hai"
    assert "cannot be watched" in caplog.text


class Working(Counted):
    """As `Counted`; whoever works something out of a campaign waits there until they are let go on."""

    def __init__(self, folder: Path, watch: FileWatch | None) -> None:
        super().__init__(folder, watch)
        self.begun = {name: Event() for name in "ab"}
        self.go_on = {name: Event() for name in "ab"}

    def worked_out(self, campaign: str, text: str) -> str:
        self.begun[campaign].set()
        assert self.go_on[campaign].wait(20)
        return text


def test_who_needs_another_campaign_does_not_wait(tmp_path: Path) -> None:
    with FileWatch(tmp_path) as watch, ThreadPoolExecutor(2) as pool:
        one = Working(tmp_path, watch)
        one.write("a", "một")
        one.write("b", "khác")
        slow = pool.submit(one.read, "a")
        assert one.begun["a"].wait(20)
        one.go_on["b"].set()
        one.kept.hear()
        assert pool.submit(one.read, "b").result(20) == "khác"
        assert not slow.done()
        one.go_on["a"].set()
        assert slow.result(20) == "một"


def test_many_who_need_the_same_wait_for_one_reading(tmp_path: Path) -> None:
    with FileWatch(tmp_path) as watch, ThreadPoolExecutor(6) as pool:
        one = Working(tmp_path, watch)
        one.write("a", "một")
        one.kept.hear()
        readers = [pool.submit(one.read, "a") for _ in range(6)]
        assert one.begun["a"].wait(20)
        one.go_on["a"].set()
        assert [reader.result(20) for reader in readers] == ["một"] * 6
    assert one.readings == 1


def test_what_is_touched_while_it_is_worked_out_is_not_kept(tmp_path: Path) -> None:
    with FileWatch(tmp_path) as watch, ThreadPoolExecutor(1) as pool:
        one = Working(tmp_path, watch)
        one.write("a", "một")
        _soon(lambda: "a" in (watch.touched() or ()))
        one.kept.hear()
        slow = pool.submit(one.read, "a")
        assert one.begun["a"].wait(20)
        one.write("a", "hai")

        def heard() -> bool:
            one.kept.hear()
            return not one.kept._looking

        _soon(heard)
        one.go_on["a"].set()
        assert slow.result(20) == "một"
        one.go_on["a"].set()
        assert one.read("a") == "hai"


def test_a_file_is_not_tried_out_while_its_campaign_is_worked_out(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        one = Working(tmp_path, None)
        one.write("a", "một")
        slow = pool.submit(one.read, "a")
        assert one.begun["a"].wait(20)
        elsewhere = pool.submit(one.kept.alone, "b", "text", lambda: "tried")
        assert elsewhere.result(20) == "tried"
        tried = pool.submit(one.kept.alone, "a", "text", slow.done)
        one.go_on["a"].set()
        assert tried.result(20)


def test_whoever_changes_a_campaign_reads_it_anew_before_that_is_heard(tmp_path: Path) -> None:
    class Late(FileWatch):
        """Has not heard anything yet."""

        def touched(self) -> frozenset[str]:
            return frozenset()

    with Late(tmp_path) as watch:
        one = Counted(tmp_path, watch)
        one.write("a", "một")
        one.kept.hear()
        assert one.read("a") == "một"
        one.write("a", "hai")
        one.kept.hear()
        assert one.read("a") == "một"
        one.kept.forget("a")
        assert one.read("a") == "hai"
