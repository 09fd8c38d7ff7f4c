"""What the process behind `SyncProcess` answers, asked in this process."""

from __future__ import annotations

import io
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from outreach.channel import Capabilities, ChannelProfile
from outreach.dispatch import sync_worker
from outreach.dispatch.sync_process import Apply, Campaigns, Failure, Gist, Look, Refusal, SyncPlan
from outreach.dispatch.sync_worker import Worker
from outreach.domain.delivery import State
from outreach.domain.message import Kind
from outreach.store.engine import open_engine
from outreach.store.queue import Queue
from tests.dispatch.test_sync import BEFORE, CAMPAIGN
from tests.store.blank import blank

NAME = "thang-hanh-dong"


@pytest.fixture
def plan(tmp_path: Path) -> SyncPlan:
    folder = tmp_path / "messages" / NAME
    folder.mkdir(parents=True)
    (folder / "campaign.toml").write_text(CAMPAIGN.format(theme="An sinh xã hội"), "utf-8")
    for name in "abcdef":
        write(folder, name)
    blank(tmp_path / "outreach.db").dispose()
    able = Capabilities(kinds=frozenset(Kind), can_withdraw=True)
    return SyncPlan(
        database=f"sqlite:///{tmp_path / 'outreach.db'}",
        messages=tmp_path / "messages",
        media_folder=tmp_path / "media",
        profiles=[ChannelProfile(name="website", capabilities=able)],
        share=0.9,
    )


def write(folder: Path, name: str, more: str = "") -> None:
    head = f"title: Bài {name}\nchannels: [website]\nat: 2022-11-{ord(name) - 81} 08:00\n{more}"
    (folder / f"{name}.md").write_text(f"---\n{head}---\nXin chào.\n", "utf-8")


def states(plan: SyncPlan) -> dict[str, State]:
    engine = open_engine(plan.database)
    rows = Queue(engine, media_folder=plan.media_folder).list()
    engine.dispose()
    return {row.identity.message: row.state for row in rows}


def look() -> Look:
    return Look(campaign=NAME, now=BEFORE)


def apply() -> Apply:
    return Apply(campaign=NAME, now=BEFORE, actor="daemon")


def test_it_looks_applies_what_it_saw_and_looks_again(plan: SyncPlan) -> None:
    worker = Worker(plan)
    assert worker.answer(Campaigns()) == (NAME,)
    seen = worker.answer(look())
    assert seen == Gist(campaign=NAME, problems=(), guarded=False, changes=6)
    assert states(plan) == {}
    assert worker.answer(apply()) is None
    assert states(plan) == dict.fromkeys("abcdef", State.SCHEDULED)
    write(plan.messages / NAME, "a", more="kind: bài\n")
    seen = worker.answer(look())
    assert isinstance(seen, Gist)
    assert [problem.place.file for problem in seen.problems] == [f"messages/{NAME}/a.md"]
    assert seen.changes == 1


def test_what_was_seen_is_applied_once(plan: SyncPlan) -> None:
    worker = Worker(plan)
    worker.answer(look())
    assert worker.answer(apply()) is None
    again = worker.answer(apply())
    assert isinstance(again, Failure)
    assert "KeyError" in again.traceback


def test_the_plans_share_decides_what_is_suspicious(plan: SyncPlan) -> None:
    worker = Worker(plan)
    worker.answer(look())
    worker.answer(apply())
    for name in "abcde":
        (plan.messages / NAME / f"{name}.md").unlink()
    few = worker.answer(look())
    (plan.messages / NAME / "f.md").unlink()
    all_of_them = worker.answer(look())
    assert isinstance(few, Gist)
    assert isinstance(all_of_them, Gist)
    assert (few.guarded, all_of_them.guarded) == (False, True)
    worker.answer(apply())
    assert set(states(plan).values()) == {State.HELD}


def test_what_the_database_says_is_passed_on(plan: SyncPlan, tmp_path: Path) -> None:
    (tmp_path / "outreach.db").write_bytes(b"not a database" * 1000)
    refusal = Worker(plan).answer(Campaigns())
    assert isinstance(refusal, Refusal)
    assert "outreach.db is damaged" in refusal.said


def test_a_database_without_tables_refuses_in_its_own_words(plan: SyncPlan, tmp_path: Path) -> None:
    (tmp_path / "outreach.db").unlink()
    (tmp_path / "outreach.db").touch()
    refusal = Worker(plan).answer(Campaigns())
    assert isinstance(refusal, Refusal)
    assert refusal.said == "no such table: delivery"


def test_it_answers_on_its_output_until_its_input_ends(
    plan: SyncPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = io.BytesIO(b"".join(pickle.dumps(one) for one in (plan, Campaigns(), look())))
    answered = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=asked))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=answered))
    monkeypatch.setattr(sync_worker, "Worker", Noisy)
    sync_worker.main()
    answered.seek(0)
    assert pickle.load(answered) == (NAME,)
    assert isinstance(pickle.load(answered), Gist)
    assert answered.read() == b""


class Noisy(Worker):
    """Prints, as a library that it uses may do: the answers must not be disturbed by it."""

    def answer(self, question: Any) -> Any:
        print("by the way")  # noqa: T201 - what it is about
        return super().answer(question)
