"""`make demo` ends on the reviewers' pages: a newcomer signs in, finds why one delivery failed, and proves one post."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.demo import demo
from tests.review.stage import PASSWORD


def test_a_newcomer_finds_why_one_delivery_failed_and_proves_one_post(
    chromium: Browser, tmp_path: Path
) -> None:
    with demo(tmp_path) as invitation:
        page = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
        said = list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.goto(invitation.address)
        page.get_by_role("link", name="Tôi có mã dùng một lần").click()
        page.get_by_label("Tên", exact=True).fill(invitation.name)
        page.get_by_label("Mã dùng một lần").fill(invitation.code)
        page.get_by_label("Mật khẩu mới").fill(PASSWORD)
        page.get_by_role("button", name="Lưu và đăng nhập").click()

        hand = page.get_by_role("region", name="Cần xử lý")
        expect(hand.get_by_text("lỡ")).to_be_visible()
        hand.get_by_role("link").first.click()
        attempts = page.get_by_role("region", name="Các lần thử")
        expect(attempts.get_by_text("Facebook").first).to_be_visible()
        attempts.get_by_text("Kênh đã trả lời").first.click()
        expect(attempts.locator("pre").first).to_contain_text("368")

        page.get_by_role("link", name="Hôm nay").click()
        out = page.get_by_role("region", name="Đã thực hiện").get_by_role("listitem")
        out.filter(has_text="facebook-page").get_by_role("link").first.click()
        page.get_by_role("link", name="Xem giấy xác nhận").click()
        expect(page.get_by_text("có đúng mã SHA-256 đã gửi đi")).to_be_visible()
        expect(page.get_by_text("đều nguyên vẹn")).to_be_visible()
        expect(page.get_by_text("Bằng chứng: đường dẫn")).to_be_visible()
        assert said == []
