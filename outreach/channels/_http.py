"""How every channel speaks HTTP, and what each failure means, decided once.

Not sent: unknown name, refused connection, failed TLS, no connection in time. In doubt: whatever fails after bytes may have left.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any

import httpx

from outreach.channel import (
    Network,
    NotPublished,
    PauseChannel,
    Reject,
    RetryAt,
    Text,
    UnknownOutcome,
)
from outreach.channels._addresses import Private, PublicOnly
from outreach.channels._connections import FewConnections
from outreach.channels._in_process import CutShort, whole
from outreach.settings.veil import Veil, without_tokens

CONNECTIONS = 10
"""More connections make httpx's pool slower, not faster."""

DEADLINE = 60.0
"""Seconds for a whole request, reply included."""

LARGEST = 2_000_000
"""Bytes of a decoded reply."""

LONGEST_WAIT = timedelta(days=1)
"""However long a service asks us to wait, we ask again after this."""

_TIMEOUTS = {"connect": 10.0, "pool": 20.0, "read": 30.0, "write": 30.0}
_SAFE = frozenset({"GET", "HEAD"})
_SHOWN = 500
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NOTHING_HIDDEN = Veil()
_parse = lru_cache(maxsize=256)(httpx.URL)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a service answered, which may echo our secrets; `evidence` is fit for the log, and `veil` makes the rest so."""

    method: str
    url: str = field(repr=False)
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    veil: Veil = field(default=_NOTHING_HIDDEN, repr=False)

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def evidence(self) -> dict[str, Any]:
        """Method, address without its query, status and the beginning of the body, secrets blotted out."""
        return {
            "method": self.method,
            "url": _without_query(self.url, self.veil),
            "status": self.status,
            "body": without_tokens(self.veil.text(self.body.decode(errors="replace")))[:_SHOWN],
        }


class HttpClient:
    """The connections of one channel. `secrets` never reach evidence; `public_only` keeps requests out of our own network.

    `send` returns any answer; it raises `RetryAt` when nothing was sent, `UnknownOutcome` when nobody can say, and only `RetryAt`
    for GET and HEAD, which publish nothing. No redirect is followed, no cookie kept, no setting taken from the environment.
    """

    def __init__(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Sequence[str] = (),
        public_only: PublicOnly | None = None,
        proxy: str | None = None,
        deadline: float = DEADLINE,
        network: Network | None = None,
    ) -> None:
        base = {"accept-encoding": "identity", "user-agent": "outreach", **(headers or {})}
        self._headers = [(key.encode(), value.encode()) for key, value in base.items()]
        self._secrets = tuple(secrets)
        self._issued: tuple[str, ...] = ()
        self.veil = Veil(secrets)
        self._public_only = None if proxy else public_only
        self._deadline = deadline
        self._transport = httpx.ASGITransport(whole(network)) if network else _transport(proxy)

    async def send(
        self,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request, its reply read whole. Raises `RetryAt`, `UnknownOutcome`; `PauseChannel` for an address inside our network."""
        try:
            async with asyncio.timeout(self._deadline):
                request = await self._request(method, url, content, headers or {})
                response = await self._transport.handle_async_request(request)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
        except (*_NOT_SENT, socket.gaierror) as error:
            raise RetryAt(_why(error), evidence=self._evidence(method, url, error)) from error
        except Private as error:
            raise PauseChannel(_inside(url), evidence=self._evidence(method, url, error)) from error
        except (httpx.TransportError, CutShort, _Unreadable, TimeoutError) as error:
            kind = RetryAt if method in _SAFE else UnknownOutcome
            raise kind(_why(error), evidence=self._evidence(method, url, error)) from error
        return Reply(
            method=method,
            url=url,
            status=response.status_code,
            headers=response.headers,
            body=body,
            veil=self.veil,
        )

    def hide(self, *issued: str) -> None:
        """From now on these are secrets too, and no longer those that were named so before: tokens come and go."""
        if issued != self._issued:
            self._issued = issued
            self.veil = Veil((*self._secrets, *issued))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def _request(
        self, method: str, url: str, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Request:
        target = _parse(url)
        extensions: dict[str, Any] = {"timeout": _TIMEOUTS}
        own = [(key.encode(), value.encode()) for key, value in headers.items()]
        if self._public_only:
            own.append((b"host", target.netloc))
            extensions["sni_hostname"] = target.raw_host.decode()
            port = target.port or (443 if target.scheme == "https" else 80)
            target = target.copy_with(host=await self._public_only.address(target.host, port))
        return httpx.Request(
            method, target, headers=self._headers + own, content=content, extensions=extensions
        )

    def _evidence(self, method: str, url: str, error: Exception) -> dict[str, Any]:
        said = self.veil.text(f"{type(error).__name__}: {error}")[:_SHOWN]
        return {"method": method, "url": _without_query(url, self.veil), "error": said}


def _transport(proxy: str | None) -> httpx.AsyncHTTPTransport:
    transport = httpx.AsyncHTTPTransport(
        verify=_trust(),
        trust_env=False,
        proxy=proxy,
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
    )
    if not proxy:
        transport._pool = FewConnections(_trust(), CONNECTIONS)  # noqa: SLF001 - httpx has no other place for a pool of one's own
    return transport


def refusal(reply: Reply, *, now: datetime) -> NotPublished | None:
    """What a reply to a publication means when the service's own words do not say more; None when it was taken (2xx)."""
    status = reply.status
    if 200 <= status < 300:
        return None
    evidence = reply.evidence
    wait = retry_after(reply.headers.get("retry-after"), now=now)
    if status in (408, 425, 429) or (status == 503 and wait):
        reason = Text("The service asks to wait (HTTP {status}).", status=status)
        return RetryAt(reason, at=wait, evidence=evidence)
    if status in (401, 403, 407):
        reason = Text("The service refuses our permission (HTTP {status}).", status=status)
        return PauseChannel(reason, evidence=evidence)
    if status < 400 or status in (404, 405, 410):
        reason = Text("The service is not at this address any more (HTTP {status}).", status=status)
        return PauseChannel(reason, evidence=evidence)
    if status == 409 or status >= 500:
        reason = Text(
            "The service failed; perhaps it took the message (HTTP {status}).", status=status
        )
        return UnknownOutcome(reason, evidence=evidence)
    reason = Text("The service refuses this content (HTTP {status}).", status=status)
    return Reject(reason, evidence=evidence)


def retry_after(value: str | None, *, now: datetime) -> datetime | None:
    """When a Retry-After header (seconds or an HTTP date) lets us ask again, at most `LONGEST_WAIT` away; None for no or a useless one."""
    value = (value or "").strip()
    if value.isascii() and value.isdigit():
        seconds = int(value[:12])
        return now + min(timedelta(seconds=min(seconds, 10**9)), LONGEST_WAIT)
    try:
        asked = parsedate_to_datetime(value)
    except ValueError:
        return None
    asked = asked if asked.tzinfo else asked.replace(tzinfo=UTC)
    return min(max(asked, now), now + LONGEST_WAIT)


class _Unreadable(Exception):
    """The reply began, but what it says cannot be trusted."""


async def _read(response: httpx.Response) -> bytes:
    """The decoded body, never more than `LARGEST`, whatever it was packed from."""
    inflate = _inflater(response.headers.get("content-encoding", "identity").lower())
    parts, size = [], 0
    async for chunk in response.aiter_raw():
        part = inflate(chunk, LARGEST - size + 1) if inflate else chunk
        size += len(part)
        if size > LARGEST:
            raise _Unreadable("the reply is too large")
        parts.append(part)
    return b"".join(parts)


def _inflater(encoding: str) -> Callable[[bytes, int], bytes] | None:
    if encoding == "identity":
        return None
    if encoding not in ("gzip", "deflate"):
        raise _Unreadable("the reply is packed in a way that was not asked for")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)

    def inflate(chunk: bytes, most: int) -> bytes:
        try:
            return unpack.decompress(chunk, most)
        except zlib.error as error:
            raise _Unreadable(str(error)) from error

    return inflate


def _why(error: BaseException) -> Text:
    """The cause behind httpx's words, for people."""
    if isinstance(error, (*_NOT_SENT, socket.gaierror)):
        return _why_not_sent(error)
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return Text("The service did not answer in time.")
    return Text("The connection broke before the service had answered.")


def _why_not_sent(error: BaseException) -> Text:
    causes = tuple(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Text("The name of the service is not known (DNS).")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Text("No safe connection to the service: its certificate was not accepted.")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Text("No safe connection to the service (TLS).")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Text("The service refuses connections.")
    return Text("No connection to the service.")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _inside(url: str) -> Text:
    host = _parse(url).host
    return Text("{host} lies inside a private network; no message is sent there.", host=host)


def _without_query(url: str, veil: Veil) -> str:
    target = _parse(url).copy_with(query=None, fragment=None, username="", password="")
    return veil.text(str(target))


@cache
def _trust() -> ssl.SSLContext:
    trust = httpx.create_ssl_context(trust_env=False)
    trust.minimum_version = ssl.TLSVersion.TLSv1_2
    return trust
