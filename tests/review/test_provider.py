"""Signing in at a provider: a real one that runs here, and one that lies in every way it can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey
from oidc_provider_mock import User, run_server_in_thread
from pydantic import SecretStr

from outreach.bootstrap.providing import provider_of
from outreach.domain.role import Role
from outreach.review.gate import Gate
from outreach.review.provider import SETTLED, Provider
from outreach.review.signing import FIRST
from outreach.settings.model import OpenId
from outreach.store.errands import LONGEST
from tests.review.hostile_provider import CLIENT, ISSUER, Hostile
from tests.review.house import House, house
from tests.review.stage import HERE, Browser
from tests.store.office import what_happened

ASKED = OpenId(issuer=ISSUER, client_id=CLIENT, client_secret=SecretStr("s3cret"))


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    """Where a real provider runs; it knows Lan, and Minh whose address nobody checked."""
    people = [
        User(sub="1", claims={"email": "lan@so.example", "email_verified": True}),
        User(sub="2", claims={"email": "minh@so.example"}),
    ]
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def insecure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


def known(office: House, name: str = "lan") -> None:
    """Somebody is in the list, with the address that the provider knows."""
    office.office.people.invite(
        name, Role.APPROVER, "x", actor=FIRST, now=office.now, mail="lan@so.example"
    )


def sign_in_at(browser: Browser, sub: str) -> httpx.Response:
    """Go there, say who one is, and come back."""
    there = browser.get("/sign-in/provider").headers["location"]
    answer = httpx.post(there, data={"sub": sub}, trust_env=False)
    return browser.get(answer.headers["location"])


@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
@pytest.mark.usefixtures("insecure")
def test_people_of_the_list_come_in_by_a_real_provider(office: House, real: str) -> None:
    office.now = datetime.now(UTC)
    known(office)
    asked = replace(ASKED, issuer=real)
    settings = replace(
        office.desk.settings, review=replace(office.desk.settings.review, oidc=asked)
    )
    office.let_in_by(gate=Gate(address=HERE), provider=provider_of(settings, lambda: office.now))
    browser = office.browser()
    assert "/sign-in/provider" in browser.get("/sign-in").text
    assert sign_in_at(browser, "1").headers["location"] == "/"
    assert browser.get("/").status_code == 200
    assert browser.get("/people").status_code == 403
    again = office.browser()
    assert sign_in_at(again, "1").status_code == 303
    for stranger in ("2", "nobody@so.example"):
        other = office.browser()
        assert sign_in_at(other, stranger).status_code == 403
        assert other.get("/").status_code == 303
    told = what_happened(office.desk.engine)
    assert (told.count("subject_bound"), told.count("sign_in_failed")) == (1, 2)
    with office.desk.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT data FROM event").scalars().all()
    assert "eyJ" not in str(rows)


def with_a_liar(office: House) -> Hostile:
    """People sign in at a provider that says whatever a test wants."""
    known(office)
    made = Hostile(lambda: office.now)
    provider = Provider(ASKED, made.fetch, lambda: office.now)
    office.let_in_by(gate=Gate(address=HERE), provider=provider)
    return made


@pytest.fixture
def hostile(office: House) -> Hostile:
    return with_a_liar(office)


@pytest.fixture(scope="module")
def liar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Hostile]]:
    """For tests after which nobody is in."""
    with house(tmp_path_factory.mktemp("office")) as made:
        yield made, with_a_liar(made)


def come_back(office: House, hostile: Hostile, browser: Browser | None = None) -> httpx.Response:
    """What the answer of this provider is answered with."""
    browser = browser or office.browser()
    state = hostile.visited(browser.get("/sign-in/provider").headers["location"])
    return browser.get(f"/sign-in/return?code=abc&state={state}")


def test_an_honest_answer_lets_in(office: House, hostile: Hostile) -> None:
    browser = office.browser()
    browser.cookies.set("session", "chosen by somebody else", domain="127.0.0.1")
    answer = come_back(office, hostile, browser)
    assert answer.headers["location"] == "/"
    assert "chosen by somebody" not in str(answer.headers.get_list("set-cookie"))
    assert browser.get("/").status_code == 200


def test_a_provider_that_changed_its_key_is_asked_for_the_new_one_but_not_time_and_again(
    office: House, hostile: Hostile
) -> None:
    assert come_back(office, hostile).headers["location"] == "/"
    hostile.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert come_back(office, hostile).headers.get("location") != "/"
    office.now += SETTLED
    assert come_back(office, hostile).headers["location"] == "/"
    asked = hostile.asked.count(("GET", f"{ISSUER}/keys"))
    hostile.sign = hostile.by_nobody
    for _ in range(3):
        assert come_back(office, hostile).headers.get("location") != "/"
    assert hostile.asked.count(("GET", f"{ISSUER}/keys")) == asked == 2


def test_who_comes_while_another_one_has_the_keys_asked_for_anew_is_let_in_too(
    office: House, hostile: Hostile
) -> None:
    provider = office.office.ways.provider
    assert isinstance(provider, Provider)
    assert come_back(office, hostile).headers["location"] == "/"
    office.now += SETTLED
    hostile.key = RSAKey.generate_key(2048, {"kid": "two"})
    before = provider._now

    def now() -> datetime:
        provider._known = None
        return before()

    provider._now = now
    assert come_back(office, hostile).headers["location"] == "/"


NOT_TRUE: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another-client"},
    "two audiences, made for the other": {"aud": [CLIENT, "other"], "azp": "other"},
    "no audience": {"aud": None},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "from tomorrow": {"nbf": 2**40},
    "made tomorrow": {"iat": 2**40},
    "nobody": {"sub": None},
    "an address that nobody checked": {"email_verified": False},
    "an address that nobody says is checked": {"email_verified": None},
    "checked in a word only": {"email_verified": "true"},
    "no address": {"email": None},
    "an address that is none": {"email": ["lan@so.example"]},
    "somebody else": {"email": "kẻ lạ@so.example"},
}


@pytest.mark.parametrize("claims", NOT_TRUE.values(), ids=NOT_TRUE)
@pytest.mark.asvs("9.2.1", "ID tokens: neither expired nor from the future, a minute aside.")
@pytest.mark.asvs("9.2.2", "Only the ID token is read, and it must hold this sign-in's nonce.")
@pytest.mark.asvs("9.2.3", "Made for us alone.")
@pytest.mark.asvs("9.2.4", "One that names no audience is refused.")
@pytest.mark.asvs("10.5.1", "The nonce is new for each sign-in and taken once.")
@pytest.mark.asvs("10.5.4", "`aud` is our client, and so is `azp`.")
@pytest.mark.asvs("10.5.3", "`iss` is the one in config.toml.")
def test_whatever_is_wrong_in_the_token_lets_nobody_in(
    liar: tuple[House, Hostile], claims: dict[str, Any]
) -> None:
    office, hostile = liar
    hostile.claims, hostile.sign = claims, hostile.signed
    browser = office.browser()
    assert come_back(office, hostile, browser).status_code == 403
    assert browser.get("/").status_code == 303
    assert what_happened(office.desk.engine)[-1] == "sign_in_failed"


@pytest.mark.parametrize(
    "way", ["none", "shared secret", "another key", "own key", "cut", "empty", "words"]
)
@pytest.mark.asvs("6.8.2", "An ID token without the provider's signature is worth nothing.")
@pytest.mark.asvs("11.6.1", "RSA and elliptic curves only, by a library for it.")
@pytest.mark.asvs("9.1.1", "The signature is checked with the provider's keys.")
@pytest.mark.asvs("9.1.2", "RS256, PS256, ES256 and EdDSA; never none, never a shared secret.")
@pytest.mark.asvs("9.1.3", "Keys come from the provider's address; a key in the token is ignored.")
def test_a_token_that_the_provider_did_not_sign_is_refused(
    liar: tuple[House, Hostile], way: str
) -> None:
    office, hostile = liar
    hostile.claims = {}
    hostile.sign = {
        "none": hostile.unsigned,
        "shared secret": hostile.with_a_shared_secret,
        "another key": hostile.by_somebody_else,
        "own key": hostile.with_its_own_key,
        "cut": lambda claims: hostile.signed(claims)[:-9],
        "empty": lambda claims: "",
        "words": lambda claims: "không phải mã",
    }[way]
    assert come_back(office, hostile).status_code == 403


@pytest.mark.asvs("6.8.3", "State and nonce serve once.")
@pytest.mark.asvs(
    "10.1.2",
    "The answer must bring the state that this browser was sent with, once, within ten minutes.",
)
@pytest.mark.asvs("10.2.1", "State in a cookie and in the database, and PKCE.")
def test_a_state_serves_once_in_its_own_browser_and_not_for_long(
    office: House, hostile: Hostile
) -> None:
    browser, other = office.browser(), office.browser()
    state = hostile.visited(browser.get("/sign-in/provider").headers["location"])
    address = f"/sign-in/return?code=abc&state={state}"
    assert other.get(address).status_code == 403
    assert browser.get(address).status_code == 403
    assert come_back(office, hostile, browser).status_code == 303
    for forged in ("", "?code=abc", "?code=abc&state=x", "?code=abc&state="):
        assert office.browser().get(f"/sign-in/return{forged}").status_code == 403
    late = office.browser()
    state = hostile.visited(late.get("/sign-in/provider").headers["location"])
    office.wait(LONGEST + timedelta(seconds=1))
    assert late.get(f"/sign-in/return?code=abc&state={state}").status_code == 403


def test_a_code_of_another_sign_in_is_worth_nothing(office: House, hostile: Hostile) -> None:
    browser = office.browser()
    state = hostile.visited(browser.get("/sign-in/provider").headers["location"])
    hostile.challenge = "another"
    assert browser.get(f"/sign-in/return?code=abc&state={state}").status_code == 403


@pytest.mark.asvs("10.2.2", "The answer's `iss` must be the provider's own.")
def test_the_answer_of_another_provider_is_refused(office: House, hostile: Hostile) -> None:
    for more, status in (("", 403), ("&iss=https://evil.example", 403), (f"&iss={ISSUER}", 303)):
        hostile.document = {"authorization_response_iss_parameter_supported": True}
        browser = office.browser()
        state = hostile.visited(browser.get("/sign-in/provider").headers["location"])
        answer = browser.get(f"/sign-in/return?code=abc&state={state}{more}")
        assert answer.status_code == status


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://idp.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_says_something_odd_is_not_gone_to(
    office: House, hostile: Hostile, document: dict[str, Any]
) -> None:
    hostile.document = document
    answer = office.browser().get("/sign-in/provider")
    assert answer.status_code == 403
    assert "location" not in answer.headers


@pytest.mark.asvs(
    "6.8.1",
    "Who signed in is bound to issuer and `sub`; another account with that address is refused.",
)
@pytest.mark.asvs("10.5.2", "By `sub`, which stays; an address may pass to somebody else.")
def test_another_account_with_the_same_address_is_somebody_else(
    office: House, hostile: Hostile
) -> None:
    assert come_back(office, hostile).status_code == 303
    hostile.claims = {"email": "lan.moi@so.example"}
    assert come_back(office, hostile).status_code == 303
    hostile.claims = {"sub": "another"}
    assert come_back(office, hostile).status_code == 403


@pytest.mark.asvs("6.8.4", "Where `strength` is set, the token's `acr` must be it.")
def test_the_proof_must_be_as_strong_as_we_want(office: House, hostile: Hostile) -> None:
    strict = Provider(replace(ASKED, strength="mfa"), hostile.fetch, lambda: office.now)
    office.let_in_by(provider=strict)
    address = office.browser().get("/sign-in/provider").headers["location"]
    assert "acr_values=mfa" in address
    for acr, status in ((None, 403), ("pwd", 403), ("mfa", 303)):
        hostile.claims = {"acr": acr}
        assert come_back(office, hostile).status_code == status


def test_a_word_of_the_provider_can_give_a_role(office: House, hostile: Hostile) -> None:
    roles = {"duyet": "approver", "viet": "author"}
    giving = Provider(replace(ASKED, roles=roles), hostile.fetch, lambda: office.now)
    office.let_in_by(provider=giving)
    minh = {"sub": "7", "email": "minh@so.example", "name": "Minh"}
    hostile.claims = {**minh, "groups": ["khác"]}
    assert come_back(office, hostile).status_code == 403
    for groups, role in ((["viet"], Role.AUTHOR), (["viet", "duyet"], Role.APPROVER)):
        hostile.claims = {**minh, "groups": groups}
        assert come_back(office, hostile).status_code == 303
        found = office.office.people.find("Minh")
        assert found
        assert found.role is role
    hostile.claims = {**minh, "groups": []}
    assert come_back(office, hostile).status_code == 403
    hostile.claims = {**minh, "sub": "8", "groups": ["viet"], "email": "k@so.example"}
    assert come_back(office, hostile).status_code == 403


@pytest.mark.asvs(
    "7.6.2", "Only a click on our own page leads to the provider, and a form to the proxy's word."
)
def test_no_other_site_can_begin_a_sign_in(office: House, hostile: Hostile) -> None:
    browser = office.browser()
    for site in ("cross-site", "same-site", "none"):
        answer = browser.get("/sign-in/provider", sec_fetch_site=site)
        assert answer.headers["location"] == "/sign-in"
    assert hostile.asked == []


def test_without_a_provider_there_is_no_such_page(office: House) -> None:
    for path in ("/sign-in/provider", "/sign-in/return?code=x&state=y"):
        assert office.browser().get(path).status_code == 404
