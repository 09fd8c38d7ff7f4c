"""What strangers wrote, in a real browser: nothing of it runs, nothing of it is asked for, and nothing of us stays behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from outreach.domain.approval import Verdict, Word
from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Receipt, State
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review.signing import FIRST, first_code
from tests.browser.looking import opened
from tests.browser.offices import photo, token_of
from tests.browser.sights import unfold
from tests.review.house import BANNER, CAMPAIGN, House, house
from tests.review.stage import PASSWORD
from tests.web.served import served

EVIL = (
    "<script>document.title='ran'</script>\"'><img src=//evil.example/x onerror=document.title='ran'>"
    "<svg onload=document.title='ran'></textarea></select>"
)
LINK = "[x](javascript:document.title='ran') {{ 7*7 }} {% x"
"""What the check of files refuses, so that only the message's own page shows it."""

PAGES = (
    "/",
    "/calendar",
    "/messages",
    f"/messages/{CAMPAIGN}/mot",
    f"/messages/{CAMPAIGN}/hai",
    "/banners",
    "/channels",
    "/statistics",
    "/log",
    "/people",
    "/account",
    "/tokens",
)
RAN = """() => document.title === 'ran' || !!document.querySelector('[onerror], [onload]') ||
  [...document.querySelectorAll('[src], a[href]')].some(one => /evil/.test(new URL(one.src || one.href, location).host))"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Every field that somebody can fill in holds the same attack."""
    with house(tmp_path_factory.mktemp("hostile"), "optional") as made:
        evil = f"'{EVIL.replace(chr(39), chr(39) * 2)}'"
        people, code = made.office.people, first_code(made.office) or ""
        assert people.accept(FIRST, code, made.office.passwords.hash(PASSWORD), made.now)
        people.invite(EVIL[:60], Role.AUTHOR, "x" * 20, actor=EVIL, now=made.now)
        media = {"image": "media/anh.png", "image_alt": evil}
        _rules(made)
        made.write("mot", EVIL, title=evil, topic=evil, unit=evil, **media)
        places = f"[{evil}]"
        made.put("bang-ron", {**BANNER, "title": evil, "places": places, "maker": evil})
        made.apply()
        made.write("hai", LINK + EVIL, title=evil, size=evil)
        _carry_out(made)
        made.queue.pause("so-website", Text("{why}", why=EVIL), None, actor=EVIL, now=made.now)
        yield made


@pytest.fixture(scope="module")
def address(hostile: House) -> Iterator[str]:
    with served(hostile.app) as client:
        yield client.url


def _rules(made: House) -> None:
    """Also the campaign's own names are an attack."""
    file, evil = made.campaign / "campaign.toml", json.dumps(EVIL)
    text = file.read_text("utf-8").replace('["phát động"]', f'["phát động", {evil}]')
    text = text.replace('["Văn phòng Sở"]', f'["Văn phòng Sở", {evil}]')
    file.write_text(
        re.sub(r"(?m)^(\w*name|theme|office) = .*", lambda part: f"{part[1]} = {evil}", text),
        "utf-8",
    )


def _carry_out(made: House) -> None:
    made.wait(timedelta(days=1))
    claims = made.queue.exchange([], dict.fromkeys(made.office.adapters, 9), made.now).claims
    assert len(claims) == 3
    made.queue.exchange([_ended(made, claim) for claim in claims], {}, made.now)
    for claim in claims:
        word = Word(
            person=EVIL,
            digest=claim.delivery.digest,
            verdict=Verdict.APPROVED,
            at=made.now,
            note=EVIL,
        )
        made.office.approvals.give(word)


def _ended(made: House, claim: Claim) -> Finish:
    public = claim.delivery.identity.channel != "facebook-page"
    kept = made.office.keep_photo(f"{EVIL}.jpg", photo())
    receipt = Receipt(
        remote_id=EVIL,
        permalink="javascript:document.title='ran'",
        at=made.now,
        details={"by": EVIL, "note": EVIL, EVIL: EVIL, **kept},
    )
    return Finish(
        claim=claim,
        state=State.PUBLISHED if public else State.REJECTED,
        at=made.now,
        reason=Text("{said}", said=EVIL),
        evidence={"reply": {"error": {"message": EVIL, EVIL: EVIL}}},
        receipt=receipt if public else None,
    )


def test_nothing_that_was_written_runs(chromium: Browser, hostile: House, address: str) -> None:
    context, said = opened(chromium, 1280, "light")
    asked = list[str]()
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    found = hostile.queue.list()
    paths = [f"/deliveries/{one.id}{end}" for one in found for end in ("", "/proof")]
    hostile.office.people.sign_in(FIRST, token_of(FIRST), hostile.now, browser=EVIL)
    context.add_cookies([{"name": "session", "value": token_of(FIRST), "url": address}])
    seen = set()
    for path in (*PAGES, *paths, f"/log?q={EVIL}&channel={EVIL}&before={EVIL}"):
        answer = page.goto(f"{address}{path}")
        assert answer
        assert answer.status == 200, path
        unfold(page)
        assert not page.evaluate(RAN), path
        seen |= {path} if "document.title" in page.content() else set()
    assert {"/", "/messages", "/banners", "/channels", "/log"} <= seen
    assert all(url.startswith((address, "data:")) for url in asked)
    context.close()
    assert said == []


@pytest.mark.asvs("14.3.1", "Signing out clears cache and storage; going back shows nothing.")
@pytest.mark.asvs("14.3.2", "What a browser shows after signing out it asks us for anew.")
@pytest.mark.asvs("14.3.3", "Two cookies that no script can read, and no other storage.")
@pytest.mark.asvs(
    "15.3.6", "No address reaches a prototype; the only scripts are the two for the log."
)
def test_nothing_stays_in_the_browser(chromium: Browser, hostile: House, address: str) -> None:
    hostile.office.people.sign_in(FIRST, token_of("leaving"), hostile.now)
    context, said = opened(chromium, 1280, "light")
    page = context.new_page()
    context.add_cookies(
        [{"name": "session", "value": token_of("leaving"), "url": address, "httpOnly": True}]
    )
    page.goto(f"{address}/log?__proto__[x]=1&constructor[prototype][x]=1&lang=vi")
    assert page.evaluate("({}).x === undefined && 'htmx' in window")
    assert _kept(page) == ["", 0, 0, 0, 0]
    assert {one["name"] for one in context.cookies()} == {"session", "language"}
    page.goto(f"{address}/people")
    with page.expect_response("**/sign-out") as left:
        page.get_by_role("button", name="Đăng xuất").click()
    assert left.value.all_headers()["clear-site-data"] == '"cache", "storage"'
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.wait_for_url("**/sign-in")
    assert page.get_by_role("heading", name="Người dùng").count() == 0
    context.close()
    assert said == []


def _kept(page: Page) -> object:
    return page.evaluate(
        """async () => [document.cookie, localStorage.length, sessionStorage.length,
        (await indexedDB.databases()).length, (await caches.keys()).length]"""
    )
