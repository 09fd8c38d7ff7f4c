"""Where a visitor truly comes from, what guessing costs there, and whom a proxy may name."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from outreach.domain.role import Role
from outreach.review.gate import Gate
from outreach.review.signing import FIRST
from outreach.store.delivery_log import read
from outreach.store.throttle import RULES
from tests.review.house import House
from tests.review.stage import PASSWORD, Browser
from tests.store.office import what_happened

PROXY = (ip_network("10.0.0.0/30"), ip_network("fd00::/64"))
HERE = "https://duyet.so.example"
GATE = Gate(address=HERE, proxies=PROXY, user_header="x-remote-user")
WRONG = {"name": FIRST, "password": "x"}


def scope(client: str, *headers: tuple[str, str]) -> dict[str, Any]:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    return {"type": "http", "scheme": "http", "client": (client, 4711), "headers": raw}


@pytest.mark.parametrize(
    ("socket", "named", "true"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, nobody, 10.0.0.2", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("", "198.51.100.1", ""),
    ],
)
@pytest.mark.asvs(
    "15.3.4", "The right-most address that is no proxy of ours; without a proxy the socket's."
)
def test_the_address_is_the_true_one(socket: str, named: str, true: str) -> None:
    seen = GATE.seen(scope(socket, ("x-forwarded-for", named)))
    assert seen["client"][0] == true
    assert Gate().seen(scope(socket, ("x-forwarded-for", named)))["client"][0] == socket


@pytest.mark.asvs(
    "4.1.3",
    "Headers of a proxy are dropped before any page sees them; only a trusted one is heard.",
)
def test_no_page_sees_the_headers_of_a_proxy() -> None:
    forged = [
        ("x-forwarded-for", "1.2.3.4"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "for=1.2.3.4"),
        ("x-real-ip", "1.2.3.4"),
        ("x-remote-user", "admin"),
        ("accept", "*/*"),
    ]
    for client in ("203.0.113.9", "10.0.0.1"):
        seen = GATE.seen(scope(client, *forged))
        assert [name for name, _ in seen["headers"]] == [b"accept"]
        assert seen["scheme"] == "http"


def guess(office: House, browser: Browser, times: int, **form: str) -> list[int]:
    """What each of so many wrong tries is answered with."""
    return [browser.post("/sign-in", {**WRONG, **form}).status_code for _ in range(times)]


@pytest.mark.asvs("6.3.1", "An address, too, waits longer for each failure after the twentieth.")
@pytest.mark.asvs("2.4.1", "Whoever tries faster than people do is refused without being heard.")
def test_one_address_cannot_try_many_names(office: House) -> None:
    office.signed_in()
    guesser = office.browser(address="203.0.113.9")
    for number in range(RULES["address"].free + 4):
        guess(office, guesser, 1, name=f"người {number}")
    told = what_happened(office.desk.engine).count("sign_in_failed")
    assert told == RULES["address"].free
    right = {"name": FIRST, "password": PASSWORD}
    assert guesser.post("/sign-in", right).status_code == 403
    assert office.browser(address="203.0.113.10").post("/sign-in", right).status_code == 303
    office.wait(timedelta(seconds=2))
    assert guesser.post("/sign-in", right).status_code == 303


def test_a_whole_network_of_version_six_is_one_address(office: House) -> None:
    office.signed_in()
    for number in range(RULES["address"].free + 1):
        guess(office, office.browser(address=f"2001:db8::{number:x}"), 1, name=f"n{number}")
    right = {"name": FIRST, "password": PASSWORD}
    assert office.browser(address="2001:db8::ffff").post("/sign-in", right).status_code == 403
    assert office.browser(address="2001:db8:0:1::1").post("/sign-in", right).status_code == 303


def test_signing_in_does_not_wipe_out_what_the_address_did(office: House) -> None:
    office.signed_in()
    guesser = office.browser(address="203.0.113.9")
    for number in range(RULES["address"].free - 1):
        guess(office, guesser, 1, name=f"người {number}")
    assert guesser.post("/sign-in", {"name": FIRST, "password": PASSWORD}).status_code == 303
    guess(office, guesser, 1, name="khác")
    assert guesser.post("/sign-in", {"name": FIRST, "password": PASSWORD}).status_code == 403


@pytest.mark.asvs("16.3.1", "Failures are events with name and address, as is each success.")
def test_failures_are_logged_with_their_address(office: House) -> None:
    office.signed_in()
    guess(office, office.browser(address="203.0.113.9"), 1, name="kẻ lạ")
    event = next(
        line.event for line in read(office.desk.engine) if line.event.what == "sign_in_failed"
    )
    assert event.data == {"person": "kẻ lạ", "address": "203.0.113.9"}


@pytest.mark.asvs("16.3.2", "Whatever a role does not permit is an event with name and page.")
def test_refused_acts_are_logged(office: House) -> None:
    lan = office.signed_in(Role.REVIEWER)
    lan.get("/people")
    lan.get("/tokens")
    refused = [
        (line.event.actor, line.event.data["where"])
        for line in read(office.desk.engine)
        if line.event.what == "refused"
    ]
    assert refused == [("lan", "GET /people"), ("lan", "GET /tokens")]


def test_behind_the_proxy_the_pages_are_called_by_their_name(office: House) -> None:
    office.let_in_by(gate=GATE)
    browser = office.browser(HERE, "10.0.0.1")
    code = browser.get("/sign-in").status_code
    assert code == 200
    assert office.browser("https://khac.example", "10.0.0.1").get("/sign-in").status_code == 421
    admin = office.signed_in()
    assert admin.get("/").status_code == 200
    form = {"name": FIRST, "password": PASSWORD}
    cookie = browser.post("/sign-in", form).headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert browser.get("/").status_code == 200


@pytest.fixture
def lan(office: House) -> Browser:
    """The browser of an approver whom the proxy knows."""
    office.signed_in(Role.APPROVER)
    office.let_in_by(gate=GATE)
    return office.browser(HERE, "10.0.0.1")


@pytest.mark.asvs(
    "7.6.1", "A session by the proxy's word ends as soon as the proxy names nobody, or another."
)
def test_who_is_named_by_the_proxy_goes_in_with_one_click(office: House, lan: Browser) -> None:
    named: dict[str, Any] = {"x_remote_user": "LAN"}
    assert "LAN" in lan.get("/sign-in", **named).text
    assert lan.post("/sign-in", {"do": "header"}, **named).status_code == 303
    assert lan.get("/", **named).status_code == 200
    assert office.office.people.sessions("lan", office.now)
    assert lan.get("/").status_code == 303
    assert lan.get("/", x_remote_user="admin").status_code == 303
    assert lan.get("/", **named).status_code == 200


@pytest.mark.asvs(
    "6.3.4", "The header of the office's own entrance counts from the configured proxies only."
)
def test_nobody_else_can_name_themselves(office: House, lan: Browser) -> None:
    named: dict[str, Any] = {"x_remote_user": "lan"}
    stranger = office.browser(HERE, "203.0.113.9")
    assert stranger.post("/sign-in", {"do": "header"}, **named).status_code == 403
    assert lan.post("/sign-in", {"do": "header"}).status_code == 403
    assert (
        lan.post("/sign-in", {"do": "header"}, x_remote_user="kẻ lạ".encode().hex()).status_code
        == 403
    )
    tried = [
        line.event.data
        for line in read(office.desk.engine)
        if line.event.what == "sign_in_failed" and line.event.data["person"]
    ]
    assert tried == [{"person": "kẻ lạ".encode().hex(), "address": "10.0.0.1"}]
    office.let_in_by(gate=Gate(address=HERE, proxies=PROXY))
    assert lan.post("/sign-in", {"do": "header"}, **named).status_code == 403
    twice = GATE.seen(scope("10.0.0.1", ("x-remote-user", "lan"), ("x-remote-user", "admin")))
    assert twice["outreach.user"] == ""
