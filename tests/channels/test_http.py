"""What each failure of HTTP means."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from outreach.channel import NotPublished, PauseChannel, Reject, RetryAt, UnknownOutcome
from outreach.channels._http import LARGEST, HttpClient, Reply, _trust, _why, refusal, retry_after
from tests.channels.fault_server import (
    FaultServer,
    Handler,
    answer,
    drip,
    reset,
    silent,
    truncated,
)

NOW = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)


def send(url: str, method: str = "POST", **options: object) -> Reply | NotPublished:
    async def scenario() -> Reply | NotPublished:
        client = HttpClient(**options)  # type: ignore[arg-type]  # the test says which
        try:
            return await client.send(method, url, content=b"x" if method == "POST" else b"")
        except NotPublished as outcome:
            return outcome
        finally:
            await client.aclose()

    return asyncio.run(scenario())


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.mark.fault(21, "nobody listens")
def test_a_refused_connection_means_not_sent() -> None:
    outcome = send(f"http://127.0.0.1:{closed_port()}/")
    assert isinstance(outcome, RetryAt)
    assert "refuses connections" in str(outcome.reason)


def test_an_unknown_name_means_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nowhere(*args: object, **options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", nowhere)
    outcome = send("http://khong-co.example/")
    assert isinstance(outcome, RetryAt)
    assert "DNS" in str(outcome.reason)


@pytest.mark.asvs("12.1.1", "Nothing older than TLS 1.2")
@pytest.mark.asvs("12.1.2", "No weak suite is offered")
@pytest.mark.asvs("12.3.2", "Certificate and name are checked")
def test_only_new_tls_with_strong_ciphers_is_spoken() -> None:
    trust = _trust()
    assert trust.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert trust.verify_mode is ssl.CERT_REQUIRED
    assert trust.check_hostname
    ciphers = trust.get_ciphers()
    assert ciphers
    assert all(cipher["strength_bits"] >= 128 for cipher in ciphers)
    weak = re.compile("NULL|RC4|DES|MD5|EXP|anon")
    assert not [cipher["name"] for cipher in ciphers if weak.search(cipher["name"])]


@pytest.mark.fault(28, "a server that speaks no TLS")
def test_failed_tls_means_not_sent() -> None:
    with FaultServer() as server:
        outcome = send(server.url.replace("http:", "https:"))
    assert isinstance(outcome, RetryAt)
    assert "TLS" in str(outcome.reason)
    assert server.requests == []


@pytest.mark.asvs("12.3.2", "A certificate nobody vouches for is refused")
@pytest.mark.asvs("16.3.4", "The cause is named in the log")
@pytest.mark.fault(28, "a certificate of nobody we trust")
def test_a_certificate_that_is_not_accepted_is_named_as_the_cause() -> None:
    error = httpx.ConnectError("all failed")
    error.__cause__ = ssl.SSLCertVerificationError("certificate has expired")
    assert "certificate was not accepted" in str(_why(error))


@pytest.mark.parametrize("handler", [reset, truncated])
@pytest.mark.fault(21, "a server that hangs up")
def test_a_connection_that_breaks_after_the_request_is_in_doubt(handler: Handler) -> None:
    with FaultServer(handler) as server:
        outcome = send(server.url)
    assert isinstance(outcome, UnknownOutcome)
    assert len(server.requests) == 1


@pytest.mark.parametrize("handler", [silent, drip])
@pytest.mark.fault(22, "a server that drips")
def test_the_deadline_bounds_a_request_and_leaves_doubt(handler: Handler) -> None:
    with FaultServer(handler) as server:
        outcome = send(server.url, deadline=0.3)
    assert isinstance(outcome, UnknownOutcome)
    assert "in time" in str(outcome.reason)


def test_what_cannot_publish_leaves_no_doubt() -> None:
    with FaultServer(reset) as server:
        assert isinstance(send(server.url, "GET"), RetryAt)


def test_cancellation_passes_through() -> None:
    async def scenario(url: str) -> None:
        client = HttpClient()
        task = asyncio.create_task(client.send("POST", url, content=b"x"))
        assert await asyncio.to_thread(server.arrived.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await client.aclose()

    with FaultServer(silent) as server:
        asyncio.run(scenario(server.url))


@pytest.mark.asvs("5.2.3", "Packed answers are cut off as they unfold")
@pytest.mark.fault(24, "a packed answer that unfolds")
def test_a_gzip_bomb_is_stopped() -> None:
    bomb = gzip.compress(b"\0" * (LARGEST * 50))
    with FaultServer(answer(body=bomb, headers={"content-encoding": "gzip"})) as server:
        outcome = send(server.url)
    assert isinstance(outcome, UnknownOutcome)
    assert "too large" in outcome.evidence["error"]


@pytest.mark.fault(23, "broken and truncated answers")
def test_packed_replies_are_read_and_broken_ones_are_in_doubt() -> None:
    packed = answer(body=gzip.compress(b'{"id": 1}'), headers={"content-encoding": "gzip"})
    with FaultServer(packed) as server:
        reply = send(server.url)
        assert isinstance(reply, Reply)
        assert reply.json() == {"id": 1}
        server.handler = answer(body=b"no gzip", headers={"content-encoding": "gzip"})
        assert isinstance(send(server.url), UnknownOutcome)
        server.handler = answer(headers={"content-encoding": "br"})
        assert isinstance(send(server.url), UnknownOutcome)


@pytest.mark.fault(24, "an answer without end")
def test_a_large_reply_is_stopped() -> None:
    with FaultServer(answer(body=b"x" * (LARGEST + 1))) as server:
        assert isinstance(send(server.url), UnknownOutcome)


@pytest.mark.asvs("15.3.2", "Redirects are not followed")
@pytest.mark.fault(27, "a server that redirects")
def test_redirects_are_not_followed() -> None:
    with FaultServer(answer(307, headers={"location": "/elsewhere"})) as server:
        reply = send(server.url)
    assert isinstance(reply, Reply)
    assert reply.status == 307
    assert len(server.requests) == 1
    assert isinstance(refusal(reply, now=NOW), PauseChannel)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    with FaultServer() as server:
        assert isinstance(send(server.url), Reply)


@pytest.mark.asvs(
    "14.2.1", "Tokens travel in headers and bodies wherever the service allows it; no query is kept"
)
def test_evidence_keeps_no_secret() -> None:
    echo = answer(400, b'{"error": "token geheim123 is wrong"}')
    with FaultServer(echo) as server:
        url = server.url.replace("//", "//user:word@") + "/geheim123?access_token=abc"
        reply = send(url, secrets=["geheim123"], headers={"authorization": "geheim123"})
    assert isinstance(reply, Reply)
    assert server.requests[0].headers["authorization"] == "geheim123"
    shown = str(reply.evidence)
    for secret in ("geheim123", "access_token", "abc", "word@"):
        assert secret not in shown
    refused = send(f"http://127.0.0.1:{closed_port()}/geheim123?t=abc", secrets=["geheim123"])
    assert isinstance(refused, RetryAt)
    assert "geheim123" not in str(refused.evidence)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, None),
        (202, None),
        (204, None),
        (301, PauseChannel),
        (400, Reject),
        (401, PauseChannel),
        (403, PauseChannel),
        (404, PauseChannel),
        (409, UnknownOutcome),
        (410, PauseChannel),
        (413, Reject),
        (422, Reject),
        (429, RetryAt),
        (500, UnknownOutcome),
        (502, UnknownOutcome),
        (503, UnknownOutcome),
        (504, UnknownOutcome),
    ],
)
def test_what_a_status_means(status: int, kind: type[NotPublished] | None) -> None:
    reply = Reply(method="POST", url="http://x/", status=status, headers={}, body=b"")
    outcome = refusal(reply, now=NOW)
    assert outcome is None if kind is None else type(outcome) is kind


def test_a_503_that_says_when_to_come_back_was_not_taken() -> None:
    headers = {"retry-after": "120"}
    reply = Reply(method="POST", url="http://x/", status=503, headers=headers, body=b"")
    outcome = refusal(reply, now=NOW)
    assert isinstance(outcome, RetryAt)
    assert outcome.at == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("120", NOW + timedelta(seconds=120)),
        ("0", NOW),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("Tue, 15 Nov 2022 01:05:00 GMT", NOW + timedelta(minutes=5)),
        ("Tue, 15 Nov 2022 00:05:00 GMT", NOW),
        ("Tue, 15 Nov 2032 01:05:00 GMT", NOW + timedelta(days=1)),
        ("Tue, 15 Nov 2022 01:05:00 -0000", NOW + timedelta(minutes=5)),
        ("Tue, 99 Nov 2022 01:05:00 GMT", None),
        ("315360000", NOW + timedelta(days=1)),
        ("9" * 400, NOW + timedelta(days=1)),
    ],
)
@pytest.mark.fault(26, "every form of the header")
def test_retry_after(value: str | None, expected: datetime | None) -> None:
    assert retry_after(value, now=NOW) == expected
