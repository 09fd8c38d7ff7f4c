"""The Zalo channel keeps the contract on a platform that behaves like the real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.channel import Channel
from outreach.testing import ChannelContract
from tests.channels.zalo_office import Office
from tests.sandbox.zalo_server import ZaloServer


class TestArticles(ChannelContract):
    broadcast = False

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Iterator[Channel]:
        with ZaloServer(tmp_path / "platform") as self.server:
            self.server.faults.verify_delay = 3
            self.server.faults.visibility_lag = 30
            yield Office(self.server, tmp_path / "state", broadcast=self.broadcast).channel()

    def settle(self, channel: Channel) -> None:
        self.server.now += channel.capabilities.visibility_lag

    def count(self, channel: Channel, key: str) -> int:
        return sum(key in str(article["content"]) for article in self.server.platform.articles)

    def shown(self, channel: Channel) -> list[object]:
        """All that was ever shown or sent, and whatever else is there now."""
        made = self.server.platform.articles
        there = [a for a in made if a["content"]["status"] == "show" or a["state"] != "removed"]
        return [*there, *self.server.platform.broadcasts]


class TestBroadcasts(TestArticles):
    """Articles that are also sent to followers."""

    broadcast = True
