"""The message pages: what followers see, what is wrong with the file, and the word of those who approve."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from outreach.domain.approval import Verdict
from outreach.domain.role import Role
from outreach.review.differing import differing
from tests.review.house import CAMPAIGN, House
from tests.review.stage import HOSTILE, Browser

PAGE = f"/messages/{CAMPAIGN}/mot"


def ticked(page: str) -> dict[str, str]:
    return dict.fromkeys(re.findall(r'name="(text-[0-9a-f]{64})" checked', page), "on")


def word(office: House, browser: Browser, say: str, note: str = "", page: str = PAGE) -> int:
    form = {**ticked(browser.get(page).text), "say": say, "note": note}
    return browser.post(page, form).status_code


def lacking(office: House) -> list[str]:
    waiting = office.office.approvals.waiting(office.now + timedelta(days=9))
    return sorted(d.identity.channel for d in waiting if d.identity.message == "mot")


def test_the_list_names_every_message_and_what_is_to_do(office: House) -> None:
    (office.campaign / "hong.md").write_text("---\ntitle: Hỏng\n", "utf-8")
    page = office.signed_in().get("/messages").text
    for said in ("Bài mot", "Treo băng rôn đợt 1", "cần duyệt: 2", "lỗi: 1"):
        assert said in page


def test_a_remark_about_a_file_stands_beside_its_message_whatever_its_name(office: House) -> None:
    office.write("Lễ ký", id="le", text="Gọi 0909 123 456 nhé.")
    browser = office.signed_in()
    listed = browser.get("/messages").text
    assert listed.count(f'href="/messages/{CAMPAIGN}/le"') == 1
    assert "Lễ ký.md" not in listed
    assert re.search(r'href="#line-\d+"', browser.get(f"/messages/{CAMPAIGN}/le").text)


def test_a_message_shows_its_faces_its_file_and_its_problems(office: House) -> None:
    office.write("mot", text="Gọi 0909 123 456 nhé.")
    page = office.signed_in().get(PAGE).text
    assert page.count('class="face ') == 2
    assert 'class="face facebook_page"' in page
    assert re.search(r'href="#line-\d+"', page)
    assert "Gọi 0909 123 456 nhé." in page


def test_an_approver_approves_every_channel_at_once(office: House) -> None:
    browser = office.signed_in(Role.APPROVER)
    assert lacking(office) == ["facebook-page", "so-website"]
    assert word(office, browser, "approved", note="đúng kế hoạch") == 303
    assert lacking(office) == []
    page = browser.get(PAGE).text
    assert "đúng kế hoạch" in page
    digest = office.deliveries("mot")["so-website"].digest
    (said,) = office.office.approvals.words([digest])[digest]
    assert (said.person, said.verdict) == ("lan", Verdict.APPROVED)


def test_one_channel_may_be_approved_alone(office: House) -> None:
    browser = office.signed_in(Role.APPROVER)
    browser.get(PAGE)
    digest = office.deliveries("mot")["so-website"].digest
    browser.post(PAGE, {f"text-{digest}": "on", "say": "approved"})
    assert lacking(office) == ["facebook-page"]


def test_sending_back_needs_a_reason_and_shows_it(office: House) -> None:
    browser = office.signed_in(Role.APPROVER)
    assert word(office, browser, "sent_back") == 409
    assert word(office, browser, "sent_back", note="sai ngày") == 303
    assert "sai ngày" in browser.get(PAGE).text
    assert lacking(office) == ["facebook-page", "so-website"]


def test_an_edit_withdraws_the_approval_and_shows_what_is_new(office: House) -> None:
    browser = office.signed_in(Role.APPROVER)
    word(office, browser, "approved")
    office.write("mot", text="Xin chào cả nhà.", image="media/anh.png", image_alt="Lễ phát động")
    office.apply()
    assert lacking(office) == ["facebook-page", "so-website"]
    page = browser.get(PAGE).text
    assert "Khác bản đã duyệt" in page
    assert "<del>chào.</del>" in page
    assert "<ins>chào cả nhà.</ins>" in page


def test_a_text_that_was_changed_while_it_was_read_is_not_approved(office: House) -> None:
    browser = office.signed_in(Role.APPROVER)
    form = ticked(browser.get(PAGE).text)
    office.write("mot", text="Khác rồi.")
    office.apply()
    answer = browser.post(PAGE, {**form, "say": "approved"})
    assert answer.status_code == 409
    assert "vừa được sửa" in answer.text
    assert lacking(office) == ["facebook-page", "so-website"]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUTHOR])
def test_nobody_else_approves(office: House, role: Role) -> None:
    browser = office.signed_in(role)
    assert 'value="approved"' not in browser.get(PAGE).text
    digest = office.deliveries("mot")["so-website"].digest
    assert browser.post(PAGE, {f"text-{digest}": "on", "say": "approved"}).status_code == 403
    assert lacking(office) == ["facebook-page", "so-website"]


def test_what_staff_write_is_shown_but_never_run(office: House) -> None:
    office.put(
        "mot",
        {
            "title": f"'{HOSTILE.replace(chr(39), chr(39) * 2)}'",
            "channels": "[website, facebook]",
            "at": "2022-11-15 08:00",
        },
        text=f'{HOSTILE} <a href="javascript:alert(3)" onclick="alert(4)">x</a> [y](javascript:5)',
    )
    office.apply()
    browser = office.signed_in()
    for path in (PAGE, "/messages", "/", "/log"):
        page = browser.get(path).text
        assert "<script>" not in page
        assert not re.search(r"<[^>]*\son\w+=|href=.?javascript", page)


def test_pictures_are_for_people_who_are_signed_in(office: House) -> None:
    browser = office.signed_in()
    (address,) = set(re.findall(r'src="(/pictures/[0-9a-f]{64})"', browser.get(PAGE).text))
    assert browser.get(address).headers["content-type"] == "image/png"
    assert office.browser().get(address).status_code == 303
    for wrong in ("/pictures/..%2foutreach.db", f"/pictures/{'0' * 64}", "/pictures/x"):
        assert browser.get(wrong).status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fconfig", ".hidden", "khong-co"])
def test_only_messages_have_a_page(office: House, name: str) -> None:
    assert office.signed_in().get(f"/messages/{CAMPAIGN}/{name}").status_code == 404


def test_the_difference_of_two_texts_is_both_of_them() -> None:
    found = differing("một hai ba", "một bốn ba năm")
    assert "".join(p.text for p in found if p.what != "new") == "một hai ba"
    assert "".join(p.text for p in found if p.what != "gone") == "một bốn ba năm"
    assert differing("x", "x") == ()
    kept = differing("bạo lực là trung tâm. Hết", "bạo lực được bảo vệ trước. Hết")
    assert [(p.what, p.text) for p in kept[1:3]] == [
        ("gone", "là trung tâm."),
        ("new", "được bảo vệ trước."),
    ]
    apart = differing("một\n\nhai", "ba\n\nbốn")
    assert [p.what for p in apart] == ["gone", "new", "same", "gone", "new"]
    long = "từ " * 5_000
    assert (
        "".join(p.text for p in differing(long, long + "mới") if p.what != "gone") == long + "mới"
    )


@pytest.mark.parametrize("campaign", ["khong-co", "../../x", "/etc", "a" * 200, "ệ" * 200, "."])
def test_a_campaign_that_is_none_has_no_messages(office: House, campaign: str) -> None:
    browser = office.signed_in()
    answer = browser.get("/messages?" + urlencode({"campaign": campaign}))
    assert answer.status_code == 200
    assert "Chưa có thông điệp nào." in answer.text
    assert "/messages/" + campaign not in answer.text


def test_a_campaign_whose_rules_are_missing_still_tells_its_problems(office: House) -> None:
    (office.campaign / "campaign.toml").unlink()
    assert office.office.reading().problems(CAMPAIGN)
