"""The reviewers' pages in a real browser: no fault that axe can find, nothing to complain about, no scripts needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from outreach.domain.delivery import State
from outreach.review.signing import FIRST, first_code
from tests.review.stage import PASSWORD, Stage
from tests.store.blank import blank
from tests.web.served import served

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_newcomer_signs_in_and_settles_a_delivery(
    chromium: Browser, tmp_path: Path, width: int, dark: bool
) -> None:
    stage = Stage(blank(tmp_path / "outreach.db"), tmp_path)
    code, said = first_code(stage.office), list[str]()
    page = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    ).new_page()
    page.on("console", lambda message: said.append(message.text))
    with served(stage.app) as client:
        page.goto(f"{client.url}/welcome")
        page.fill("[name=name]", FIRST)
        page.fill("[name=code]", code or "")
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        for path in ("/", "/log", "/deliveries/1", "/?lang=en", "/log", "/deliveries/1"):
            page.goto(client.url + path)
            page.evaluate(AXE.read_text("utf-8"))
            found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
            assert not [(fault["id"], fault["nodes"][0]["html"]) for fault in found]
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.click("button[value=public]")
        page.wait_for_url("**/deliveries/1")
    assert [d.state for d in stage.queue.list(message="ngo")] == [State.PUBLISHED]
    assert said == []


def test_it_works_without_scripts(chromium: Browser, tmp_path: Path) -> None:
    stage = Stage(blank(tmp_path / "outreach.db"), tmp_path)
    office, code = stage.office, first_code(stage.office) or ""
    assert office.people.accept(FIRST, code, office.passwords.hash(PASSWORD), stage.now)
    page = chromium.new_context(java_script_enabled=False).new_page()
    with served(stage.app) as client:
        page.goto(client.url)
        page.fill("[name=name]", FIRST)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.get_by_role("link", name="ngo").click()
        assert page.get_by_role("button", name="Tôi thấy").is_visible()
        page.get_by_role("button", name="Đăng xuất").click()
        assert page.url.endswith("/sign-in")
