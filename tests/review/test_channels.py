"""The channels' page: how each stands; an administrator pauses one with a reason and lets it go on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from outreach.domain.role import Role
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
