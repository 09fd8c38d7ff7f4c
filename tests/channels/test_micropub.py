"""A small Micropub site: what is created, shown, deleted; and what its page says counts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from outreach.channel import (
    AdapterPlace,
    Channel,
    NotPublished,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels.micropub import Micropub
from outreach.testing import (
    SAMPLE_KEY,
    WITHDRAW_KEY,
    ChannelContract,
    MemorySteps,
    outcome_of,
    sample_rendition,
)
from tests.channels.fault_server import FaultServer, Handler, Request, answer, reset, truncated

TOKEN = "geheim-4711"


@dataclass
class Site:
    """Keeps entries by path; creating twice makes two, as real ones do. `hidden` ones have no page."""

    entries: dict[str, Any] = field(default_factory=dict)
    hidden: bool = False
    create: Handler | None = None
    deletes: bool = True

    async def __call__(self, request: Request, writer: asyncio.StreamWriter) -> None:
        await self.reply(request)(request, writer)

    def reply(self, request: Request) -> Handler:
        if request.method == "GET" and "q=config" not in request.path:
            shown = request.path in self.entries and not self.hidden
            return answer(200 if shown else 404)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer(403, b'{"error": "forbidden"}')
        if request.method == "GET":
            return answer()
        return self.post(json.loads(request.body))

    def post(self, content: dict[str, Any]) -> Handler:
        if content.get("action") == "delete":
            path = "/" + content["url"].rpartition("/")[2]
            gone = self.deletes and self.entries.pop(path, None)
            return answer(204 if gone or not self.deletes else 400, b"")
        if self.create:
            return self.create
        path = f"/{len(self.entries) + 1}"
        self.entries[path] = content
        return answer(201, b"", {"location": path})


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[FaultServer]:
    with FaultServer(site) as running:
        yield running


def channel_to(server: FaultServer, token: str = TOKEN, *, allow_private: bool = True) -> Micropub:
    url = server.url if allow_private else server.url.replace("http://", "https://")
    settings = Micropub.Settings(endpoint=url, token=SecretStr(token), allow_private=allow_private)
    place = AdapterPlace(state=Path("unused"), clock=lambda: datetime.now(UTC))
    return Micropub("trang-khac", settings, place)


def publish(channel: Micropub, steps: MemorySteps | None = None) -> Receipt | NotPublished:
    async def scenario() -> Receipt | NotPublished:
        call = channel.publish(sample_rendition(), key=SAMPLE_KEY, steps=steps or MemorySteps())
        outcome = await outcome_of(call)
        await channel.aclose()
        return outcome

    return asyncio.run(scenario())


class TestMicropub(ChannelContract):
    @pytest.fixture
    def channel(self, site: Site, server: FaultServer) -> Channel:
        self.site = site
        return channel_to(server)

    def count(self, channel: Channel, key: str) -> int:
        return len(self.site.entries)


def test_an_entry_has_the_form_of_the_recommendation(site: Site, server: FaultServer) -> None:
    receipt = publish(channel_to(server))
    assert isinstance(receipt, Receipt)
    assert receipt.permalink == server.url.replace("/hook", "/1")
    rendition = sample_rendition()
    assert site.entries["/1"] == {
        "type": ["h-entry"],
        "properties": {
            "name": [rendition.title],
            "summary": [rendition.summary],
            "content": [{"html": rendition.html}],
            "category": ["BinhDangGioi"],
            "mp-slug": ["phat-dong-abcdef"],
        },
    }


def test_created_but_not_shown_is_looked_at_again_and_not_created_again(
    site: Site, server: FaultServer
) -> None:
    steps = MemorySteps()
    site.hidden = True
    assert isinstance(publish(channel_to(server), steps), RetryAt)
    site.hidden = False
    assert isinstance(publish(channel_to(server), steps), Receipt)
    assert len(site.entries) == 1


@pytest.mark.parametrize(
    ("create", "kind"),
    [
        (answer(400, b'{"error": "invalid_request"}'), Reject),
        (answer(401), PauseChannel),
        (answer(500), UnknownOutcome),
        (answer(201), UnknownOutcome),
        (answer(201, b"", {"location": "javascript:alert(1)"}), UnknownOutcome),
        (reset, UnknownOutcome),
        (truncated, UnknownOutcome),
    ],
)
def test_what_an_answer_means(site: Site, server: FaultServer, create: Handler, kind: type) -> None:
    site.create = create
    assert type(publish(channel_to(server))) is kind


def test_a_wrong_token_stops_the_channel_and_stays_secret(server: FaultServer) -> None:
    async def healthy(channel: Micropub) -> bool:
        health = await channel.check()
        await channel.aclose()
        return health.ok

    assert asyncio.run(healthy(channel_to(server)))
    assert not asyncio.run(healthy(channel_to(server, "falsch-4711")))
    outcome = publish(channel_to(server, "falsch-4711"))
    assert isinstance(outcome, PauseChannel)
    assert "falsch" not in json.dumps(outcome.evidence)


def test_deleted_counts_only_when_the_page_is_gone(site: Site, server: FaultServer) -> None:
    published = publish(channel_to(server))
    assert isinstance(published, Receipt)
    site.deletes = False

    async def withdraw() -> Receipt | NotPublished:
        channel = channel_to(server)
        call = channel.withdraw(published, key=WITHDRAW_KEY, steps=MemorySteps())
        outcome = await outcome_of(call)
        await channel.aclose()
        return outcome

    assert isinstance(asyncio.run(withdraw()), RetryAt)
    site.deletes = True
    assert isinstance(asyncio.run(withdraw()), Receipt)


def test_private_sites_need_permission(server: FaultServer) -> None:
    assert isinstance(publish(channel_to(server, allow_private=False)), PauseChannel)
    assert server.requests == []


@pytest.mark.asvs("12.2.1", "Addresses outside begin with https")
@pytest.mark.parametrize("endpoint", ["ftp://x.test", "http://x.test", "https://"])
def test_wrong_addresses_are_refused(endpoint: str) -> None:
    with pytest.raises(ValidationError):
        Micropub.Settings(endpoint=endpoint, token=SecretStr(TOKEN))


def test_a_cut_off_call_is_not_repeated(site: Site) -> None:
    steps = MemorySteps(begun={"create"})
    with FaultServer(site) as server:
        call = channel_to(server).publish(sample_rendition(), key=SAMPLE_KEY, steps=steps)
        assert isinstance(asyncio.run(outcome_of(call)), UnknownOutcome)
    assert server.requests == []
