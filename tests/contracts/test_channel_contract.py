"""Every adapter keeps the contract; so does the fake that the dispatcher is proved with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from outreach.channel import AdapterPlace, Capabilities, Channel, Kind, Text
from outreach.channels._limited import Limited
from outreach.channels.in_person import InPerson
from outreach.channels.outbox import Outbox
from outreach.channels.webhook import Webhook, WebhookSettings
from outreach.channels.website import Settings as WebsiteSettings
from outreach.channels.website import Website
from outreach.settings import Limits
from outreach.testing import ChannelContract, FakeChannel, Publication
from tests.channels.fault_server import FaultServer, Request, answer

SECRET = SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def place(state: Path) -> AdapterPlace:
    return AdapterPlace(state=state, clock=lambda: datetime(2022, 11, 15, 1, 0, tzinfo=UTC))


class TestFake(ChannelContract):
    """A lagging platform without idempotency."""

    @pytest.fixture
    def channel(self) -> FakeChannel:
        self.now = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
        can = Capabilities(
            kinds=frozenset({Kind.POST, Kind.EVENT}),
            can_find=True,
            can_withdraw=True,
            can_update=True,
            can_count=True,
            visibility_lag=timedelta(minutes=1),
            safe_place=Text("A place of nobody."),
        )
        return FakeChannel(clock=lambda: self.now, capabilities=can)

    def settle(self, channel: Channel) -> None:
        self.now += channel.capabilities.visibility_lag

    def count(self, channel: Channel, key: str) -> int:
        assert isinstance(channel, FakeChannel)
        return sum(publication.key == key for publication in channel.publications)

    def shown(self, channel: Channel) -> list[Publication]:
        assert isinstance(channel, FakeChannel)
        return list(channel.public)


class TestBlindFake(ChannelContract):
    """A platform without a way to look or to take down."""

    @pytest.fixture
    def channel(self) -> FakeChannel:
        return FakeChannel(capabilities=Capabilities())


class TestOutbox(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Channel:
        self.folder = tmp_path / "out"
        return Outbox("outbox", Outbox.Settings(folder=self.folder), place(tmp_path))

    def count(self, channel: Channel, key: str) -> int:
        return len(list(self.folder.glob(f"*{key}*")))


class TestLimited(TestOutbox):
    """The installer's limits change nothing of what a channel promises."""

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Channel:
        self.folder = tmp_path / "out"
        outbox = Outbox("outbox", Outbox.Settings(folder=self.folder), place(tmp_path))
        return Limited(outbox, Limits(text_limit=10, slots=1))


class TestInPerson(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Channel:
        self.folder = tmp_path / "sheets"
        return InPerson("talks", InPerson.Settings(folder=self.folder), place(tmp_path))

    def count(self, channel: Channel, key: str) -> int:
        return len(list(self.folder.glob(f"*{key}.html")))


class TestWebsite(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Channel:
        settings = WebsiteSettings(
            folder=tmp_path / "site", base_url="https://example.org/", site_title="Trang tin"
        )
        self.folder = settings.folder
        return Website("website", settings, place(tmp_path))

    def shown(self, channel: Channel) -> list[Path]:
        return sorted(self.folder.rglob("*"))


class Receiver:
    """A webhook receiver that remembers each webhook-id, as the standard asks."""

    def __init__(self) -> None:
        self.public: dict[str, str] = {}
        self.accepted = 0

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.method == "POST":
            content = json.loads(request.body)
            self.take(content["type"], content["data"])
            reply = {"id": content["data"]["key"], "url": "/p/1"}
            await answer(201, json.dumps(reply).encode())(request, writer)
        elif request.method == "GET":
            key = parse_qs(urlsplit(request.path).query)["key"][0]
            found = json.dumps({"id": key, "url": "/p/1"}).encode()
            await answer(200 if key in self.public else 404, found)(request, writer)
        else:
            await answer(405)(request, writer)

    def take(self, kind: str, content: dict[str, str]) -> None:
        if kind == "publication.withdrawn":
            self.public.pop(content["remote_id"], None)
        elif content["key"] not in self.public:
            self.public[content["key"]] = content["key"]
            self.accepted += 1


class TestWebhook(ChannelContract):
    @pytest.fixture
    def channel(self, tmp_path: Path) -> Iterator[Channel]:
        self.receiver = Receiver()
        with FaultServer(self.receiver) as server:
            settings = WebhookSettings(
                url=server.url,
                find_url=server.url,
                secret=SECRET,
                deduplicates=True,
                allow_private=True,
            )
            yield Webhook("hook", settings, place(tmp_path))

    def count(self, channel: Channel, key: str) -> int:
        return self.receiver.accepted


class TestBlindWebhook(TestWebhook):
    """A receiver that answers no questions and takes nothing down."""

    @pytest.fixture
    def channel(self, tmp_path: Path) -> Iterator[Channel]:
        self.receiver = Receiver()
        with FaultServer(self.receiver) as server:
            settings = WebhookSettings(
                url=server.url, secret=SECRET, withdraws=False, allow_private=True
            )
            yield Webhook("hook", settings, place(tmp_path))
