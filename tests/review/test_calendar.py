"""The calendar: every delivery on its local day, in its channel's lane, and only what was asked for."""

from __future__ import annotations

import re
from html import unescape

import pytest

from outreach.review import calendar
from tests.review.house import House


def test_each_delivery_stands_on_its_day_and_in_its_lane(office: House) -> None:
    page = office.signed_in().get("/calendar").text
    days = re.findall(r'<td class="open"[^>]*>.*?</td>', page, re.DOTALL)
    day = [one for one in days if "Thứ Ba, </span>15<" in one]
    assert len(day) == 1
    assert day[0].count("Bài mot") == 2
    assert "Treo băng rôn đợt 1" in day[0]
    assert len(re.findall(r'class="mark ch\d', page)) == 4


@pytest.mark.parametrize(
    ("asked", "marks"),
    [
        ("channel=so-website", 1),
        ("state=published", 0),
        ("state=scheduled", 4),
        ("topic=phát động", 2),
        ("unit=Phòng khác", 0),
        ("month=2022-12", 0),
        ("month=2022-13", 4),
        ("month=9999-12", 0),
        ("month=0001-01", 0),
        ("campaign=khong-co", 0),
    ],
)
def test_it_shows_what_was_asked_for(office: House, asked: str, marks: int) -> None:
    page = office.signed_in().get(f"/calendar?{asked}")
    assert page.status_code == 200
    assert len(re.findall(r'class="mark ch\d', page.text)) == marks


def test_other_calendars_get_it_too(office: House) -> None:
    answer = office.signed_in().get("/calendar?as=ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text.count("BEGIN:VEVENT") == 4


def test_gaps_are_named(office: House) -> None:
    (office.campaign / "campaign.toml").write_text(
        (office.campaign / "campaign.toml").read_text("utf-8").replace("phát động", "cuộc thi"),
        "utf-8",
    )
    assert "cuộc thi" in office.signed_in().get("/calendar").text


def test_what_a_crowded_day_leaves_out_is_one_link_away(
    office: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "IN_A_DAY", 1)
    browser = office.signed_in()
    page = browser.get("/calendar?channel=facebook-page&month=2022-11").text
    assert "lượt nữa trong ngày" not in page
    page = browser.get("/calendar").text
    link = re.search(r'<a href="([^"#]+)#2022-11-15">[+]2 lượt nữa trong ngày</a>', page)
    assert link
    assert 'id="2022-11-15"' in page
    whole = browser.get(unescape(link[1])).text
    assert "lượt nữa trong ngày" not in whole
    for title in ("Bài mot", "Treo băng rôn đợt 1"):
        assert page.count(f"</time> {title}") <= whole.count(f"</time> {title}")
    assert whole.count("</time>") == page.count("</time>") + 2
