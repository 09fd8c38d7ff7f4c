"""Every act of the pages, from the sign-in to the sign-out, with scripts and without."""

from __future__ import annotations

import base64
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, Page, expect

from outreach.domain.approval import Verdict
from outreach.domain.delivery import State
from outreach.review.signing import FIRST
from tests.browser.looking import opened
from tests.browser.offices import APPROVER, AUTHOR, INVITED, REVIEWER, busy_office, photo, token_of
from tests.review.house import CAMPAIGN, House
from tests.review.stage import PASSWORD
from tests.web.served import served

STEP = timedelta(seconds=90)
"""So much later an authenticator shows another code."""


@dataclass(frozen=True)
class Scene:
    """A busy office and one phone in front of it."""

    made: House
    page: Page
    address: str

    def come(self, who: str, path: str) -> Page:
        """Be there as that person."""
        cookie = {"name": "session", "value": token_of(who), "url": self.address}
        self.page.context.clear_cookies()
        self.page.context.add_cookies([cookie])  # type: ignore[list-item]  # Playwright's own dict
        self.page.goto(f"{self.address}{path}")
        return self.page

    def state(self, number: int) -> State:
        found = self.made.queue.get(number)
        assert found
        return found.state


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no-scripts"])
def scene(
    request: pytest.FixtureRequest, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """The browser has nothing to complain about to the end."""
    with busy_office(tmp_path_factory.mktemp("acts")) as made, served(made.app) as client:
        context, said = opened(chromium, 390, "light", scripts=request.param)
        yield Scene(made, context.new_page(), client.url)
        context.close()
        assert said == []


def test_a_newcomer_comes_takes_a_second_factor_leaves_and_comes_again(scene: Scene) -> None:
    page, made = scene.page, scene.made
    page.context.clear_cookies()
    page.goto(f"{scene.address}/welcome")
    page.get_by_label("Tên", exact=True).fill(INVITED)
    page.get_by_label("Mã dùng một lần").fill("a-code-of-one-day")
    page.get_by_label("Mật khẩu mới").fill(PASSWORD)
    page.get_by_role("button", name="Lưu và đăng nhập").click()
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()
    page.get_by_role("link", name=INVITED, exact=True).click()
    secret = page.locator("code").text_content() or ""
    page.locator("[name=code]").fill(code_of(secret, scene))
    page.locator("button[value=factor]").click()
    expect(page.locator("button[value=no-factor]")).to_be_visible()
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")
    made.now += STEP
    page.get_by_label("Tên", exact=True).fill(INVITED)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.locator("[name=code]").fill(code_of(secret, scene))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hôm nay")).to_be_visible()


def code_of(secret: str, scene: Scene) -> str:
    """What the phone shows now."""
    totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return totp.generate(int(scene.made.now.timestamp())).decode()


def test_a_text_is_sent_back_then_approved_by_keyboard(scene: Scene) -> None:
    page = scene.come(APPROVER, f"/messages/{CAMPAIGN}/cho")
    page.get_by_label("Ghi chú").fill("Thiếu địa điểm.")
    page.locator("button[value=sent_back]").click()
    expect(page.locator(".words").first).to_contain_text("Thiếu địa điểm.")
    digests = [one.digest for one in scene.made.deliveries("cho").values()]
    assert verdicts(scene, digests) == {Verdict.SENT_BACK}
    page.get_by_label("Ghi chú").focus()
    page.keyboard.type("đã đọc kỹ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".words").first).to_contain_text("đã đọc kỹ")
    assert verdicts(scene, digests) == {Verdict.APPROVED}


def verdicts(scene: Scene, digests: list[str]) -> set[Verdict]:
    words = scene.made.office.approvals.words(digests)
    assert set(words) == set(digests)
    return {word.verdict for said in words.values() for word in said}


def test_what_is_in_doubt_is_settled_with_the_address_where_it_was_seen(scene: Scene) -> None:
    page = scene.come(FIRST, "/")
    hand = page.get_by_role("region", name="Cần xử lý").get_by_role("listitem")
    hand.filter(has_text="(nghi)").filter(has_text="so-website").get_by_role("link").click()
    page.get_by_label("Địa chỉ nơi").fill("https://so.example/nghi/")
    page.locator("button[value=public]").click()
    expect(page.locator("dl")).to_contain_text("https://so.example/nghi/")
    assert scene.state(13) is State.PUBLISHED
    scene.come(FIRST, "/deliveries/12").locator("button[value=absent]").click()
    expect(page.locator("[name=choice]").first).not_to_have_attribute("value", "absent")
    assert scene.state(12) is State.SCHEDULED


def test_what_was_refused_goes_again_and_what_is_not_wanted_is_cancelled(scene: Scene) -> None:
    page = scene.come(FIRST, "/deliveries/11")
    page.locator("button[value=retry]").click()
    expect(page.locator("button[value=retry]")).to_have_count(0)
    assert scene.state(11) is State.SCHEDULED
    scene.come(FIRST, "/deliveries/10").locator("button[value=cancel]").click()
    expect(page.locator("button[value=cancel]")).to_have_count(0)
    assert scene.state(10) is State.CANCELLED


def test_a_channel_waits_and_goes_on(scene: Scene) -> None:
    page = scene.come(FIRST, "/channels")
    lane = page.locator("#so-website")
    lane.locator("details", has=page.locator("button[value=pause]")).locator("summary").click()
    lane.get_by_label("Lý do").fill("Máy chủ bảo trì.")
    lane.get_by_label("Trong bao lâu").select_option("4")
    lane.locator("button[value=pause]").click()
    expect(lane).to_contain_text("Máy chủ bảo trì.")
    assert scene.made.queue.channel_states()["so-website"].paused
    lane.locator("button[value=resume]").click()
    expect(lane).not_to_contain_text("Máy chủ bảo trì.")
    assert not scene.made.queue.channel_states()["so-website"].paused


def test_a_service_is_asked(scene: Scene) -> None:
    page = scene.come(FIRST, "/channels")
    page.locator("#so-website button[value=ask]").click()
    expect(page.locator("#so-website").get_by_role("status")).to_contain_text("Bây giờ đăng được.")
    page.locator("#facebook-page button[value=ask]").click()
    said = page.locator("#facebook-page").get_by_role("status")
    expect(said).to_contain_text("Bây giờ không đăng được.")


def test_a_banner_is_confirmed_with_a_photo(scene: Scene) -> None:
    page = scene.come(AUTHOR, "/banners")
    work = page.get_by_role("article", name="Treo băng rôn đợt 1").filter(has=page.locator("form"))
    sent = {"name": "treo.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    work.get_by_label("Ảnh").set_input_files(sent)  # type: ignore[arg-type]  # Playwright's own dict
    work.get_by_label("Ghi chú").fill("đã treo")
    work.locator("form button").click()
    expect(page.locator("form[enctype]")).to_have_count(0)
    assert scene.state(1) is State.PUBLISHED
    page.get_by_role("link", name="Ảnh chứng minh").first.click()
    assert page.locator("img").evaluate("one => one.naturalWidth") == 400


def test_the_log_is_searched_leafed_through_and_taken_along(scene: Scene) -> None:
    page = scene.come(FIRST, "/log")
    page.get_by_label("Tìm kiếm").fill("tra loi 503")
    page.get_by_label("Kênh").select_option("facebook-page")
    page.get_by_role("button", name="Xem", exact=True).click()
    shown = page.locator("#lines tr").count()
    assert shown > 2
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    lines = taken.value.path().read_text("utf-8-sig").splitlines()
    assert len(list(csv.reader(lines))) == shown + 1
    page.goto(f"{scene.address}/log?before=5")
    page.get_by_role("link", name="Các dòng mới nhất").click()
    assert page.locator("#lines tr").count() > 5


def test_a_person_is_invited_and_a_token_made_and_taken_back(scene: Scene) -> None:
    page = scene.come(FIRST, "/people")
    page.get_by_label("Tên", exact=True).fill("Bình")
    page.locator("button[value=invite]").click()
    expect(page.get_by_role("status")).to_contain_text("Bình")
    page.goto(f"{scene.address}/tokens")
    page.locator("button[value=revoke]").click()
    expect(page.locator("button[value=revoke]")).to_have_count(0)
    page.get_by_label("Dùng cho").fill("Bảng tin")
    page.get_by_role("checkbox").first.check()
    page.locator("button[value=issue]").click()
    expect(page.get_by_role("status").locator("code")).not_to_be_empty()


def test_signing_out_ends_it(scene: Scene) -> None:
    page = scene.come(REVIEWER, "/")
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    page.reload()
    assert page.url.endswith("/sign-in")
