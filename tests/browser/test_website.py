"""The site in a real browser: phones, dark mode, keyboard, no scripts, and no accessibility fault that axe can find."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from outreach.web.public_site import public_site
from tests.channels.website_month import Site, month
from tests.web.served import served

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
AXE = HERE / "vendor" / "axe.min.js"
SCREENSHOTS = HERE.parents[1] / "build" / "screenshots"
POST = "2022-binh-dang-gioi/"
PAGES = {
    "front": "",
    "post": f"{POST}phat-dong/",
    "long-title": f"{POST}ke-hoach/",
    "event": f"{POST}hop/",
    "contest": f"{POST}thi/",
    "commendation": f"{POST}khen/",
    "banner": f"{POST}bang-ron/",
    "withdrawn": f"{POST}no-topic/",
    "topics": "chuyen-muc/",
    "topic": "chuyen-muc/phat-dong/",
    "archive": "tat-ca/",
    "missing": "nothing/",
    "english": "en/",
    "english-post": f"en/{POST}khen/",
}
SCREENS = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1440, 900)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("website")
    site = Site(folder / "site")
    receipts = site.publish_all(month(folder / "media"))
    site.withdraw(receipts[5])
    with served(public_site(folder / "site", root="/tin/")) as client:
        yield f"{client.url}/tin/"


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[Browser]:
    """Started after the site is built: Playwright keeps an event loop of its own in this thread."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on this machine: install Debian's package `chromium`")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


def opened(
    browser: Browser,
    address: str,
    size: tuple[int, int],
    *,
    scripts: bool = True,
    dark: bool = False,
) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto(address)
    return page


def test_axe_is_the_file_that_its_table_names() -> None:
    recorded = re.findall(r"`([0-9a-f]{64})`", (HERE / "vendor" / "README.md").read_text("utf-8"))
    assert recorded == [hashlib.sha256(AXE.read_bytes()).hexdigest()]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_axe_finds_nothing(browser: Browser, address: str, screen: str, dark: bool) -> None:
    page = opened(browser, address, SCREENS[screen], dark=dark)
    found: dict[str, list[str]] = {}
    for name, path in PAGES.items():
        page.goto(address + path)
        page.evaluate(AXE.read_text("utf-8"))
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert len(result["passes"]) > 10
        found |= {
            f"{name}: {fault['id']}": [node["html"][:200] for node in fault["nodes"]]
            for fault in result["violations"]
        }
    page.context.close()
    assert not found


@pytest.mark.parametrize("name", PAGES)
def test_nothing_scrolls_sideways_on_the_smallest_phone(
    browser: Browser, address: str, name: str
) -> None:
    page = opened(browser, address + PAGES[name], (320, 640))
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.context.close()


@pytest.mark.parametrize("name", [name for name in PAGES if name != "missing"])
def test_the_browser_has_nothing_to_complain_about(
    browser: Browser, address: str, name: str
) -> None:
    """One tab for each page: a picture still on its way would fail when its tab goes elsewhere."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.text} {message.location}"))
    page.on("requestfailed", lambda request: said.append(f"{request.url}: {request.failure}"))
    page.goto(address + PAGES[name], wait_until="networkidle")
    found = list(said)
    page.close()
    assert not found


def test_every_picture_is_really_shown(browser: Browser, address: str) -> None:
    page = opened(browser, address + PAGES["post"], SCREENS["desktop"])
    pictures = page.locator("img")
    assert pictures.count() == 1
    pictures.first.scroll_into_view_if_needed()
    page.wait_for_function("document.images[0].naturalWidth === 1200")
    page.context.close()


def test_the_first_tab_leads_to_the_skip_link(browser: Browser, address: str) -> None:
    page = opened(browser, address + PAGES["post"], SCREENS["desktop"])
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Chuyển đến nội dung chính"
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Trang chủ"
    assert page.evaluate("document.activeElement.closest('.crumbs') !== null")
    page.context.close()


def test_it_works_without_scripts(browser: Browser, address: str) -> None:
    page = opened(browser, address, SCREENS["phone"], scripts=False)
    page.get_by_role("link", name="Chuyên mục", exact=True).first.click()
    page.get_by_role("main").get_by_role("link", name="Phát động").click()
    page.get_by_role("main").get_by_role("heading", level=2).first.get_by_role("link").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Kế hoạch số 91")
    page.get_by_role("link", name="English").click()
    assert "/tin/en/" in page.url
    page.context.close()


def test_paper_shows_the_article_alone(browser: Browser, address: str) -> None:
    page = opened(browser, address + PAGES["post"], SCREENS["desktop"])
    page.emulate_media(media="print")
    for hidden in (".menu", ".beside", ".strip", ".skip"):
        assert page.locator(hidden).first.is_hidden()
    assert page.locator("h1").is_visible()
    page.context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_screenshots_are_taken(browser: Browser, address: str, screen: str, dark: bool) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page = opened(browser, address, SCREENS[screen], scripts=False, dark=dark)
    for name, path in PAGES.items():
        page.goto(address + path)
        file = SCREENSHOTS / f"{name}-{screen}-{'dark' if dark else 'light'}.png"
        page.screenshot(path=file)
        assert file.stat().st_size > 10_000
    page.context.close()
