"""Chores of once a day."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, time, timedelta

import pytest

from outreach.daemon.daily import Chore, Daily, latest
from outreach.domain.text import Text

MORNING = datetime(2022, 11, 18, 9, 0).astimezone()


class Diary:
    """A chore that remembers when it was done."""

    def __init__(self) -> None:
        self.now = MORNING
        self.done: list[datetime] = []
        self.broken = False
        chore = Chore(name="backup", at=time(2), last=self.last, work=self.work)
        self.daily = Daily(chore, lambda: self.now)

    def last(self) -> datetime | None:
        return self.done[-1] if self.done else None

    def work(self, now: datetime) -> Text:
        if self.broken:
            raise OSError("no room")
        self.done.append(now)
        return Text("Done.")

    def look(self, later: timedelta) -> int:
        self.now += later
        asyncio.run(self.daily())
        return len(self.done)


def test_it_is_done_once_a_day_and_made_up_for() -> None:
    diary = Diary()
    assert diary.look(timedelta(0)) == 0
    assert diary.look(timedelta(hours=16)) == 0
    assert diary.look(timedelta(hours=1, minutes=1)) == 1
    assert diary.look(timedelta(minutes=5)) == 1
    assert diary.look(timedelta(days=3)) == 2
    assert diary.look(timedelta(minutes=5)) == 2


def test_a_failure_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    diary = Diary()
    diary.broken = True
    with caplog.at_level(logging.ERROR):
        assert diary.look(timedelta(days=1)) == 0
    assert "no room" in str(caplog.records[0].msg)
    diary.broken = False
    assert diary.look(timedelta(minutes=5)) == 1


def test_the_time_of_day_is_the_machines() -> None:
    assert latest(time(9), MORNING) == MORNING
    assert latest(time(9, 1), MORNING) == MORNING - timedelta(hours=23, minutes=59)
