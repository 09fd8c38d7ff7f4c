"""An author edits in a real browser, with scripts and without: the file gets exactly what was typed, and every state is accessible."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from outreach.domain.role import Role
from outreach.review.signing import FIRST
from tests.browser.looking import faults, opened, widths
from tests.review.house import CAMPAIGN, House, house
from tests.review.stage import PASSWORD
from tests.web.served import served

TOKEN = "an-author's-token"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("office")) as made:
        people = made.office.people
        people.invite("Lan", Role.AUTHOR, "x" * 12, actor=FIRST, now=made.now)
        people.accept("Lan", "x" * 12, made.office.passwords.hash(PASSWORD), made.now)
        people.sign_in("Lan", TOKEN, made.now)
        yield made


@pytest.fixture(scope="module")
def address(office: House) -> Iterator[str]:
    with served(office.app) as client:
        yield client.url


def photo() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (400, 300), "#c05a12").save(kept, "JPEG")
    return kept.getvalue()


def sound(page: Page, width: int) -> None:
    """No fault that axe knows, and nothing wider than the screen."""
    assert [*faults(page), *widths(page, width)] == []


def saved(folder: Path, name: str) -> str:
    return (folder / f"{name}.md").read_bytes().decode()


@pytest.mark.parametrize(
    "screen", [(1280, "light", True), (390, "dark", True), (390, "light", False)], ids=str
)
def test_an_author_changes_a_file_looks_it_over_and_settles_a_clash(
    chromium: Browser, office: House, address: str, screen: tuple[int, str, bool]
) -> None:
    width, scheme, scripts = screen
    context, said = opened(chromium, width, scheme, scripts=scripts)
    context.add_cookies([{"name": "session", "value": TOKEN, "url": address}])
    page, name = context.new_page(), f"bai-{width}-{scripts}".lower()
    office.write(name, "Xin chào.", at="2022-11-20 08:00")
    before = saved(office.campaign, name)

    def look() -> None:
        if scripts:
            sound(page, width)

    page.goto(f"{address}/messages/{CAMPAIGN}/{name}")
    page.get_by_role("link", name="Sửa tệp").click()
    text = page.get_by_label("Nội dung tệp")
    assert text.input_value() == before
    look()
    text.fill(before.replace("08:00", "25:00"))
    page.get_by_role("button", name="Lưu", exact=True).press("Enter")
    page.get_by_text("Chưa lưu gì: nội dung còn lỗi.").wait_for()
    look()
    assert saved(office.campaign, name) == before
    wanted = before.replace("Xin chào.", "Kính chào quý vị.\n\n  – “Lan”")
    text.fill(wanted)
    page.get_by_role("button", name="Kiểm tra và xem trước").click()
    page.get_by_text("Kính chào quý vị.").nth(1).wait_for()
    look()
    theirs = before.replace("Xin chào.", "Đồng nghiệp.")
    (office.campaign / f"{name}.md").write_text(theirs, "utf-8")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_role("heading", name="Chỗ khác nhau").wait_for()
    look()
    assert saved(office.campaign, name) == theirs
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_text("Đã lưu.").wait_for()
    look()
    assert saved(office.campaign, name) == wanted
    context.close()
    assert said == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_author_begins_a_message_with_a_picture(
    chromium: Browser, office: House, address: str, scripts: bool
) -> None:
    context, said = opened(chromium, 1280, "dark", scripts=scripts)
    context.add_cookies([{"name": "session", "value": TOKEN, "url": address}])
    page, name = context.new_page(), f"le-ky-ket-{scripts}".lower()
    page.goto(f"{address}/messages")
    page.get_by_role("link", name="Thông điệp mới").click()
    page.get_by_label("Loại").select_option(label="sự kiện")
    page.get_by_label("Tên bài").or_(page.get_by_label("Tiêu đề")).fill(f"Lễ ký kết {scripts}")
    if scripts:
        sound(page, 1280)
    page.get_by_role("button", name="Bắt đầu từ bài mẫu").click()
    assert page.get_by_label("Tên tệp").input_value() == name
    picture = {"name": "Ảnh lễ.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.get_by_label("JPEG, PNG hoặc WebP").set_input_files(picture)  # type: ignore[arg-type]  # a dict of FilePayload
    page.get_by_role("button", name="Thêm ảnh vào thư mục").click()
    page.get_by_text("image: media/anh-le.jpg").wait_for()
    if scripts:
        sound(page, 1280)
    text = page.get_by_label("Nội dung tệp")
    head = "image: media/anh-le.jpg\nimage_alt: Lễ ký kết\nsummary: Thật."
    wanted = text.input_value().replace("summary:", head)
    text.fill(wanted)
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.get_by_text("Đã lưu.").wait_for()
    assert saved(office.campaign, name) == wanted
    context.close()
    assert said == []
