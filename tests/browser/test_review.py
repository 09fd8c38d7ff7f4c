"""Every reviewers' page in every state in a real browser: phone and desktop, light and dark, both languages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Route as Asked
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from outreach.domain.text import Text
from outreach.review.pages import review_pages
from outreach.review.requests import with_headers
from outreach.review.signing import FIRST
from tests.browser.looking import PAPER, by_keyboard, faults, large_letters, opened, widths
from tests.browser.offices import broken, busy_office, empty_office, token_of
from tests.browser.sights import BROKEN, BUSY, EMPTY, PLAIN, SHOWN, SIGHTS, Sight, paper
from tests.review.house import House
from tests.web.served import served

SCREENS = [
    (390, "light", "vi", SIGHTS),
    (1280, "dark", "vi", SHOWN),
    (390, "dark", "en", PLAIN),
    (1280, "light", "en", PLAIN),
]
"""Every two of size, scheme and language meet; every page on each, what only comes after a deed on one of them."""

REST: Mapping[int, tuple[int, ...]] = {390: (390, 320), 1280: (1280, 640)}
"""What else a screen may be like: the narrowest phone, and a zoom of 200 %."""


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with busy_office(tmp_path_factory.mktemp("busy")) as made:
        yield made


@pytest.fixture(scope="module")
def addresses(busy: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    ruin = review_pages(broken(busy.office))
    with (
        empty_office(tmp_path_factory.mktemp("empty")) as empty,
        served(busy.app) as one,
        served(empty.app) as two,
        served(ruin) as three,
    ):
        yield {BUSY: one.url, EMPTY: two.url, BROKEN: three.url}


def be(context: BrowserContext, who: str, address: str) -> None:
    """Be signed in as that person, or as nobody."""
    context.clear_cookies()
    if who:
        context.add_cookies([{"name": "session", "value": token_of(who), "url": address}])


def go_to(page: Page, sight: Sight, addresses: Mapping[str, str], language: str) -> None:
    be(page.context, sight.who, addresses[sight.office])
    page.emulate_media(media="screen")
    question = "&" if "?" in sight.path else "?"
    answer = page.goto(f"{addresses[sight.office]}{sight.path}{question}lang={language}")
    assert answer
    assert answer.status == sight.status, sight.name
    if sight.act:
        sight.act(page)


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: "-".join(map(str, screen[:3])))
def test_every_page_is_sound(
    chromium: Browser,
    addresses: dict[str, str],
    screen: tuple[int, str, str, Sequence[Sight]],
) -> None:
    width, scheme, language, sights = screen
    context, said = opened(chromium, width, scheme)
    page, found = context.new_page(), []
    for sight in sights:
        go_to(page, sight, addresses, language)
        assert page.locator("html").get_attribute("lang") == language, sight.name
        found += [(sight.name, *fault) for fault in faults(page)]
        sizes = (PAPER,) if sight.act is paper else REST[width]
        found += [(sight.name, *fault) for fault in widths(page, *sizes)]
    context.close()
    assert not [*found, *said], "\n".join(map(str, [*found, *said]))


def test_every_control_is_reached_by_the_keyboard_and_shows_it(
    chromium: Browser, addresses: dict[str, str]
) -> None:
    context, said = opened(chromium, 1280, "light")
    page, found = context.new_page(), []
    for sight in [one for one in SHOWN if one.act is not paper]:
        go_to(page, sight, addresses, "vi")
        found += [(sight.name, *fault) for fault in by_keyboard(page)]
        found += [(sight.name, *fault) for fault in large_letters(page)]
    context.close()
    assert not [*found, *said], "\n".join(map(str, [*found, *said]))


def test_the_browser_tells_what_is_wrong(chromium: Browser) -> None:
    """Else the tests above would find nothing."""
    context, said = opened(chromium, 390, "light")
    page = context.new_page()
    html = (
        "<title>x</title><script>1</script><img src='data:,'><input style='outline:none'>"
        "<a href='#' tabindex='-1'>x</a><p style='width:900px'>wide"
    )
    app = Starlette(routes=[Route("/", lambda request: with_headers(HTMLResponse(html), request))])
    with served(app) as client:
        page.goto(client.url)
        assert [text for text in said if "script-src" in text]
        assert {"image-alt", "html-has-lang", "label"} <= {name for name, _ in faults(page)}
        page.goto("about:blank")
        page.set_content(html)
        assert widths(page, 320) == [("wider than the screen", "320")]
        assert {name for name, _ in by_keyboard(page)} == {"not reached", "focus not seen"}
    context.close()


def late(asked: Asked) -> None:
    """Long after whatever else the page asked for, as on a slow line."""
    time.sleep(0.5)
    asked.continue_()


def test_new_lines_of_the_log_appear_by_themselves(
    chromium: Browser, busy: House, addresses: dict[str, str]
) -> None:
    context, said = opened(chromium, 1280, "light")
    be(context, FIRST, addresses[BUSY])
    page = context.new_page()
    page.route("**/hx-sse.min.js", late)
    with page.expect_response("**/log/live?*"):
        answer = page.goto(f"{addresses[BUSY]}/log?channel=truc-tiep")
        assert answer
        assert page.locator("#lines").count() == 1, page.content()[-2_000:]
    for why in ("Vì trời mưa.", "Vì gió lớn."):
        reason = Text("{why}", why=why)
        busy.queue.pause("truc-tiep", reason, None, actor="Lan", now=busy.now)
        page.get_by_role("cell", name=why).wait_for()
    first = page.locator("#lines tr").first
    assert "Vì gió lớn." in first.inner_text()
    assert page.get_by_role("cell", name="Vì trời mưa.").count() == 1
    assert faults(page) == []
    context.close()
    busy.queue.resume("truc-tiep", actor="Lan", now=busy.now)
    assert said == []
