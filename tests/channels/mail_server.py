"""A real mail server (aiosmtpd) in a thread that refuses, delays or dies as it is told; loopback, port 0, a certificate of its own."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ipaddress
import ssl
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TAKEN = "250 Queued"
DIES_AFTER_TAKING = "dies after taking"
DIES_BEFORE_TAKING = "dies before taking"


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One letter that the server took."""

    to: str
    sender: str
    letter: EmailMessage
    raw: bytes
    encrypted: bool


@dataclass
class MailServer:
    """Takes letters into `arrived`. `rcpt` and `content` hold its answers per recipient, `mail` the one to any sender."""

    folder: Path
    security: str = "starttls"
    login: tuple[str, str] | None = None
    trusted: bool = True
    arrived: list[Arrived] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    mail: str = ""
    port: int = 0
    connections: int = 0

    @property
    def counts(self) -> Counter[str]:
        """How many letters each recipient has."""
        return Counter(arrived.to for arrived in self.arrived)

    @property
    def settings(self) -> dict[str, Any]:
        """How to reach it."""
        known = {"certificates": self.certificate[0]} if self.trusted else {}
        return {"host": "127.0.0.1", "port": self.port, "security": self.security, **known}

    def __enter__(self) -> Self:
        self.certificate = certificate(self.folder)
        ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(ready),), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.mail:
            envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        (to,) = envelope.rcpt_tos
        answer = self.content.get(to, TAKEN)
        if answer in (TAKEN, DIES_AFTER_TAKING):
            self._keep(to, session, envelope)
        if not answer[0].isdigit():
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer

    def _keep(self, to: str, session: Session, envelope: Envelope) -> None:
        raw = envelope.original_content or b""
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        encrypted = session.ssl is not None or self.security == "tls"
        sender = envelope.mail_from or ""
        self.arrived.append(
            Arrived(to=to, sender=sender, letter=letter, raw=raw, encrypted=encrypted)
        )

    def _factory(self) -> SMTP:
        self.connections += 1
        context = self._context() if self.security == "starttls" else None
        return SMTP(
            self,
            hostname="mail.test",
            loop=self._loop,
            tls_context=context,
            require_starttls=context is not None,
            auth_required=self.login is not None,
            auth_require_tls=self.security == "starttls",
            authenticator=self._authenticate if self.login else None,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        assert self.login
        name, password = self.login
        right = (given.login, given.password) == (name.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.certificate)
        return context

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        context = self._context() if self.security == "tls" else None
        server = await self._loop.create_server(self._factory, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "mail.pem", folder / "mail.key"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
