"""Every adapter keeps the contract; so does the fake that the dispatcher is proved with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.channel import Capabilities, Channel, Kind
from outreach.testing import ChannelContract, FakeChannel


class TestFake(ChannelContract):
    """A lagging platform with idempotency neither of its own nor by luck."""

    @pytest.fixture
    def channel(self) -> FakeChannel:
        self.now = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
        can = Capabilities(
            kinds=frozenset({Kind.POST, Kind.EVENT}),
            can_find=True,
            can_withdraw=True,
            visibility_lag=timedelta(minutes=1),
        )
        return FakeChannel(clock=lambda: self.now, capabilities=can)

    def settle(self, channel: Channel) -> None:
        self.now += channel.capabilities.visibility_lag

    def count(self, channel: Channel, key: str) -> int:
        assert isinstance(channel, FakeChannel)
        return sum(publication.key == key for publication in channel.publications)


class TestBlindFake(ChannelContract):
    """A platform without a way to look or to take down."""

    @pytest.fixture
    def channel(self) -> FakeChannel:
        return FakeChannel(capabilities=Capabilities())
