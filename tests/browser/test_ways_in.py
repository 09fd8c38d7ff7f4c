"""The pages by which people get in, in a real browser: named by a proxy, second factors and their codes, links that approve."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from outreach.domain.role import Role
from outreach.review.gate import Gate
from outreach.review.links import GOOD_FOR, Link, Links
from outreach.review.provider import Provider
from outreach.review.signing import FIRST, first_code
from tests.browser.looking import faults, opened
from tests.review.hostile_provider import Hostile
from tests.review.house import House, house
from tests.review.stage import PASSWORD
from tests.review.test_account import code_at
from tests.review.test_provider import ASKED
from tests.web.served import served

LINKS = Links([bytes(32)])
SCREENS = [(390, "dark", "en"), (1280, "light", "vi")]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("office")) as made:
        people, now = made.office.people, made.now
        people.invite("Lan", Role.APPROVER, "x", actor=FIRST, now=now, mail="lan@so.example")
        code = first_code(made.office) or ""
        people.accept(FIRST, code, made.office.passwords.hash(PASSWORD), now)
        gate = Gate(proxies=[ip_network("127.0.0.0/8")], user_header="x-remote-user")
        provider = Provider(ASKED, Hostile(lambda: made.now).fetch, lambda: made.now)
        made.let_in_by(links=LINKS, gate=gate, provider=provider, must_have_factor=True)
        yield made


@pytest.fixture(scope="module")
def address(office: House) -> Iterator[str]:
    with served(office.app) as client:
        yield client.url


def link(office: House, person: str = "Lan", channel: str = "so-website") -> str:
    digest = office.deliveries("mot")[channel].digest
    return LINKS.sign(Link(person=person, digest=digest, until=office.now + GOOD_FOR))


class Reader:
    """Somebody who reads page after page; `found` is what was wrong with them."""

    def __init__(self, context: BrowserContext, address: str, language: str, width: int) -> None:
        self.page: Page = context.new_page()
        self.address, self.language, self.width = address, language, width
        self.found: list[tuple[str, str, str]] = []

    def goes_to(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}{'&' if '?' in path else '?'}lang={self.language}")
        self.looks()

    def looks(self) -> None:
        self.found += [(self.page.url, *fault) for fault in faults(self.page)]
        if self.page.evaluate("document.documentElement.scrollWidth") > self.width:
            self.found.append((self.page.url, "wider than the screen", ""))


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_every_way_in_is_sound(
    chromium: Browser, office: House, address: str, screen: tuple[int, str, str]
) -> None:
    width, scheme, language = screen
    people = office.office.people
    people.set_factor(FIRST, "", 0, office.now)
    token = f"token-{width}"
    people.sign_in(FIRST, token, office.now)
    context, said = opened(chromium, width, scheme)
    context.set_extra_http_headers({"x-remote-user": "Lan"})
    reader = Reader(context, address, language, width)
    for path in ("/sign-in", f"/approve?link={link(office)}", "/approve?link=x"):
        reader.goes_to(path)
    context.add_cookies([{"name": "session", "value": token, "url": address}])
    reader.goes_to("/people")
    assert reader.page.url.startswith(f"{address}/account")
    secret = reader.page.locator("[name=secret]").get_attribute("value") or ""
    reader.page.fill("[name=code]", code_at(secret, office.now))
    reader.page.click("button[value=factor]")
    reader.goes_to("/account")
    reader.page.fill("form:has(button[value=codes]) [name=password]", PASSWORD)
    reader.page.click("button[value=codes]")
    assert reader.page.locator("section.good code").count() == 8
    reader.looks()
    reader.goes_to("/people")
    reader.page.locator("summary").first.click()
    reader.looks()
    context.close()
    assert (reader.found, said) == ([], [])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_approver_approves_from_the_letter(
    chromium: Browser, office: House, address: str, scripts: bool
) -> None:
    channel = "so-website" if scripts else "facebook-page"
    context, said = opened(chromium, 390, "light", scripts=scripts)
    page = context.new_page()
    page.goto(f"{address}/approve?link={link(office, channel=channel)}&lang=vi")
    page.get_by_role("button", name="Duyệt đúng bài này").click()
    page.get_by_text("Đã duyệt.").wait_for()
    page.goto(f"{address}/approve?link={link(office, channel=channel)}&lang=vi")
    page.get_by_text("đã được dùng").wait_for()
    context.close()
    assert said == []
    digest = office.deliveries("mot")[channel].digest
    (word,) = office.office.approvals.words([digest])[digest]
    assert word.person == "Lan"
