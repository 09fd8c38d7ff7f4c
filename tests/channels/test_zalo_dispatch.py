"""What the real dispatcher makes of every row of Zalo's error table, with the real queue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from outreach.channel import PauseChannel, Reject, RetryAt
from outreach.channels.zalo_oa.errors import next_morning
from outreach.domain.delivery import Delivery, State
from tests.channels.test_zalo_errors import REACTIONS
from tests.channels.zalo_office import Office
from tests.dispatch.world import World
from tests.sandbox.zalo_server import ZaloServer

pytestmark = pytest.mark.slow


class ZaloWorld(World):
    """The dispatcher's small world with one channel, a Zalo account that also broadcasts; the account's clock is the world's."""

    def __init__(self, folder: Path, server: ZaloServer, *, broadcast: bool) -> None:
        self.server = server
        super().__init__(folder)
        office = Office(server, folder / "state", broadcast=broadcast)
        self.zalo: Any = office.channel()
        self.channels.clear()
        self.channels["zalo"] = cast("Any", self.zalo)
        self.restart()

    @property
    def true_time(self) -> datetime:
        return self.server.now

    @true_time.setter
    def true_time(self, value: datetime) -> None:
        self.server.now = value

    def delivered(self, message: str) -> Delivery:
        """The delivery of a message that is due now, after the dispatcher has worked."""
        identity = self.plan(message, "zalo", self.now())
        self.work()
        found = self.queue.get(identity.key)
        assert found
        return found

    def again(self, before: Delivery) -> Delivery:
        found = self.queue.get(before.identity.key)
        assert found
        return found

    def pause(self) -> Any:
        return self.queue.channel_states().get("zalo")

    def close(self) -> None:
        self.runner.run(self.zalo.aclose())
        super().close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ZaloServer]:
    with ZaloServer(tmp_path / "platform") as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: ZaloServer) -> Iterator[ZaloWorld]:
    opened = ZaloWorld(tmp_path, server, broadcast=False)
    yield opened
    opened.close()


@pytest.fixture
def sending(tmp_path: Path, server: ZaloServer) -> Iterator[ZaloWorld]:
    opened = ZaloWorld(tmp_path, server, broadcast=True)
    yield opened
    opened.close()


def test_each_row_retries_pauses_rejects_or_looks(world: ZaloWorld, server: ZaloServer) -> None:
    for number, (answer, kind, _) in enumerate(REACTIONS):
        server.faults.add("create", f"error:{answer}")
        asked = server.now
        delivery = world.delivered(f"m{number}")
        paused = world.pause()
        assert (paused is not None and paused.paused) is (kind is PauseChannel), answer
        if kind is RetryAt:
            assert delivery.state is State.SCHEDULED, answer
            assert delivery.ready_at > asked
        elif kind is Reject:
            assert delivery.state is State.REJECTED, answer
        elif kind is PauseChannel:
            assert delivery.state is State.SCHEDULED, answer
        else:
            assert delivery.state is State.UNKNOWN, answer
        world.settle()
        expected = State.REJECTED if kind is Reject else State.PUBLISHED
        assert world.again(delivery).state is expected, answer
    published = sum(kind is not Reject for _, kind, _ in REACTIONS)
    assert len(server.platform.public) == published


@pytest.mark.parametrize("code", [-216, -220])
def test_a_dead_token_is_renewed_once_and_then_pauses_the_channel(
    world: ZaloWorld, server: ZaloServer, code: int
) -> None:
    server.faults.add("create", f"error:{code}")
    assert world.delivered("first").state is State.PUBLISHED
    server.faults.add("create", f"error:{code}", f"error:{code}")
    delivery = world.delivered("second")
    assert delivery.state is State.SCHEDULED
    assert (world.pause().paused, world.pause().until) == (True, None)
    world.settle()
    assert world.again(delivery).state is State.PUBLISHED
    assert len(server.platform.articles) == 2


@pytest.mark.parametrize(
    ("fault", "made"),
    [
        ("500-after", 1),
        ("html-after", 1),
        ("reset-after", 1),
        ("502-before", 0),
        ("reset-before", 0),
    ],
)
def test_a_create_in_doubt_is_found_or_made_once(
    world: ZaloWorld, server: ZaloServer, fault: str, made: int
) -> None:
    server.faults.add("create", fault)
    delivery = world.delivered("m")
    assert delivery.state is State.UNKNOWN
    assert len(server.platform.articles) == made
    world.settle()
    assert world.again(delivery).state is State.PUBLISHED
    assert len(server.platform.articles) == 1


@pytest.mark.fault(31, "the permission dies in the middle of a doubt, and is given again")
def test_a_permission_that_dies_in_the_middle_of_a_doubt_pauses_and_nothing_is_lost(
    world: ZaloWorld, server: ZaloServer
) -> None:
    server.faults.add("create", "500-after")
    delivery = world.delivered("m")
    server.faults.add("getslice", "error:-216", "error:-216")
    world.pass_time(timedelta(minutes=30))
    world.work()
    assert world.again(delivery).state is State.UNKNOWN
    assert (world.pause().paused, world.pause().until) == (True, None)
    world.settle()
    assert world.again(delivery).state is State.PUBLISHED
    assert len(server.platform.articles) == 1


def test_a_broadcast_in_doubt_waits_for_a_person(sending: ZaloWorld, server: ZaloServer) -> None:
    server.faults.add("broadcast", "reset-after")
    delivery = sending.delivered("m")
    assert delivery.state is State.NEEDS_PERSON
    sending.settle()
    assert sending.again(delivery).state is State.NEEDS_PERSON
    assert len(server.platform.broadcasts) == 1


def test_a_quota_holds_the_channel_until_the_next_morning(
    sending: ZaloWorld, server: ZaloServer
) -> None:
    assert sending.delivered("first").state is State.PUBLISHED
    second = sending.delivered("second")
    paused = sending.pause()
    assert paused.paused
    assert paused.until == next_morning(server.now)
    server.now = paused.until + timedelta(seconds=1)
    sending.work()
    assert sending.again(second).state is State.PUBLISHED
    assert len(server.platform.articles) == len(server.platform.broadcasts) == 2


def test_the_night_is_waited_for(sending: ZaloWorld, server: ZaloServer) -> None:
    server.now = datetime(2022, 11, 25, 16, 0, tzinfo=UTC)
    delivery = sending.delivered("m")
    assert delivery.state is State.SCHEDULED
    assert delivery.ready_at == datetime(2022, 11, 25, 23, 0, tzinfo=UTC)
    sending.settle()
    assert sending.again(delivery).state is State.PUBLISHED
