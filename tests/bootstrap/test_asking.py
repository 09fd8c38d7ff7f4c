"""A service that is asked now: whatever it does, there is an answer in time, and nothing stays open."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from outreach.bootstrap import load_settings
from outreach.bootstrap.asking import REST, Asking
from outreach.channel import Capabilities, ChannelHealth, Reject, RetryAt, Trial, UnknownOutcome
from outreach.channels.registry import Opened
from outreach.domain.text import Text
from outreach.reports.delivery_log import reason_of
from outreach.settings import Settings
from outreach.store.delivery_log import read, verify
from outreach.store.trials import Trials
from outreach.testing import Crash, FakeChannel
from tests.store.blank import blank

NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
FINE = ChannelHealth(ok=True, summary=Text("Fine."))
HIDDEN = Text("A place of nobody.")
DONE = Trial(ok=True, said=Text("Done."))
STUCK = Trial(ok=False, said=Text("Stuck."), left=Text("A draft."))
CONFIG = '[channels.bang]\nadapter = "website"\nfolder = "x"\nbase_url = "https://so.example/"\n'


class Service(FakeChannel):
    """Answers its check as it is told to."""

    def __init__(self, answers: list[Any], safe_place: Text | None) -> None:
        can = Capabilities(safe_place=safe_place)
        super().__init__(name="bang", capabilities=can)
        self.answers, self.open = answers, True

    async def check(self) -> ChannelHealth:
        answer = await self._answer()
        assert isinstance(answer, ChannelHealth)
        return answer

    async def try_out(self, text: str) -> Trial:
        answer = await self._answer()
        assert isinstance(answer, Trial)
        return answer

    async def _answer(self) -> Any:
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def aclose(self) -> None:
        self.open = False


@dataclass
class Desk:
    """Asks a fake service; `now` is its clock."""

    folder: Path
    answers: list[Any]
    now: datetime = NOW
    safe_place: Text | None = HIDDEN
    built: list[Service] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "config.toml").write_text(CONFIG, "utf-8")
        settings = load_settings(self.folder / "config.toml")
        self.engine = blank(self.folder / "outreach.db")
        self.asking = Asking(
            settings=settings,
            now=lambda: self.now,
            trials=Trials(self.engine),
            limit=0.05,
            trial_limit=0.05,
            build=lambda *_: self._build(),
        )

    def _build(self) -> Opened:
        self.built.append(Service(self.answers, self.safe_place))
        return Opened(channels={"bang": self.built[-1]})

    def logged(self) -> list[tuple[str, str, str]]:
        assert verify(self.engine).intact
        events = [line.event for line in read(self.engine)]
        return [(e.what, e.actor, str(reason_of(e.data) or "")) for e in events]


@pytest.mark.parametrize(
    ("answer", "ok", "summary"),
    [
        (FINE, True, "Fine."),
        (RetryAt(Text("Busy.")), False, "Busy."),
        (None, False, "did not answer within"),
        (ValueError("secret"), False, "its check failed"),
    ],
)
def test_there_is_always_an_answer(tmp_path: Path, answer: Any, ok: bool, summary: str) -> None:
    desk = Desk(tmp_path, [answer])
    desk.asking("bang")
    said = desk.asking.seen["bang"]
    assert (said.health.ok, said.at) == (ok, NOW)
    assert summary in str(said.health.summary)
    assert "secret" not in str(said.health.summary)
    assert [service.open for service in desk.built] == [False]


@pytest.mark.asvs(
    "2.4.1", "A service is asked at most every ten seconds, however often people press"
)
def test_the_last_answer_holds_for_a_while(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [FINE, FINE])
    for _ in range(3):
        desk.asking("bang")
    assert len(desk.built) == 1
    desk.now += REST + timedelta(seconds=1)
    desk.asking("bang")
    assert len(desk.built) == 2


def test_a_channel_that_cannot_be_built_says_why(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG + "wrong = 1\n", "utf-8")
    trials = Trials(blank(tmp_path / "outreach.db"))
    settings = load_settings(tmp_path / "config.toml")
    asking = Asking(settings=settings, now=lambda: NOW, trials=trials)
    asking("bang")
    assert not asking.seen["bang"].health.ok
    assert not asking.try_out("bang", actor="lan").ok


@pytest.mark.parametrize(
    ("answer", "ok", "said", "left"),
    [
        (DONE, True, "Done.", False),
        (STUCK, False, "Stuck.", True),
        (Reject(Text("No.")), False, "No.", False),
        (UnknownOutcome(Text("Lost.")), False, "Lost.", True),
        (None, False, "did not end within", True),
        (ValueError("secret"), False, "its test post failed", True),
    ],
)
def test_a_test_post_is_told_and_logged_however_it_ends(
    tmp_path: Path, answer: Any, ok: bool, said: str, left: bool
) -> None:
    desk = Desk(tmp_path, [answer])
    trial = desk.asking.try_out("bang", actor="lan")
    assert (trial.ok, trial.left is not None) == (ok, left)
    assert said in str(trial.said)
    assert [service.open for service in desk.built] == [False]
    begun, ended = desk.logged()
    assert begun[:2] == ("trial_begun", "lan")
    assert ended[:2] == ("trial_went_well" if ok else "trial_failed", "lan")
    assert said in ended[2]
    assert ("Left behind" in ended[2]) is left
    assert "secret" not in str(desk.logged())


def test_a_crash_in_a_test_post_leaves_a_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [DONE])

    def die() -> Opened:
        raise Crash("crash")

    desk.asking.build = lambda *_: die()
    with pytest.raises(Crash):
        desk.asking.try_out("bang", actor="lan")
    assert [what for what, _, _ in desk.logged()] == ["trial_begun"]


def test_a_channel_without_a_safe_place_is_not_tried(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [DONE], safe_place=None)
    trial = desk.asking.try_out("bang", actor="lan")
    assert (trial.ok, trial.left) == (False, None)
    assert desk.answers == [DONE]


@pytest.mark.asvs("2.4.1", "A test post is sent at most every ten seconds, however often pressed")
def test_the_last_test_post_holds_for_a_while(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [DONE, STUCK])
    assert [desk.asking.try_out("bang", actor="lan").ok for _ in range(3)] == [True] * 3
    desk.now += REST + timedelta(seconds=1)
    assert not desk.asking.try_out("bang", actor="lan").ok


def test_who_asks_another_service_does_not_wait_and_who_asks_the_same_asks_once(
    tmp_path: Path,
) -> None:
    desk, go_on, begun = Desk(tmp_path, [FINE, FINE]), Event(), Event()
    channels = desk.asking.settings.channels
    desk.asking.settings = replace(
        desk.asking.settings, channels={**channels, "khác": channels["bang"]}
    )

    def build(settings: Settings, _now: object) -> Opened:
        (name,) = settings.channels
        if name == "bang":
            begun.set()
            assert go_on.wait(20)
        desk.built.append(Service(desk.answers, HIDDEN))
        return Opened(channels={name: desk.built[-1]})

    desk.asking.build = build
    with ThreadPoolExecutor(4) as pool:
        same = [pool.submit(desk.asking, "bang") for _ in range(3)]
        assert begun.wait(20)
        pool.submit(desk.asking, "khác").result(20)
        assert [one.done() for one in same] == [False] * 3
        go_on.set()
    assert [one.exception() for one in same] == [None] * 3
    assert len(desk.built) == 2
