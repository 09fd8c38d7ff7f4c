"""Every reviewers' page in a real browser: phone and desktop, light and dark, both languages, with and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from outreach.domain.delivery import State
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review.signing import FIRST, first_code
from tests.review.house import CAMPAIGN, House, house
from tests.review.stage import PASSWORD, Stage
from tests.store.blank import blank
from tests.web.served import served

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
OUTSIDE = ("/sign-in", "/welcome")
INSIDE = (
    "/",
    "/messages",
    f"/messages/{CAMPAIGN}/mot",
    f"/messages/{CAMPAIGN}/hong",
    "/calendar",
    "/calendar?state=published",
    "/banners",
    "/channels",
    "/statistics",
    "/log",
    "/log?q=khongcogi",
    "/deliveries/1",
    "/deliveries/1/proof",
    "/deliveries/99",
    "/people",
    "/account",
    "/tokens",
)
SCREENS = [
    (390, "light", "vi"),
    (390, "dark", "en"),
    (1280, "light", "en"),
    (1280, "dark", "vi"),
]
"""Every two of size, scheme and language meet once, and every page on each."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("office")) as made:
        made.write("hong", text="{{ khong.co }}")
        made.office.people.invite("Lan", Role.APPROVER, "x", actor=FIRST, now=made.now)
        yield made


@pytest.fixture(scope="module")
def address(office: House) -> Iterator[str]:
    with served(office.app) as client:
        yield client.url


@pytest.fixture(scope="module")
def cookie(office: House) -> str:
    """The session of the first person; Playwright keeps an event loop of its own, so nothing is asked of the pages here."""
    people, code = office.office.people, first_code(office.office) or ""
    assert people.accept(FIRST, code, office.office.passwords.hash(PASSWORD), office.now)
    people.sign_in(FIRST, "a-token", office.now)
    return "a-token"


def opened(
    chromium: Browser, width: int, scheme: str, *, scripts: bool = True
) -> tuple[BrowserContext, list[str]]:
    """A browser of that size, and what it complains about; a page that says no is no complaint."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=scripts,
    )
    said = list[str]()

    def hear(text: str) -> None:
        if "the server responded with a status of" not in text:
            said.append(text)

    context.on("console", lambda message: hear(message.text))
    context.on("weberror", lambda error: hear(str(error.error)))
    return context, said


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds, best practices included."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found]


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_every_page_is_sound(
    chromium: Browser, address: str, cookie: str, screen: tuple[int, str, str]
) -> None:
    width, scheme, language = screen
    context, said = opened(chromium, width, scheme)
    page = context.new_page()
    found = []
    for path in (*OUTSIDE, *INSIDE):
        if path == INSIDE[0]:
            context.add_cookies([{"name": "session", "value": cookie, "url": address}])
        page.goto(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.locator("html").get_attribute("lang") == language
        found += [(path, *fault) for fault in faults(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append((path, "wider than the screen", ""))
    context.close()
    assert (found, said) == ([], [])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_newcomer_signs_in_settles_a_delivery_and_leaves(
    chromium: Browser, tmp_path: Path, scripts: bool
) -> None:
    stage = Stage(blank(tmp_path / "outreach.db"), tmp_path)
    code = first_code(stage.office) or ""
    context, said = opened(chromium, 390, "light", scripts=scripts)
    page = context.new_page()
    with served(stage.app) as client:
        page.goto(f"{client.url}/welcome")
        page.fill("[name=name]", FIRST)
        page.fill("[name=code]", code)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.get_by_role("link", name="Xem và xác nhận").first.click()
        page.click("button[value=public]")
        page.wait_for_url("**/deliveries/1")
        assert [d.state for d in stage.queue.list(message="ngo")] == [State.PUBLISHED]
        page.get_by_role("button", name="Đăng xuất").click()
        assert page.url.endswith("/sign-in")
    context.close()
    assert said == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_approver_approves_by_keyboard(chromium: Browser, tmp_path: Path, scripts: bool) -> None:
    with house(tmp_path) as made:
        made.office.people.invite("Lan", Role.APPROVER, "x" * 12, actor=FIRST, now=made.now)
        context, said = opened(chromium, 1280, "light", scripts=scripts)
        page = context.new_page()
        with served(made.app) as client:
            page.goto(f"{client.url}/welcome")
            page.fill("[name=name]", "Lan")
            page.fill("[name=code]", "x" * 12)
            page.fill("[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{client.url}/")
            page.goto(f"{client.url}/messages/{CAMPAIGN}/mot")
            page.get_by_label("Ghi chú").focus()
            page.keyboard.type("đã đọc kỹ")
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            page.get_by_text("đã đọc kỹ").first.wait_for()
        context.close()
        waiting = {
            d.identity.message for d in made.office.approvals.waiting(made.now.replace(year=2023))
        }
    assert "mot" not in waiting
    assert said == []


def test_new_lines_of_the_log_appear_by_themselves(
    chromium: Browser, office: House, address: str, cookie: str
) -> None:
    context, said = opened(chromium, 1280, "light")
    context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    page = context.new_page()
    with page.expect_response("**/log/live?*"):
        page.goto(f"{address}/log?channel=truc-tiep")
    for why in ("Vì trời mưa.", "Vì gió lớn."):
        reason = Text("{why}", why=why)
        office.queue.pause("truc-tiep", reason, None, actor="Lan", now=office.now)
        page.get_by_role("cell", name=why).wait_for()
    first = page.locator("#lines tr").first
    assert "Vì gió lớn." in first.inner_text()
    assert page.get_by_role("cell", name="Vì trời mưa.").count() == 1
    assert faults(page) == []
    context.close()
    office.queue.resume("truc-tiep", actor="Lan", now=office.now)
    assert said == []
