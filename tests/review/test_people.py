"""Who may come in, and with which role: only an administrator changes that, and there is always one."""

from __future__ import annotations

import re

import pytest

from outreach.domain.role import PERMITS, Deed, Role
from outreach.review.signing import FIRST
from outreach.store.delivery_log import read
from tests.review.house import House
from tests.review.stage import PASSWORD
from tests.store.office import what_happened


@pytest.mark.asvs("7.4.2", "Whoever is removed has no session any more.")
def test_somebody_is_invited_comes_and_gets_another_role(office: House) -> None:
    admin = office.signed_in()
    admin.get("/people")
    page = admin.post("/people", {"do": "invite", "name": "Chị Lan", "role": "author"}).text
    code = re.search(r"<dd><code>([^<]+)</code>", page)
    assert code
    assert code[1] not in admin.get("/people").text
    guest = office.browser()
    form = {"name": "Chị Lan", "code": code[1], "password": PASSWORD}
    assert guest.post("/welcome", form).status_code == 303
    found = office.office.people.find("Chị Lan")
    assert found
    assert found.role is Role.AUTHOR
    admin.post("/people", {"do": "appoint", "name": "Chị Lan", "role": "approver"})
    found = office.office.people.find("Chị Lan")
    assert found
    assert found.role is Role.APPROVER
    admin.post("/people", {"do": "remove", "name": "Chị Lan"})
    assert guest.get("/").status_code == 303
    events = what_happened(office.desk.engine)
    assert [e for e in events if e in ("invited", "appointed", "removed")] == [
        "invited",
        "invited",
        "appointed",
        "removed",
    ]


def test_the_log_names_who_did_what_to_whom(office: House) -> None:
    admin, lan = office.signed_in(), office.signed_in(Role.AUTHOR)
    lan.get("/")
    lan.post("/sign-out", {})
    admin.get("/people")
    for do in ("appoint", "reset", "remove"):
        admin.post("/people", {"do": do, "name": "lan", "role": "reviewer"})
    events = [line.event for line in read(office.desk.engine)]
    of_people = [(e.what, e.actor, e.data["person"]) for e in events if "person" in e.data]
    assert of_people[-7:] == [
        ("invited", FIRST, "lan"),
        ("joined", "lan", "lan"),
        ("signed_in", "lan", "lan"),
        ("signed_out", "lan", "lan"),
        ("appointed", FIRST, "lan"),
        ("access_reset", FIRST, "lan"),
        ("removed", FIRST, "lan"),
    ]


@pytest.mark.parametrize("do", ["remove", "appoint", "reset"])
def test_nobody_becomes_somebody_else(office: House, do: str) -> None:
    """Whoever is not there is neither appointed nor removed, and nothing is logged of it."""
    admin = office.signed_in()
    admin.get("/people")
    before = office.office.checked_end()
    form = {"do": do, "name": "khong-co", "role": "reviewer"}
    assert admin.post("/people", form).status_code == 409
    assert office.office.checked_end() == before


@pytest.mark.parametrize("do", ["remove", "appoint"])
def test_the_last_administrator_stays(office: House, do: str) -> None:
    admin = office.signed_in()
    admin.get("/people")
    answer = admin.post("/people", {"do": do, "name": FIRST, "role": "reviewer"})
    assert answer.status_code == 409
    assert admin.get("/people").status_code == 200


@pytest.mark.parametrize("do", ["remove", "appoint"])
def test_an_administrator_who_has_not_come_yet_is_none(office: House, do: str) -> None:
    """Otherwise nobody could let anybody in once the invitation is over."""
    admin = office.signed_in()
    admin.get("/people")
    admin.post("/people", {"do": "invite", "name": "lan", "role": "admin"})
    form = {"do": do, "name": FIRST, "role": "reviewer"}
    assert admin.post("/people", form).status_code == 409
    lan = office.browser()
    office.office.people.invite("lan", Role.ADMIN, "a-code", actor=FIRST, now=office.now)
    welcome = {"name": "lan", "code": "a-code", "password": PASSWORD}
    assert lan.post("/welcome", welcome).status_code == 303
    assert admin.post("/people", form).status_code != 409
    mine = office.office.people.find(FIRST)
    assert mine is None or mine.role is Role.REVIEWER


@pytest.mark.parametrize("name", ["", "x" * 61, "<b>", "a\nb"])
def test_a_name_is_a_name(office: House, name: str) -> None:
    admin = office.signed_in()
    admin.get("/people")
    assert admin.post("/people", {"do": "invite", "name": name}).status_code == 409


@pytest.mark.parametrize("name", ["outreach", "daemon", "chương trình", "token lan"])
def test_nobody_is_called_as_the_log_calls_the_program(office: House, name: str) -> None:
    admin = office.signed_in()
    admin.get("/people")
    answer = admin.post("/people", {"do": "invite", "name": name})
    assert answer.status_code == 409
    assert "Nhật ký dùng tên này cho chính chương trình" in answer.text
    assert office.office.people.find(name) is None


def test_a_known_person_is_not_invited_again(office: House) -> None:
    admin = office.signed_in()
    admin.get("/people")
    answer = admin.post("/people", {"do": "invite", "name": FIRST, "role": "reviewer"})
    assert answer.status_code == 409
    found = office.office.people.find(FIRST)
    assert found
    assert found.role is Role.ADMIN


@pytest.mark.parametrize("role", [r for r in Role if Deed.INVITE not in PERMITS[r]])
@pytest.mark.asvs("8.3.1", "The server looks at the role for each request.")
def test_nobody_else_sees_or_changes_people(office: House, role: Role) -> None:
    browser = office.signed_in(role)
    page = browser.get("/")
    assert "/people" not in page.text
    assert browser.get("/people").status_code == 403
    answer = browser.post("/people", {"do": "invite", "name": "kẻ lạ", "role": "admin"})
    assert answer.status_code == 403
    assert office.office.people.find("kẻ lạ") is None
