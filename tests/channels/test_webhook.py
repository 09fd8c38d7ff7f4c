"""Signed calls that any Standard Webhooks library accepts, and honest answers when they fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from standardwebhooks import Webhook as Receiver

from outreach.channel import (
    AdapterPlace,
    CannotTell,
    PauseChannel,
    Receipt,
    Reject,
    RetryAt,
    UnknownOutcome,
)
from outreach.channels.webhook import Webhook, WebhookSettings
from outreach.testing import SAMPLE_KEY, MemorySteps, outcome_of, sample_rendition
from tests.channels.fault_server import FaultServer, answer, reset

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_" + "b2xkLXNlY3JldC1vbGQtc2VjcmV0LW9sZA=="


def webhook(
    url: str, clock: Callable[[], datetime] = lambda: datetime.now(UTC), **settings: Any
) -> Webhook:
    settings = {"secret": SecretStr(SECRET), "allow_private": True, **settings}
    place = AdapterPlace(state=Path("unused"), clock=clock)
    return Webhook("hook", WebhookSettings(url=url, **settings), place)


def publish(channel: Webhook) -> Any:
    async def scenario() -> Any:
        call = channel.publish(sample_rendition(), key=SAMPLE_KEY, steps=MemorySteps())
        outcome = await outcome_of(call)
        await channel.aclose()
        return outcome

    return asyncio.run(scenario())


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_both_secrets_verify_while_one_is_replaced(secret: str) -> None:
    with FaultServer() as server:
        publish(webhook(server.url, old_secret=SecretStr(OLD)))
    (request,) = server.requests
    content = Receiver(secret).verify(request.body, request.headers)
    assert content["type"] == "publication.published"
    assert content["data"]["key"] == request.headers["webhook-id"] == SAMPLE_KEY
    assert content["data"]["rendition"]["title"] == sample_rendition().title


def test_an_altered_body_does_not_verify() -> None:
    with FaultServer() as server:
        publish(webhook(server.url))
    (request,) = server.requests
    with pytest.raises(Exception, match="No matching signature"):
        Receiver(SECRET).verify(request.body.replace(b"15", b"16"), request.headers)


def test_an_aware_clock_of_any_zone_signs_the_same_instant() -> None:
    from zoneinfo import ZoneInfo

    with FaultServer() as server:
        publish(webhook(server.url, clock=lambda: datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))))
    (request,) = server.requests
    Receiver(SECRET).verify(request.body, request.headers)


@pytest.mark.parametrize(
    ("body", "headers", "permalink"),
    [
        (b'{"url": "https://example.org/a"}', {}, "https://example.org/a"),
        (b"", {"location": "/a"}, "/a"),
        (b'{"url": "javascript:alert(1)"}', {}, ""),
        (b"[1]", {}, ""),
        (b"\xff\xfe", {}, ""),
    ],
)
def test_the_receipt_takes_what_the_reply_offers(
    body: bytes, headers: dict[str, str], permalink: str
) -> None:
    with FaultServer(answer(201, body, headers)) as server:
        receipt = publish(webhook(server.url))
    assert isinstance(receipt, Receipt)
    base = server.url.removesuffix("/hook")
    assert receipt.permalink == (base + permalink if permalink.startswith("/") else permalink)
    assert receipt.remote_id == SAMPLE_KEY


@pytest.mark.parametrize("status", [401, 403])
def test_a_look_that_is_refused_pauses_the_channel(status: int) -> None:
    async def scenario(url: str) -> None:
        rendition = sample_rendition()
        channel = webhook(url, find_url=url)
        with pytest.raises(PauseChannel):
            await channel.find(rendition, key=SAMPLE_KEY, since=rendition.due)
        await channel.aclose()

    with FaultServer(answer(status)) as server:
        asyncio.run(scenario(server.url))


@pytest.mark.parametrize(
    ("status", "deduplicates", "kind"),
    [
        (410, False, PauseChannel),
        (302, False, PauseChannel),
        (400, True, Reject),
        (429, False, RetryAt),
        (500, False, UnknownOutcome),
        (502, False, UnknownOutcome),
        (504, False, UnknownOutcome),
        (500, True, RetryAt),
        (502, True, RetryAt),
        (504, True, RetryAt),
    ],
)
def test_doubt_is_repeated_only_where_the_receiver_deduplicates(
    status: int, deduplicates: bool, kind: type
) -> None:
    with FaultServer(answer(status)) as server:
        assert type(publish(webhook(server.url, deduplicates=deduplicates))) is kind


def test_a_lost_reply_is_in_doubt_or_repeated_with_the_same_id() -> None:
    with FaultServer(reset) as server:
        assert isinstance(publish(webhook(server.url)), UnknownOutcome)
        again = publish(webhook(server.url, deduplicates=True))
    assert isinstance(again, RetryAt)
    assert again.evidence["in_doubt"] is True
    assert {request.headers["webhook-id"] for request in server.requests} == {SAMPLE_KEY}


def test_retry_after_is_obeyed() -> None:
    now = datetime(2022, 11, 15, tzinfo=UTC)
    with FaultServer(answer(429, headers={"retry-after": "90"})) as server:
        outcome = publish(webhook(server.url, clock=lambda: now))
    assert isinstance(outcome, RetryAt)
    assert outcome.at == now + timedelta(seconds=90)


def test_private_receivers_need_permission() -> None:
    with FaultServer() as server:
        url = server.url.replace("http://", "https://")
        outcome = publish(webhook(url, allow_private=False))
    assert isinstance(outcome, PauseChannel)
    assert server.requests == []


def test_looking_says_when_it_cannot_tell() -> None:
    async def scenario(url: str) -> None:
        rendition = sample_rendition()
        for find_url, passing in ((url + "?a=1", True), ("", False)):
            channel = webhook(url, find_url=find_url)
            look = await channel.find(rendition, key=SAMPLE_KEY, since=rendition.due)
            await channel.aclose()
            assert isinstance(look, CannotTell)
            assert look.passing is passing

    with FaultServer(answer(500)) as server:
        asyncio.run(scenario(server.url))
    assert server.requests[0].path == f"/hook?a=1&key={SAMPLE_KEY}"


def test_check_tells_reachable_from_unreachable() -> None:
    async def check(channel: Webhook) -> bool:
        health = await channel.check()
        await channel.aclose()
        return health.ok

    with FaultServer(answer(405)) as server:
        assert asyncio.run(check(webhook(server.url)))
    assert not asyncio.run(check(webhook(server.url)))
    assert {request.method for request in server.requests} == {"HEAD"}


def test_no_secret_shows_in_evidence_or_settings() -> None:
    token = "Bearer geheim-123"
    with FaultServer(answer(400, f'{{"you sent": "{token}"}}'.encode())) as server:
        channel = webhook(server.url, authorization=SecretStr(token))
        outcome = publish(channel)
    assert server.requests[0].headers["authorization"] == token
    assert "geheim" not in json.dumps(outcome.evidence)
    assert "geheim" not in repr(vars(channel)["_settings"])


@pytest.mark.asvs("12.2.1", "Addresses outside begin with https")
@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://x"},
        {"url": "https://"},
        {"url": "http://x.example/"},
        {"find_url": "http://x.example/"},
        {"secret": "whsec_"},
        {"secret": "whsec_é"},
    ],
)
def test_wrong_settings_are_refused_without_showing_the_secret(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookSettings.model_validate({"url": "https://x.example/", "secret": SECRET, **wrong})
    assert SECRET not in str(caught.value)
