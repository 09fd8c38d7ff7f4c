"""What a delivery waits for is said where people look first, once for all that one mend lets go."""

from __future__ import annotations

import re

from outreach.domain.text import Text
from tests.review.house import CAMPAIGN, House

MESSAGE = f"/messages/{CAMPAIGN}/mot"


def address(office: House, channel: str) -> str:
    return f"/deliveries/{office.deliveries('mot')[channel].id}"


def test_a_delivery_says_that_its_text_is_not_approved_and_its_channel_paused(
    office: House,
) -> None:
    why = Text("{why}", why="Đổi người quản trị.")
    office.queue.pause("facebook-page", why, None, actor="lan", now=office.now)
    browser = office.signed_in()
    page = browser.get(address(office, "facebook-page")).text
    assert f'<a href="{MESSAGE}">Đọc và duyệt</a>' in page
    assert "Kênh đang tạm dừng: Đổi người quản trị." in page
    other = browser.get(f"{address(office, 'so-website')}?lang=en").text
    assert "What it waits for" in other
    assert "The channel is paused" not in other


def test_a_delivery_that_waits_for_nobody_says_nothing_of_it(office: House) -> None:
    office.rule("optional")
    office.apply()
    assert "Đang chờ" not in office.signed_in().get(address(office, "so-website")).text


def test_there_is_no_proof_of_what_was_never_tried(office: House) -> None:
    assert "/proof" not in office.signed_in().get(address(office, "so-website")).text


def test_one_broken_file_is_one_thing_to_do_and_keeps_its_title(office: House) -> None:
    office.rule("optional")
    office.write("mot", at="2022-11-31 08:00")
    office.apply()
    browser = office.signed_in()
    hands = re.findall(r'<a class="deed" href="([^"]+)">', browser.get("/").text)
    assert hands.count(MESSAGE) == 1
    assert not any(f"/deliveries/{d.id}" in hands for d in office.deliveries("mot").values())
    assert "<strong>Bài mot</strong>" in browser.get("/messages").text
