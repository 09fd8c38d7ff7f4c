"""A real handshake with each kind of bad certificate: nothing is sent, and the cause is named."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from outreach.channel import RetryAt
from outreach.channels import _http
from outreach.channels._http import HttpClient

HERE = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("elsewhere.example")
DAY = timedelta(days=1)
BODY = b"{}"


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A certificate and its key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        certificate = self.certificate.public_bytes(serialization.Encoding.PEM)
        return certificate + self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def sign(name: str, by: Signed | None, *, host: x509.GeneralName, ends: timedelta) -> Signed:
    """A certificate that `by` vouches for; nobody but itself when that is None."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([host]), critical=False)
    )
    return Signed(key=key, certificate=built.sign(by.key if by else key, hashes.SHA256()))


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Signed:
    """Somebody whom the client trusts."""
    made = sign("authority", None, host=ELSEWHERE, ends=DAY)
    trust = httpx.create_ssl_context(trust_env=False)
    trust.load_verify_locations(cadata=made.pem.decode())
    monkeypatch.setattr(_http, "_trust", lambda: trust)
    return made


@contextmanager
def served(signed: Signed, folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server with this certificate, for one caller, and whatever reaches it."""
    file = folder / "server.pem"
    file.write_bytes(signed.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    heard: list[bytes] = []

    def answer() -> None:
        plain, _ = listening.accept()
        with (
            plain,
            suppress(ssl.SSLError, ConnectionError),
            context.wrap_socket(plain, server_side=True) as caller,
        ):
            heard.append(_whole(caller))
            caller.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}/", heard
        thread.join()


def _whole(caller: ssl.SSLSocket) -> bytes:
    """A request to its very end: what is closed with something unread in it is reset."""
    said = b""
    while not said.endswith(BODY) and (more := caller.recv(4_096)):
        said += more
    return said


async def post(url: str) -> int:
    client = HttpClient()
    try:
        return (await client.send("POST", url, content=BODY)).status
    finally:
        await client.aclose()


def test_a_good_certificate_is_taken(authority: Signed, tmp_path: Path) -> None:
    good = sign("here", authority, host=HERE, ends=DAY)
    with served(good, tmp_path) as (url, heard):
        assert asyncio.run(post(url)) == 200
    assert len(heard) == 1


@pytest.mark.fault(28, "real handshakes: expired, for another host, self-signed, of a stranger")
@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("expired", "expired"),
        ("another host", "mismatch"),
        ("self-signed", "self-signed"),
        ("of a stranger", "unable to get local issuer"),
    ],
)
def test_a_bad_certificate_is_named_and_nothing_is_sent(
    kind: str, cause: str, authority: Signed, tmp_path: Path
) -> None:
    stranger = sign("stranger", None, host=ELSEWHERE, ends=DAY)
    bad = {
        "expired": sign("here", authority, host=HERE, ends=-DAY),
        "another host": sign("here", authority, host=ELSEWHERE, ends=DAY),
        "self-signed": sign("here", None, host=HERE, ends=DAY),
        "of a stranger": sign("here", stranger, host=HERE, ends=DAY),
    }[kind]
    with served(bad, tmp_path) as (url, heard), pytest.raises(RetryAt) as refused:
        asyncio.run(post(url))
    assert "certificate was not accepted" in str(refused.value.reason)
    assert cause in str(refused.value.evidence)
    assert heard == []
