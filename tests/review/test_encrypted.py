"""The pages over TLS, with a certificate of this test: cookies that nothing else can set, and no way back to plain HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from outreach.review.signing import FIRST, first_code
from tests.channels.test_tls import DAY, HERE, sign
from tests.quick_server import QuickServer
from tests.review.house import House
from tests.review.stage import PASSWORD


@pytest.fixture
def client(office: House, tmp_path: Path) -> Iterator[httpx.Client]:
    signed = sign("office", None, host=HERE, ends=DAY)
    file = tmp_path / "certificate.pem"
    file.write_bytes(signed.pem)
    trust = ssl.create_default_context(cadata=signed.pem.decode())
    certificate = {"ssl_certfile": str(file), "ssl_keyfile": str(file)}
    with (
        QuickServer(office.app, log_level="warning", **certificate) as server,
        httpx.Client(base_url=f"https://127.0.0.1:{server.port}", verify=trust) as client,
    ):
        yield client


@pytest.mark.asvs("3.3.1", "Over TLS every cookie is Secure and its name begins with __Host-.")
@pytest.mark.asvs("3.3.3", "Over TLS session and language are __Host- cookies of the whole host.")
def test_nobody_else_can_set_our_cookies(office: House, client: httpx.Client) -> None:
    form = {"name": FIRST, "code": first_code(office.office) or "", "password": PASSWORD}
    given = client.post("/welcome?lang=en", data=form).headers.get_list("set-cookie")
    assert {line.partition("=")[0] for line in given} == {"__Host-session", "__Host-language"}
    for line in given:
        said = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= said
        assert not [part for part in said if part.startswith("domain")]
    assert 'lang="en"' in client.get("/").text
    plain = {"cookie": f"session={client.cookies['__Host-session']}"}
    client.cookies.clear()
    assert client.get("/", headers=plain).status_code == 303


@pytest.mark.asvs("3.4.1", "Every answer over TLS asks for HTTPS for a year, subdomains included.")
def test_browsers_are_told_to_come_by_https_only(office: House, client: httpx.Client) -> None:
    for path in ("/", "/sign-in", "/static/review.css", "/api/v1/openapi.json", "/nowhere"):
        said = client.get(path).headers["strict-transport-security"]
        assert said == "max-age=31536000; includeSubDomains"
    assert "strict-transport-security" not in office.browser().get("/sign-in").headers
