"""One's own account: another password, a second factor whose codes work once, sessions that can be ended; and a way back in."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from outreach.domain.role import Role
from outreach.review.second_factor import step_of
from outreach.review.signing import FIRST
from outreach.store.delivery_log import read
from tests.review.house import House
from tests.review.stage import PASSWORD, Browser
from tests.store.office import what_happened

OTHER = "một câu khác cũng dài"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def code_at(secret: str, now: datetime) -> str:
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(now.timestamp())).decode()


def enrol(office: House, browser: Browser) -> str:
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', browser.get("/account").text)
    assert found
    form = {"do": "factor", "secret": found[1], "code": code_at(found[1], office.now)}
    assert browser.post("/account", form).status_code == 303
    return found[1]


def enter(office: House, password: str = PASSWORD, code: str = "") -> int:
    form = {"name": FIRST, "password": password, "code": code}
    return office.browser().post("/sign-in", form).status_code


def test_who_signs_out_leaves_nothing_behind(office: House) -> None:
    browser, other = office.signed_in(), office.browser()
    assert other.post("/sign-in", {"name": FIRST, "password": PASSWORD}).status_code == 303
    browser.get("/")
    left = browser.post("/sign-out", {})
    assert (left.status_code, left.headers["location"]) == (303, "/sign-in")
    assert left.headers["clear-site-data"] == '"cache", "storage"'
    assert not browser.cookies.get("session")
    assert [each.get("/").status_code for each in (browser, other)] == [303, 303]


@pytest.mark.asvs(
    "6.5.1", "A code of the second factor lets in once; the same code again does not."
)
def test_a_code_lets_in_once(office: House) -> None:
    secret = enrol(office, office.signed_in())
    assert enter(office) == 403
    assert enter(office, code=code_at(secret, office.now)) == 403
    office.wait(timedelta(minutes=2))
    code = code_at(secret, office.now)
    assert enter(office, code=code) == 303
    assert enter(office, code=code) == 403
    office.wait(timedelta(minutes=2))
    assert enter(office, code=code_at(secret, office.now - timedelta(minutes=3))) == 403


def test_the_codes_are_those_of_rfc_6238() -> None:
    at = datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)
    assert step_of(SECRET, "287 082", at) == 1
    assert step_of(SECRET, "287083", at) is None
    assert step_of(SECRET, "", at) is None


def test_a_phone_whose_clock_is_half_a_minute_off_gets_in(office: House) -> None:
    now, half = office.now, timedelta(seconds=30)
    present = int(now.timestamp()) // 30
    for away, step in ((-2, None), (-1, present - 1), (0, present), (1, present + 1), (2, None)):
        assert step_of(SECRET, code_at(SECRET, now + away * half), now) == step, away


def test_a_wrong_code_adds_no_factor(office: House) -> None:
    browser = office.signed_in()
    browser.get("/account")
    for secret, code in ((SECRET, "000000"), ("kein-base32", "123456"), ("", "")):
        answer = browser.post("/account", {"do": "factor", "secret": secret, "code": code})
        assert answer.status_code == 403
    assert enter(office) == 303


@pytest.mark.asvs("7.5.1", "The second factor goes only with the present password.")
def test_the_factor_goes_only_with_the_password(office: House) -> None:
    browser = office.signed_in()
    enrol(office, browser)
    browser.get("/account")
    assert browser.post("/account", {"do": "no-factor", "password": "x"}).status_code == 403
    assert browser.post("/account", {"do": "no-factor", "password": PASSWORD}).status_code == 303
    assert enter(office) == 303


@pytest.mark.asvs("7.4.3", "With another password every other session of that person ends.")
@pytest.mark.asvs("6.2.2", "On the account page.")
def test_another_password_ends_the_other_sessions(office: House) -> None:
    here = office.signed_in()
    there = office.browser()
    there.post("/sign-in", {"name": FIRST, "password": PASSWORD})
    here.get("/account")
    form = {"do": "password", "password": PASSWORD, "new": "ngắn"}
    assert here.post("/account", form).status_code == 403
    assert here.post("/account", {**form, "new": OTHER}).status_code == 303
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 303)
    assert (enter(office), enter(office, OTHER)) == (403, 303)


@pytest.mark.asvs(
    "6.2.3", "Whoever changes a password writes the present one; guesses there count as sign-ins."
)
def test_the_present_password_cannot_be_guessed_at_will(office: House) -> None:
    browser = office.signed_in()
    browser.get("/account")
    form = {"do": "password", "password": "x", "new": OTHER}
    for _ in range(5):
        assert browser.post("/account", form).status_code == 403
    assert browser.post("/account", {**form, "password": PASSWORD}).status_code == 403
    office.wait(timedelta(minutes=15))
    assert browser.post("/account", {**form, "password": PASSWORD}).status_code == 303


@pytest.mark.asvs(
    "7.5.2", "A person sees the open sessions and ends each, and those of nobody else."
)
def test_a_session_is_ended_from_another_one(office: House) -> None:
    here, there, lan = office.signed_in(), office.browser(), office.signed_in(Role.REVIEWER)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    there.post("/sign-in", {"name": FIRST, "password": PASSWORD}, user_agent=agent)
    page = here.get("/account").text
    assert "Firefox · Linux" in page
    ids = re.findall(r'name="session" value="([0-9a-f]{64})"', page)
    assert len(ids) == 2
    lan.get("/account")
    for one in ids:
        lan.post("/account", {"do": "end", "session": one})
    assert there.get("/").status_code == 200
    here.post("/account", {"do": "end", "session": ids[0]})
    assert sorted([here.get("/").status_code, there.get("/").status_code]) == [200, 303]


@pytest.mark.asvs("6.4.3", "An administrator hands over a new one-time code; old sessions end.")
@pytest.mark.asvs("6.4.4", "The same way takes the second factor off.")
def test_who_lost_everything_is_invited_anew(office: House) -> None:
    admin, lan = office.signed_in(), office.signed_in(Role.APPROVER)
    enrol(office, lan)
    admin.get("/people")
    page = admin.post("/people", {"do": "reset", "name": "lan"}).text
    code = re.search(r"<dd><code>([^<]+)</code>", page)
    assert code
    assert lan.get("/").status_code == 303
    form = {"name": "lan", "code": code[1], "password": OTHER}
    assert office.browser().post("/welcome", form).status_code == 303
    again = office.browser()
    assert again.post("/sign-in", {"name": "lan", "password": OTHER}).status_code == 303
    admin.get("/people")
    assert admin.post("/people", {"do": "reset", "name": "khong-co"}).status_code == 409
    told = what_happened(office.desk.engine)
    assert {"factor_added", "access_reset"} <= set(told)


@pytest.mark.asvs("6.4.4", "Old recovery codes end with the password and the factor.")
def test_nothing_of_old_serves_after_a_new_invitation(office: House) -> None:
    admin, lan = office.signed_in(), office.signed_in(Role.APPROVER)
    enrol(office, lan)
    lan.get("/account")
    lan.post("/account", {"do": "codes", "password": PASSWORD})
    assert office.office.ways.recovery.left("lan") > 0
    admin.get("/people")
    admin.post("/people", {"do": "reset", "name": "lan"})
    assert office.office.ways.recovery.left("lan") == 0
    found = office.office.people.find("lan")
    assert found
    assert (found.password, found.totp, found.totp_used, found.subject) == ("", "", 0, "")
    again = office.browser().post("/sign-in", {"name": "lan", "password": PASSWORD})
    assert again.status_code == 403


def test_the_log_tells_what_people_change_of_themselves(office: House) -> None:
    admin = office.signed_in()
    admin.get("/people")
    admin.post("/people", {"do": "mail", "name": FIRST, "mail": "lan@so.example"})
    enrol(office, admin)
    admin.get("/account")
    admin.post("/account", {"do": "no-factor", "password": PASSWORD})
    other = office.browser()
    other.post("/sign-in", {"name": FIRST, "password": PASSWORD})
    mine = str(admin.cookies["session"])
    sessions = office.office.people.sessions(FIRST, office.now)
    (theirs,) = (each.id for each in sessions if not each.is_of(mine))
    admin.post("/account", {"do": "end", "session": theirs})
    admin.post("/account", {"do": "password", "password": PASSWORD, "new": OTHER})
    events = [line.event for line in read(office.desk.engine)][-6:]
    assert [(e.what, e.actor, e.data["person"]) for e in events] == [
        (what, FIRST, FIRST)
        for what in (
            "mail_changed",
            "factor_added",
            "factor_dropped",
            "signed_in",
            "session_ended",
            "password_changed",
        )
    ]
