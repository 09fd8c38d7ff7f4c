"""Second factors: sealed in the database, replaced by recovery codes, asked of everyone where the office says so."""

from __future__ import annotations

import base64
import re

import pytest

from outreach.domain.role import Role
from outreach.review.second_factor import RECOVERY_CODES, Factors, recovery_codes
from outreach.review.signing import FIRST
from outreach.review.ways_in import PURPOSE
from outreach.settings.seal import Seal, is_sealed
from outreach.store.recovery import RecoveryCodes
from tests.review.house import House
from tests.review.stage import PASSWORD, Browser
from tests.review.test_account import code_at, enrol, enter
from tests.store.office import DUE, what_happened

OLD, NEW = (bytes([number]) * 32 for number in (1, 2))


def factors(*keys: bytes) -> Factors:
    return Factors(Seal(keys, purpose=PURPOSE))


def kept(office: House) -> str:
    return office.office.people.factors()[FIRST]


@pytest.mark.asvs("13.3.1", "Secrets of second factors are sealed with a key from outside.")
def test_the_secret_is_sealed_and_lets_in_all_the_same(office: House) -> None:
    office.let_in_by(factors=factors(OLD))
    secret = enrol(office, office.signed_in())
    assert is_sealed(kept(office))
    assert secret not in kept(office)
    office.now = office.now.replace(minute=office.now.minute + 2)
    assert enter(office, code=code_at(secret, office.now)) == 303


def test_another_key_takes_over_all_secrets_and_readable_ones_are_sealed(office: House) -> None:
    secret = enrol(office, office.signed_in())
    assert kept(office) == secret
    people = office.office.people
    for keys, sealed in (((OLD,), 1), ((OLD,), 0), ((NEW, OLD), 1), ((NEW,), 0)):
        assert factors(*keys).seal_anew(people, office.now) == sealed
        assert factors(*keys).open(kept(office)) == secret
    assert what_happened(office.desk.engine).count("factors_sealed") == 2


def test_without_its_key_nobody_comes_in_by_the_password_alone(office: House) -> None:
    office.let_in_by(factors=factors(OLD))
    secret = enrol(office, office.signed_in())
    office.now = office.now.replace(minute=office.now.minute + 2)
    for other in (Factors(None), factors(NEW)):
        office.let_in_by(factors=other)
        form = {"name": FIRST, "password": PASSWORD, "code": code_at(secret, office.now)}
        answer = office.browser().post("/sign-in", form)
        assert answer.status_code == 403
        assert "niêm phong" in answer.text
        assert other.seal_anew(office.office.people, office.now) == 0


def new_codes(office: House, browser: Browser) -> list[str]:
    browser.get("/account")
    page = browser.post("/account", {"do": "codes", "password": PASSWORD}).text
    return re.findall(r"<code>([A-Z2-7-]{29})</code>", page)


@pytest.mark.asvs("6.5.1", "A recovery code lets in once.")
@pytest.mark.asvs(
    "6.4.4", "Recovery codes stand in for a lost phone; an administrator can reset it."
)
def test_a_recovery_code_lets_in_once(office: House) -> None:
    admin = office.signed_in()
    enrol(office, admin)
    codes = new_codes(office, admin)
    assert len(codes) == RECOVERY_CODES
    assert codes[0] not in admin.get("/account").text
    assert enter(office, code=codes[0].lower().replace("-", " ")) == 303
    assert enter(office, code=codes[0]) == 403
    assert enter(office, "falsch", codes[1]) == 403
    assert enter(office, code=codes[1]) == 303
    newer = new_codes(office, admin)
    assert enter(office, code=codes[2]) == 403
    assert enter(office, code=newer[0]) == 303
    assert "recovery_code_used" in what_happened(office.desk.engine)


def test_codes_go_with_the_factor_and_need_the_password(office: House) -> None:
    admin = office.signed_in()
    enrol(office, admin)
    assert new_codes(office, admin)
    admin.get("/account")
    assert admin.post("/account", {"do": "codes", "password": "x"}).status_code == 403
    admin.post("/account", {"do": "no-factor", "password": PASSWORD})
    assert office.office.ways.recovery.left(FIRST) == 0
    admin.get("/account")
    assert admin.post("/account", {"do": "codes", "password": PASSWORD}).status_code == 403


@pytest.mark.asvs("6.5.2", "As SHA-256 of 120 random bits each; passwords as Argon2id.")
@pytest.mark.asvs("6.5.3", "The operating system's.")
@pytest.mark.asvs(
    "6.5.4", "Recovery codes have 24 letters, one-time codes 20, those of phones six digits."
)
def test_codes_are_random_and_long_and_kept_as_hashes(office: House) -> None:
    made = [code for _ in range(20) for code in recovery_codes()]
    assert len(set(made)) == len(made)
    assert {len(base64.b32decode(code.replace("-", ""))) for code in made} == {15}
    store: RecoveryCodes = office.office.ways.recovery
    office.signed_in()
    store.replace(FIRST, made[:2], DUE)
    with office.desk.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT digest FROM recovery_code").scalars().all()
    assert all(re.fullmatch(r"[0-9a-f]{64}", row) for row in rows)
    assert not store.use("lan", made[0], DUE)
    assert store.use(FIRST, made[0], DUE)


def test_another_factor_takes_its_place_only_with_the_password(office: House) -> None:
    admin = office.signed_in()
    secret = enrol(office, admin)
    other = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    form = {"do": "factor", "secret": other, "code": code_at(other, office.now)}
    admin.get("/account")
    assert admin.post("/account", form).status_code == 403
    assert kept(office) == secret
    assert admin.post("/account", {**form, "password": PASSWORD}).status_code == 303
    assert kept(office) == other


@pytest.mark.asvs(
    "6.3.3", 'With second_factor = "required" no page but the account\'s opens without one.'
)
def test_an_office_can_ask_everyone_for_one(office: House) -> None:
    office.let_in_by(must_have_factor=True)
    lan = office.signed_in(Role.APPROVER)
    for path in ("/", "/log", "/messages", "/channels"):
        assert lan.get(path).headers["location"] == "/account"
    assert 'role="alert"' in lan.get("/account").text
    form = {"say": "approved"}
    assert lan.post("/messages/x/y", form).headers["location"] == "/account"
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', lan.get("/account").text)
    assert found
    code = code_at(found[1], office.now)
    lan.post("/account", {"do": "factor", "secret": found[1], "code": code})
    assert lan.get("/").status_code == 200


@pytest.mark.asvs("7.4.5", "On the page of people, for each of them.")
def test_an_administrator_ends_all_sessions_of_somebody(office: House) -> None:
    admin, lan = office.signed_in(), office.signed_in(Role.APPROVER)
    admin.get("/people")
    assert admin.post("/people", {"do": "end", "name": "lan"}).status_code == 303
    assert (admin.get("/").status_code, lan.get("/").status_code) == (200, 303)


def test_only_one_plain_address_takes_letters(office: House) -> None:
    admin = office.signed_in()
    admin.get("/people")
    for mail in ("kein", "a@b, c@d", "a b@c.vn", "a@b\nbcc: c@d", "x" * 250 + "@y.vn"):
        form = {"do": "mail", "name": FIRST, "mail": mail}
        assert admin.post("/people", form).status_code == 409, mail
    form = {"do": "mail", "name": FIRST, "mail": "lan@so.example"}
    assert admin.post("/people", form).status_code == 303
    found = office.office.people.find(FIRST)
    assert found
    assert found.mail == "lan@so.example"
