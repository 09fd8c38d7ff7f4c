"""The channels' page: how each stands; an administrator pauses one with a reason and lets it go on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from outreach.bootstrap.asking import Answer, Tried
from outreach.domain.health import ChannelHealth, Trial
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review.pages import review_pages
from outreach.review.signing import FIRST
from outreach.store.delivery_log import read
from tests.review.house import House


def test_each_channel_tells_how_it_stands(office: House) -> None:
    page = office.signed_in(Role.REVIEWER).get("/channels").text
    for said in ("facebook-page", "so-website", "truc-tiep", "đang chạy", "15/11/2022 08:00"):
        assert said in page
    assert 'value="pause"' not in page


@pytest.mark.parametrize(("hours", "span"), [("4", timedelta(hours=4)), ("", None), ("x", None)])
def test_a_channel_is_paused_with_a_reason_and_goes_on(
    office: House, hours: str, span: timedelta | None
) -> None:
    browser = office.signed_in()
    browser.get("/channels")
    form = {"do": "pause", "hours": hours}
    assert browser.post("/channels/so-website", form).status_code == 409
    assert browser.post("/channels/so-website", {**form, "reason": "đổi máy"}).status_code == 303
    state = office.queue.channel_states()["so-website"]
    assert (state.paused, state.until) == (True, span and office.now + span)
    assert "đổi máy" in browser.get("/").text
    browser.post("/channels/so-website", {"do": "resume"})
    assert not office.queue.channel_states()["so-website"].paused


def test_there_is_no_other_channel(office: House) -> None:
    browser = office.signed_in()
    browser.get("/channels")
    form = {"do": "pause", "reason": "x"}
    assert browser.post("/channels/khong-co", form).status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUTHOR, Role.APPROVER])
def test_nobody_else_pauses(office: House, role: Role) -> None:
    browser = office.signed_in(role)
    browser.get("/channels")
    form = {"do": "pause", "reason": "x"}
    assert browser.post("/channels/so-website", form).status_code == 403
    assert office.queue.channel_states() == {}


def test_a_service_is_asked_by_an_administrator_only(office: House) -> None:
    reviewer, admin = office.signed_in(Role.REVIEWER), office.signed_in()
    assert 'value="ask"' not in reviewer.get("/channels").text
    assert reviewer.post("/channels/so-website", {"do": "ask"}).status_code == 403
    admin.get("/channels")
    assert admin.post("/channels/so-website", {"do": "ask"}).status_code == 303
    assert office.office.asking
    assert set(office.office.asking.seen) == {"so-website"}
    page = reviewer.get("/channels").text
    assert "Bây giờ đăng được." in page
    assert "14/11/2022 08:00:00" in page


def test_a_rehearsal_asks_nobody(office: House) -> None:
    office.app = review_pages(replace(office.office, asking=None))
    admin = office.signed_in()
    assert 'value="ask"' not in admin.get("/channels").text
    assert admin.post("/channels/so-website", {"do": "ask"}).status_code == 303


def test_days_and_quota_are_told(office: House) -> None:
    expires = office.now + timedelta(days=12)
    health = ChannelHealth(ok=True, summary=Text("x"), expires=expires, quota_left=3)
    known = Known(seen={"so-website": Answer(health=health, at=office.now)})
    office.app = review_pages(replace(office.office, asking=known))
    page = office.signed_in().get("/channels").text
    assert "26/11/2022 08:00 (còn 12 ngày)" in page
    assert re.search(r"Hạn mức còn lại</dt><dd>3<", page)


@dataclass
class Known:
    """Knows answers without asking."""

    seen: dict[str, Answer]
    tried: dict[str, Tried] = field(default_factory=dict)

    def __call__(self, name: str) -> None:
        raise AssertionError(name)

    def try_out(self, name: str, *, actor: str) -> Trial:
        raise AssertionError(name)


def test_a_channel_is_tried_by_an_administrator_only(office: House) -> None:
    reviewer, admin = office.signed_in(Role.REVIEWER), office.signed_in()
    assert 'value="try"' not in reviewer.get("/channels").text
    assert reviewer.post("/channels/so-website", {"do": "try"}).status_code == 403
    page = admin.get("/channels").text
    assert page.count('value="try"') == 2
    assert "Một trang ở địa chỉ không ai đoán được" in page
    assert "Không đăng thử được: kênh này không có chỗ nào khuất bạn đọc." in page
    counts = office.queue.counts()
    before = [path for path in (office.folder / "state" / "site").rglob("*") if path.is_file()]
    assert admin.post("/channels/so-website", {"do": "try"}).status_code == 303
    after = [path for path in (office.folder / "state" / "site").rglob("*") if path.is_file()]
    assert after == before
    page = reviewer.get("/channels").text
    assert "Đã đăng thử một bài ở chỗ bạn đọc không thấy, đọc lại và gỡ đi." in page
    lines = [line.event for line in read(office.desk.engine)][-2:]
    assert [(e.what, e.actor) for e in lines] == [
        ("trial_begun", FIRST),
        ("trial_went_well", FIRST),
    ]
    assert office.queue.counts() == counts
    english = admin.get("/log?lang=en&channel=so-website").text
    assert "test post came and went" in english


def test_a_channel_without_a_safe_place_is_not_tried(office: House) -> None:
    admin = office.signed_in()
    admin.get("/channels")
    assert admin.post("/channels/truc-tiep", {"do": "try"}).status_code == 303
    assert office.office.asking
    assert not office.office.asking.tried


def test_what_a_test_post_left_behind_is_told(office: House) -> None:
    trial = Trial(ok=False, said=Text("x"), left=Text("Bài nháp 7"))
    tried = {"so-website": Tried(trial=trial, at=office.now, actor="lan")}
    office.app = review_pages(replace(office.office, asking=Known(seen={}, tried=tried)))
    assert "<strong>Còn để lại:</strong> Bài nháp 7" in office.signed_in().get("/channels").text
