"""Sync in a process of its own: the same answers, every failure said, and nothing left when it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.channel import Capabilities, ChannelProfile
from outreach.dispatch import sync_process
from outreach.dispatch.sync_process import DatabaseRefused, SyncFailed, SyncPlan, SyncProcess
from outreach.domain.delivery import State
from outreach.domain.message import Kind
from outreach.store.engine import open_engine
from outreach.store.queue import Queue
from tests.dispatch.test_sync import CAMPAIGN
from tests.store.blank import blank

NOW = datetime(2022, 11, 1, tzinfo=UTC)
NAME = "thang-hanh-dong"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One campaign with one message that is sound and one that is not."""
    made = tmp_path / "messages" / NAME
    made.mkdir(parents=True)
    (made / "campaign.toml").write_text(CAMPAIGN.format(theme="An sinh xã hội"), "utf-8")
    head = "title: Bài một\nchannels: [website]\nat: 2022-11-16 08:00\n"
    (made / "mot.md").write_text(f"---\n{head}---\nXin chào.\n", "utf-8")
    (made / "hai.md").write_text("---\ntitle: Bài hai\n---\nXin chào.\n", "utf-8")
    blank(tmp_path / "outreach.db").dispose()
    return made


def process(tmp_path: Path) -> SyncProcess:
    able = Capabilities(kinds=frozenset(Kind), can_withdraw=True)
    plan = SyncPlan(
        database=f"sqlite:///{tmp_path / 'outreach.db'}",
        messages=tmp_path / "messages",
        media_folder=tmp_path / "media",
        profiles=[ChannelProfile(name="website", capabilities=able)],
        share=0.3,
    )
    return SyncProcess(plan)


@pytest.fixture
def sync(folder: Path, tmp_path: Path) -> Iterator[SyncProcess]:
    made = process(tmp_path)
    yield made
    made.close()


def process_id(sync: SyncProcess) -> int:
    assert sync._running
    return sync._running.pid


def states(tmp_path: Path) -> dict[str, State]:
    engine = open_engine(f"sqlite:///{tmp_path / 'outreach.db'}")
    rows = Queue(engine, media_folder=tmp_path / "media").list()
    engine.dispose()
    return {row.identity.message: row.state for row in rows}


def test_files_come_into_the_queue_and_nothing_of_it_stays(
    sync: SyncProcess, tmp_path: Path
) -> None:
    assert sync.campaigns() == (NAME,)
    gist = sync.look(NAME, NOW)
    assert (gist.campaign, gist.guarded, gist.changes) == (NAME, False, 1)
    assert {problem.place.file for problem in gist.problems} == {f"messages/{NAME}/hai.md"}
    assert states(tmp_path) == {}
    sync.apply_guarded(NAME, now=NOW, actor="daemon")
    assert states(tmp_path) == {"mot": State.SCHEDULED}
    assert sync.look(NAME, NOW).changes == 0
    worker = process_id(sync)
    sync.close()
    sync.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_what_fails_there_is_told_here_and_the_next_question_is_answered(
    sync: SyncProcess,
) -> None:
    with pytest.raises(SyncFailed, match="KeyError: 'never-looked-at'"):
        sync.apply_guarded("never-looked-at", now=NOW, actor="daemon")
    worker = process_id(sync)
    assert sync.campaigns() == (NAME,)
    assert process_id(sync) == worker


def test_a_database_that_cannot_be_read_is_told(tmp_path: Path, sync: SyncProcess) -> None:
    (tmp_path / "outreach.db").write_bytes(b"not a database" * 1000)
    with pytest.raises(DatabaseRefused, match=r"outreach\.db is damaged"):
        sync.campaigns()


def test_one_that_was_killed_is_started_again(sync: SyncProcess) -> None:
    sync.campaigns()
    os.kill(process_id(sync), signal.SIGKILL)
    with pytest.raises(SyncFailed, match="it ended early"):
        sync.campaigns()
    assert sync.campaigns() == (NAME,)


def test_one_that_does_not_end_is_stopped_whatever_it_does(
    sync: SyncProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_process, "END_SECONDS", 0.1)
    sync.campaigns()
    os.kill(process_id(sync), signal.SIGSTOP)
    failures: list[SyncFailed] = []

    def ask() -> None:
        try:
            sync.look(NAME, NOW)
        except SyncFailed as failure:
            failures.append(failure)

    asking = threading.Thread(target=ask)
    asking.start()
    sync.close()
    asking.join(30)
    assert len(failures) == 1
