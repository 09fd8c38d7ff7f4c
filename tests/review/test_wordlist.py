"""Which passwords are refused, and that no others are."""

from __future__ import annotations

import hashlib
import re
from importlib import resources

import pytest

from outreach.review import wordlist
from outreach.review.passwords import LONGEST, Passwords
from outreach.review.signing import FIRST, first_code
from tests.review.house import House
from tests.review.stage import PASSWORD

OFFICE = ("outreach", "Sở Công Thương", "Tháng hành động vì bình đẳng giới năm 2022", "admin")
FOLDER = resources.files("outreach.review.wordlist")


def lines() -> list[str]:
    return FOLDER.joinpath("common.txt").read_text("utf-8").split()


def test_the_list_is_the_one_that_its_page_names() -> None:
    said = FOLDER.joinpath("README.md").read_text("utf-8")
    digest = hashlib.sha256(FOLDER.joinpath("common.txt").read_bytes()).hexdigest()
    assert f"`{digest}`" in said


@pytest.mark.asvs("6.2.4", "The 3,000 most common ones of 12 letters and more, each of them.")
@pytest.mark.asvs("6.2.12", "The list was gathered from passwords that leaked.")
def test_every_common_password_is_refused() -> None:
    long = [line for line in lines() if len(line) >= wordlist.LONG]
    assert len(long) == 3000
    assert {wordlist.refused(one, ()) for one in long} == {wordlist.COMMON}


@pytest.mark.parametrize(
    "password",
    [
        "Password12345",
        "QWERTY!!123456",
        "iloveyou2022!!",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "1234567890123",
    ],
)
def test_so_is_one_that_is_only_dressed_up(password: str) -> None:
    assert wordlist.refused(password, ()) == wordlist.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "Outreach 2022!",
        "so cong thuong 2022",
        "SởCôngThương@123",
        "binhdanggioi2022",
        "ADMIN admin 2022",
    ],
)
@pytest.mark.asvs("6.2.11", "Names of office, campaign, channels and person make no password.")
def test_words_of_the_office_make_no_password(password: str) -> None:
    assert wordlist.refused(password, OFFICE) == wordlist.OURS


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery",
        "mưa rơi trên phố cũ",
        "kXv3 pq8Z r0Lw",
        "aaaaaaaaaaab cd",
        "漢字の長い文章ですよね本当に",
    ],
)
@pytest.mark.asvs("6.2.5", "Any letters do, of one kind or of many.")
def test_anything_else_is_taken(password: str) -> None:
    assert wordlist.refused(password, OFFICE) is None


@pytest.mark.asvs("6.2.9", "200 characters are taken.")
@pytest.mark.asvs(
    "6.2.8", "Nothing is cut off or changed: another case or one letter less is wrong."
)
def test_a_password_counts_as_it_was_typed() -> None:
    passwords = Passwords(memory=64, iterations=1, lanes=1)
    long = "Ấm áp " * 40
    kept = passwords.hash(long[:LONGEST])
    assert passwords.fit(long[:LONGEST], kept)
    for other in (long[: LONGEST - 1], long[:LONGEST].lower(), long[:LONGEST].strip() + "x"):
        assert not passwords.fit(other, kept)


def test_a_letter_of_several_signs_is_the_same_letter() -> None:
    passwords = Passwords(memory=64, iterations=1, lanes=1)
    assert passwords.fit("mu\u031b\u0323c ti\u0301m", passwords.hash("m\u1ef1c t\u00edm"))


@pytest.mark.asvs("11.4.2", "Argon2id with 64 MiB, three passes and four lanes.")
def test_passwords_are_hashed_slowly() -> None:
    assert Passwords().hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.asvs(
    "6.1.2", "Words of config.toml and of every campaign, listed in docs/security.md."
)
def test_the_pages_refuse_them(office: House) -> None:
    code = first_code(office.office)
    assert code
    browser = office.browser()
    for password in ("sở công thương 22", "so-website 2022", "q1w2e3r4t5y6", "đảm bảo an sinh"):
        form = {"name": FIRST, "code": code, "password": password}
        assert browser.post("/welcome", form).status_code == 403, password
    admin = browser.post("/welcome", {"name": FIRST, "code": code, "password": PASSWORD})
    assert admin.status_code == 303
    browser.get("/account")
    form = {"do": "password", "password": PASSWORD, "new": "thang hanh dong 2022"}
    assert browser.post("/account", form).status_code == 403


@pytest.mark.asvs("6.2.6", "Every field for one is of the type `password`.")
@pytest.mark.asvs(
    "6.2.7", "Fields name themselves to password managers, and no script stands in the way."
)
@pytest.mark.asvs("6.4.2", "The forms ask for names, passwords and codes, and for nothing else.")
def test_password_fields_are_for_managers_too(office: House) -> None:
    pages = [office.browser().get(path).text for path in ("/sign-in", "/welcome")]
    pages.append(office.signed_in().get("/account").text)
    fields = re.findall(r'<input name="(?:password|new)"[^>]*>', "".join(pages))
    assert len(fields) == 4
    for field in fields:
        assert 'type="password"' in field
        assert re.search(r'autocomplete="(current|new)-password"', field)
    assert "<script" not in "".join(pages)
    asked = set(re.findall(r'<input name="(\w+)"', "".join(pages[:2])))
    assert asked == {"name", "password", "code"}
