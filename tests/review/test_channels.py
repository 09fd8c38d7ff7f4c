"""The channels' page: how each stands; an administrator pauses one with a reason and lets it go on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from outreach.bootstrap.asking import Answer
from outreach.domain.health import ChannelHealth
from outreach.domain.role import Role
from outreach.domain.text import Text
from outreach.review.pages import review_pages
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

    def __call__(self, name: str) -> None:
        raise AssertionError(name)
