"""A service that is asked now: whatever it does, there is an answer in time, and nothing stays open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import load_settings
from outreach.bootstrap.asking import REST, Asking
from outreach.channel import ChannelHealth, RetryAt
from outreach.channels.registry import Opened
from outreach.domain.text import Text
from outreach.testing import FakeChannel

NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
FINE = ChannelHealth(ok=True, summary=Text("Fine."))
CONFIG = '[channels.bang]\nadapter = "website"\nfolder = "x"\nbase_url = "https://so.example/"\n'


class Service(FakeChannel):
    """Answers its check as it is told to."""

    def __init__(self, answers: list[Any]) -> None:
        super().__init__(name="bang")
        self.answers, self.open = answers, True

    async def check(self) -> ChannelHealth:
        answer = self.answers.pop(0)
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, ChannelHealth)
        return answer

    async def aclose(self) -> None:
        self.open = False


@dataclass
class Desk:
    """Asks a fake service; `now` is its clock."""

    folder: Path
    answers: list[Any]
    now: datetime = NOW
    built: list[Service] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "config.toml").write_text(CONFIG, "utf-8")
        settings = load_settings(self.folder / "config.toml")
        self.asking = Asking(
            settings=settings, now=lambda: self.now, limit=0.05, build=lambda *_: self._build()
        )

    def _build(self) -> Opened:
        self.built.append(Service(self.answers))
        return Opened(channels={"bang": self.built[-1]})


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
    asking = Asking(settings=load_settings(tmp_path / "config.toml"), now=lambda: NOW)
    asking("bang")
    assert not asking.seen["bang"].health.ok
