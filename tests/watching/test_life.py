"""A sign of life goes out while the service delivers, and only then."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.channel import Text
from outreach.watching.figures import Gauge
from outreach.watching.life import SignOfLife
from tests.watching.watched import Watched


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.close()


class Listener:
    """Somebody outside."""

    def __init__(self) -> None:
        self.heard = 0
        self.why: Text | None = None

    async def __call__(self) -> Text | None:
        self.heard += 1
        return self.why


def life(office: Watched, listener: Listener) -> SignOfLife:
    gauge = Gauge(
        queue=office.queue,
        write=office.write,
        channels=(),
        health={},
        turned=lambda: office.dispatcher.turned,
        now=lambda: office.now,
    )
    return SignOfLife(gauge, listener)


def test_it_goes_out_while_the_dispatcher_turns(office: Watched) -> None:
    listener = Listener()
    sign = life(office, listener)
    office.run(sign())
    assert listener.heard == 0
    office.run(office.dispatcher.work_off())
    office.run(sign())
    assert listener.heard == 1
    office.passes(timedelta(minutes=2))
    office.run(sign())
    assert listener.heard == 1


def test_that_it_was_not_heard_is_said_once(
    office: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener()
    sign = life(office, listener)
    office.run(office.dispatcher.work_off())
    listener.why = Text("Nobody there.")
    with caplog.at_level(logging.WARNING):
        office.run(sign())
        office.run(sign())
    assert len(caplog.records) == 1
