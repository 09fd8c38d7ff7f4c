"""What the standard asks of the pages as a whole, and no other test shows."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib import resources

import pytest

from outreach.domain.role import Role
from outreach.review.api.endpoints import ENDPOINTS
from outreach.review.gate import Gate
from outreach.review.signing import FIRST
from outreach.store.tokens import Scope, Token
from tests.review.house import CAMPAIGN, House
from tests.review.stage import PASSWORD, Browser
from tests.review.test_strangers import routes

PAGES = (
    "/",
    "/calendar",
    "/messages",
    f"/messages/{CAMPAIGN}/mot",
    "/banners",
    "/channels",
    "/statistics",
    "/log",
)


@pytest.fixture
def lan(office: House) -> Browser:
    """A reviewer beside an administrator; both have e-mail addresses."""
    office.signed_in()
    browser = office.signed_in(Role.REVIEWER)
    for name in (FIRST, "lan"):
        office.office.people.write_to(name, f"{name}@so.example", actor=FIRST, now=office.now)
    return browser


@pytest.mark.asvs("6.2.10", "A year later the same password lets in.")
def test_a_password_has_no_end(office: House) -> None:
    office.signed_in()
    office.wait(timedelta(days=366))
    form = {"name": FIRST, "password": PASSWORD}
    assert office.browser().post("/sign-in", form).status_code == 303


@pytest.mark.asvs("7.2.3", "256 random bits, and no two are alike.")
def test_sessions_are_random(office: House) -> None:
    office.signed_in()
    form = {"name": FIRST, "password": PASSWORD}
    cookies = {
        office.browser().post("/sign-in", form).headers["set-cookie"].split(";")[0]
        for _ in range(5)
    }
    assert len(cookies) == 5
    assert all(re.fullmatch(r"session=[\w-]{43}", cookie) for cookie in cookies)


@pytest.mark.asvs("7.4.4", "The header of every page has the button that signs out.")
def test_every_page_has_its_way_out(lan: Browser) -> None:
    for path in (*PAGES, "/account", "/people", "/deliveries/1"):
        assert '<form method="post" action="/sign-out">' in lan.get(path).text, path


@pytest.mark.asvs(
    "8.2.3", "E-mail addresses and roles of others are on the page of administrators alone."
)
def test_fields_of_administrators_are_nowhere_else(office: House, lan: Browser) -> None:
    for path in PAGES:
        assert "@so.example" not in lan.get(path).text, path
    admin = office.browser()
    admin.post("/sign-in", {"name": FIRST, "password": PASSWORD})
    assert "lan@so.example" in admin.get("/people").text
    for field in ("role", "mail", "password"):
        lan.post("/account", {"do": "end", "session": "x", field: "admin"})
    found = office.office.people.find("lan")
    assert found
    assert (found.role, found.mail) == (Role.REVIEWER, "lan@so.example")


@pytest.mark.asvs("15.3.1", "No answer of the API names people's secrets, addresses or accounts.")
def test_answers_hold_what_is_needed(office: House, lan: Browser) -> None:
    ends = office.now + timedelta(days=1)
    token = Token(name="t", scopes=frozenset(Scope), made=office.now, expires=ends)
    assert office.office.tokens.issue(token, "secret", actor=FIRST)
    program = office.browser()
    for endpoint in ENDPOINTS:
        named = endpoint.path.replace("{campaign}", CAMPAIGN).replace("{message}", "mot")
        path = f"/api/v1{named}".replace("{id:int}", "1").replace("{id}", "1")
        answer = program.get(path, authorization="Bearer secret")
        assert answer.status_code == 200, path
        assert not re.search(r"argon2|totp|@so\.example", answer.text), path


@pytest.mark.asvs("14.2.2", "Every answer but the four public files forbids to be kept.")
def test_nothing_is_kept_on_the_way(office: House, lan: Browser) -> None:
    for path in routes(office, "GET"):
        if path != "/log/live":
            assert lan.get(path).headers["cache-control"] == "no-store", path
    for path in ("/sign-in", "/welcome", "/approve", "/sign-in/provider"):
        assert office.browser().get(path).headers["cache-control"] == "no-store", path


@pytest.mark.asvs(
    "4.1.2", "Nothing redirects to https; an API call over another name or scheme is refused."
)
def test_nothing_redirects_to_https(office: House) -> None:
    office.let_in_by(gate=Gate(address="https://duyet.so.example"))
    for path in ("/", "/sign-in", "/api/v1/deliveries", "/api/v1/openapi.json"):
        answer = office.browser().get(path)
        assert not answer.headers.get("location", "").startswith("http"), path


@pytest.mark.asvs(
    "15.3.6",
    "Our pages have no script of their own: every one is htmx's, unchanged, and none stands in a page.",
)
def test_there_is_no_script_of_our_own() -> None:
    static = resources.files("outreach.review").joinpath("static")
    others = static.joinpath("README.md").read_text("utf-8")
    ours = [one.name for one in static.iterdir() if one.name.endswith(".js")]
    assert all(
        f"| `{name}` | htmx" in others or f"| `{name}` | its extension" in others for name in ours
    )
    folder = resources.files("outreach.review").joinpath("templates")
    scripts = [
        tag
        for one in folder.iterdir()
        for tag in re.findall(r"<script[^>]*>.*?</script>", one.read_text("utf-8"), re.DOTALL)
    ]
    assert all(re.fullmatch(r'<script src="/static/[\w.-]+"></script>', tag) for tag in scripts)


@pytest.mark.asvs(
    "15.3.7",
    "Of a field or cookie that comes twice one counts everywhere; the API refuses parameters that do.",
)
def test_what_comes_twice_confuses_nobody(office: House, lan: Browser) -> None:
    lan.get("/")
    good = lan.seal
    form = f"seal=x&do=end&session=x&seal={good}"
    kind = {"content_type": "application/x-www-form-urlencoded"}
    for content, status in ((form, 303), (f"seal={good}&seal=x&do=end", 403)):
        answer = lan.send("/account", content.encode(), **kind)
        assert answer.status_code == status
    assert lan.get("/log?q=a&q=b").status_code == 200
    ends = office.now + timedelta(days=1)
    token = Token(name="t", scopes=frozenset(Scope), made=office.now, expires=ends)
    office.office.tokens.issue(token, "secret", actor=FIRST)
    twice = lan.get("/api/v1/log?limit=1&limit=2", authorization="Bearer secret")
    assert twice.status_code == 422
