"""How letters reach the mail server, and what each failure means.

Before the content is on its way everything is certainly not sent. Once it may have left, only the server's own answer counts.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiosmtplib as smtp

from outreach.channel import NotPublished, PauseChannel, RetryAt, Text, UnknownOutcome
from outreach.channels.email.settings import EmailSettings
from outreach.settings.veil import Veil, secrets_in

TIMEOUT = 30.0
"""Seconds for one answer of the server."""

CONTENT_TIMEOUT = 90.0
"""Seconds for sending the content and the answer to it."""

_NO_LOGIN = frozenset({530, 534, 535, 538})
_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The server's final word on one letter: `taken`, or refused for good."""

    taken: bool
    code: int
    said: str
    at: datetime

    def to_json(self) -> Mapping[str, Any]:
        """As a step keeps it."""
        return {**vars(self), "at": self.at.isoformat()}


class PostOffice:
    """One connection to the mail server, opened when it is first needed and again after it broke."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._veil = Veil(secrets_in(settings.password))
        self._client: _Client | None = None
        self.closed = False
        """Whether the server turned us away, so that asking it again now is useless."""

    async def open(self) -> None:
        """Connect, encrypt, log in. Raises `RetryAt`, or `PauseChannel` where only a person can mend it."""
        if self._client and self._client.is_connected:
            return
        self._hang_up()
        try:
            async with asyncio.timeout(TIMEOUT):
                self._client = _client(self._settings)
                await self._client.connect()
        except (smtp.SMTPException, OSError, ValueError) as error:
            self.closed = True
            raise self._not_open(error) from error

    async def hand_over(self, content: bytes, *, to: str, at: datetime) -> Answer:
        """Give one letter to the server. Raises `RetryAt`, `PauseChannel`; `UnknownOutcome` when the content may have left."""
        await self.open()
        assert self._client
        try:
            await self._client.mail(self._settings.writer.addr_spec)
            await self._client.rcpt(to)
        except smtp.SMTPRecipientRefused as error:
            return await self._refused(error, at)
        except (smtp.SMTPException, OSError) as error:
            self.closed = True
            raise self._not_open(error) from error
        try:
            reply = await self._client.data(content, timeout=CONTENT_TIMEOUT)
        except smtp.SMTPDataError as error:
            return await self._refused(error, at)
        except (smtp.SMTPException, OSError) as error:
            self._hang_up()
            reason = Text("The connection broke while a letter was being handed over.")
            raise UnknownOutcome(reason, evidence=self._evidence(error)) from error
        except BaseException:
            self._hang_up()
            raise
        return Answer(taken=True, code=reply.code, said=self._blot(reply.message), at=at)

    async def close(self) -> None:
        """Take leave of the server."""
        if self._client and self._client.is_connected:
            with suppress(smtp.SMTPException, OSError):
                await self._client.quit(timeout=2)
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()
        self._client = None

    async def _refused(self, error: smtp.SMTPResponseException, at: datetime) -> Answer:
        evidence = self._evidence(error)
        if error.code in _NO_LOGIN:
            raise PauseChannel(_forbidden(error), evidence=evidence)
        if isinstance(error, smtp.SMTPDataError) and not 400 <= error.code < 600:
            reason = Text("The mail server gave an answer that nobody understands.")
            raise UnknownOutcome(reason, evidence=evidence)
        assert self._client
        with suppress(smtp.SMTPException, OSError):
            await self._client.rset()
        if error.code < 500:
            raise RetryAt(_asks_to_wait(error), evidence=evidence)
        return Answer(taken=False, code=error.code, said=self._blot(error.message), at=at)

    def _not_open(self, error: Exception) -> NotPublished:
        evidence = self._evidence(error)
        if isinstance(error, smtp.SMTPResponseException):
            if error.code >= 500:
                return PauseChannel(_forbidden(error), evidence=evidence)
            return RetryAt(_asks_to_wait(error), evidence=evidence)
        if isinstance(error.__cause__ or error, ssl.SSLError):
            said = self._blot(str(error))
            reason = Text("No safe connection to the mail server: {error}", error=said)
            return RetryAt(reason, evidence=evidence)
        if isinstance(error, ValueError | FileNotFoundError) or _is_plain(error):
            said = self._blot(str(error))
            reason = Text("The mail server cannot be used as configured: {error}", error=said)
            return PauseChannel(reason, evidence=evidence)
        return RetryAt(Text("No connection to the mail server."), evidence=evidence)

    def _evidence(self, error: Exception) -> dict[str, Any]:
        return {"error": self._blot(f"{type(error).__name__}: {error}")}

    def _blot(self, said: str) -> str:
        return self._veil.text(said)[:_SHOWN]


class _Client(smtp.SMTP):
    """Ends its connection at once, a refused one too; TLS would otherwise wait for the other side's farewell."""

    def close(self) -> None:
        """Leave nothing open."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


def _client(settings: EmailSettings) -> _Client:
    secret = settings.password
    return _Client(
        hostname=settings.host,
        port=settings.reached_at,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        cert_bundle=str(settings.certificates) if settings.certificates else None,
        username=settings.username or None,
        password=secret.get_secret_value() if secret else None,
        local_hostname=settings.writer.domain,
        timeout=TIMEOUT,
    )


def _is_plain(error: Exception) -> bool:
    """Whether the server lacks what we insist on: encryption, or a way to log in."""
    return type(error) in (smtp.SMTPException, smtp.SMTPNotSupported)


def _forbidden(error: smtp.SMTPResponseException) -> Text:
    return Text(
        "The mail server refuses us ({code}); check name, password and sender.", code=error.code
    )


def _asks_to_wait(error: smtp.SMTPResponseException) -> Text:
    return Text("The mail server asks to wait ({code}).", code=error.code)
