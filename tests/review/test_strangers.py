"""Every route there is, asked by those who may not: strangers, other sites, forms without a seal, other hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, Route

from tests.review.house import CAMPAIGN, House
from tests.review.stage import Browser

OPEN = {
    "/static/{file}",
    "/sign-in",
    "/sign-in/provider",
    "/sign-in/return",
    "/welcome",
    "/approve",
    "/api/v1/openapi.json",
}
PARTS = {
    "id": "1",
    "campaign": CAMPAIGN,
    "message": "mot",
    "name": "so-website",
    "file": "x",
    "rest": "nowhere",
}


def routes(office: House, method: str) -> list[str]:
    """The addresses of every route that takes the method and is not for everyone."""
    closed = [
        path for path, taken in every(office.app.routes) if path not in OPEN and method in taken
    ]
    return [re.sub(r"\{(\w+)(:\w+)?\}", lambda part: PARTS[part[1]], path) for path in closed]


def every(routes: Sequence[BaseRoute], below: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each address, those in mounted parts too, and the methods that it takes."""
    for route in routes:
        if isinstance(route, Route):
            yield f"{below}{route.path}", route.methods or set()
        elif isinstance(route, Mount):
            yield from every(route.routes, f"{below}{route.path}")


def files(office: House) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(office.campaign).glob("*") if p.is_file()}


@pytest.mark.asvs("8.2.2", "Every route there is sends strangers to the sign-in, or refuses them.")
def test_a_stranger_gets_nowhere(office: House) -> None:
    stranger, before = office.browser(), office.office.checked_end()
    assert len(routes(office, "GET")) > 20
    for path in routes(office, "GET"):
        answer = stranger.get(path)
        assert answer.status_code in ({401} if path.startswith("/api/") else {303}), path
        assert not answer.text or path.startswith("/api/")
    for path in routes(office, "POST"):
        refused = 401 if path.startswith("/api/") else 303
        assert stranger.post(path, {"do": "x"}).status_code == refused, path
    assert office.office.checked_end() == before


@pytest.mark.parametrize(
    ("sealed", "headers"),
    [
        (False, {}),
        (True, {"sec_fetch_site": "cross-site"}),
        (True, {"sec_fetch_site": "same-site"}),
        (True, {"origin": "https://evil.example"}),
        (True, {"origin": "null"}),
    ],
)
def test_no_form_of_another_site_changes_anything(
    office: House, sealed: bool, headers: dict[str, str]
) -> None:
    admin = office.signed_in()
    admin.get("/")
    before = (office.office.checked_end(), files(office))
    for path in routes(office, "POST"):
        form = {"do": "pause", "reason": "x", "name": "x", "choice": "cancel", "say": "approved"}
        answer = admin.post(path, form, sealed=sealed, **headers)
        refused = {401, 403} if path.startswith("/api/") else {403}
        assert answer.status_code in refused, path
    assert (office.office.checked_end(), files(office)) == before


@pytest.mark.asvs("3.5.3", "A GET, of whatever page, changes nothing.")
def test_looking_changes_nothing(office: House) -> None:
    admin = office.signed_in()
    before = office.office.checked_end()
    for path in routes(office, "GET"):
        if path != "/log/live":
            admin.get(path)
    assert office.office.checked_end() == before


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[::1", "a b"])
def test_no_other_name_of_this_machine_is_answered(office: House, host: str) -> None:
    browser: Browser = office.signed_in()
    for path in ("/", "/sign-in", "/static/review.css", "/api/v1/openapi.json"):
        assert browser.get(path, host=host).status_code == 421


@pytest.mark.parametrize("path", ["//evil.example/", "/%2f/evil.example/", "/\\evil.example/"])
def test_no_page_leads_to_another_site(office: House, path: str) -> None:
    """Also where the page itself has such an address."""
    page = office.signed_in().get(f"http://127.0.0.1{path}")
    assert page.status_code == 404
    assert "evil" not in page.text


@pytest.mark.asvs("3.5.2", "The API takes no cookie, and no other origin may read or preflight it.")
def test_a_session_opens_nothing_of_the_api(office: House) -> None:
    admin = office.signed_in()
    calls = [path for path in routes(office, "GET") if path.startswith("/api/")]
    assert calls
    for path in calls:
        answer = admin.get(path, origin="https://evil.example")
        assert answer.status_code == 401, path
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example", "/sign-in?next=//evil.example"]
)
def test_no_address_leads_to_another_site(office: House, path: str) -> None:
    answer = office.browser().get(f"http://127.0.0.1{path}")
    assert "evil" not in answer.headers.get("location", "")
