"""Approving by a link: for one person, one text, once, and never by looking."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from outreach.domain.approval import Verdict, Word
from outreach.domain.delivery import State
from outreach.domain.role import Role
from outreach.review.links import GOOD_FOR, Link, Links
from outreach.review.pages import review_pages
from outreach.store.approvals import Approvals
from outreach.store.delivery_log import read
from tests.review.house import House

KEY, OLDER = (bytes([number]) * 32 for number in (7, 8))
LINKS = Links([KEY])


@pytest.fixture
def house(office: House) -> House:
    """Lan approves; links are signed."""
    office.office.people.invite("lan", Role.APPROVER, "x", actor="admin", now=office.now)
    office.let_in_by(links=LINKS)
    return office


def digest(house: House) -> str:
    return house.deliveries("mot")["so-website"].digest


def link(house: House, person: str = "lan", links: Links = LINKS) -> str:
    until = house.now + GOOD_FOR
    return links.sign(Link(person=person, digest=digest(house), until=until))


def words(house: House) -> list[Word]:
    return house.office.approvals.words([digest(house)]).get(digest(house), [])


def opened(house: House, signed: str) -> tuple[int, str]:
    answer = house.browser().get(f"/approve?link={signed}&lang=en")
    return answer.status_code, unescape(answer.text)


@pytest.mark.asvs("3.5.3", "Opening the link of a letter, however often, approves nothing.")
def test_looking_approves_nothing_and_the_button_does(house: House) -> None:
    signed = link(house)
    for _ in range(3):
        status, page = opened(house, signed)
        assert status == 200
        assert "Bài mot" in page
    assert words(house) == []
    assert f'name="link" value="{signed}"' in page
    assert "Approve this very text as lan" in page
    assert "15/11/2022 08:00" in page
    assert "so-website" in page
    assert "Xin chào." in page
    browser = house.browser()
    answer = browser.post("/approve?lang=en", {"link": signed})
    assert answer.status_code == 200
    assert "the link is used up now" in answer.text
    assert "<form" not in answer.text.partition("<main")[2].partition("</main")[0]
    (word,) = words(house)
    assert (word.person, word.verdict, word.note) == ("lan", Verdict.APPROVED, "")
    assert house.browser().get("/").status_code == 303
    assert "session" not in str(browser.cookies)
    events = [line.event for line in read(house.desk.engine) if line.event.what == "approved"]
    assert [event.actor for event in events] == ["lan"]
    assert "link" in str(events[0].data["reason"])


@pytest.mark.asvs("2.3.4", "A link approves once.")
def test_it_serves_once(house: House) -> None:
    signed = link(house)
    assert house.browser().post("/approve", {"link": signed}).status_code == 200
    answer = house.browser().post("/approve?lang=en", {"link": signed})
    assert answer.status_code == 410
    assert "used already" in answer.text
    assert "used already" in opened(house, signed)[1]
    before = house.office.checked_end()
    word = Word(digest=digest(house), person="lan", verdict=Verdict.APPROVED, note="", at=house.now)
    assert not house.office.approvals.give_once(word)
    assert house.office.checked_end() == before


def test_of_two_presses_at_once_one_approves(house: House) -> None:
    class Late(Approvals):
        """Says at first that nobody spoke, as to one who asked just before."""

        asked = 0

        def words(self, digests: Iterable[str]) -> dict[str, list[Word]]:
            self.asked += 1
            return super().words(digests) if self.asked > 1 else {}

    signed = link(house)
    assert house.browser().post("/approve", {"link": signed}).status_code == 200
    house.office = replace(house.office, approvals=Late(house.desk.engine))
    house.app = review_pages(house.office)
    answer = house.browser().post("/approve?lang=en", {"link": signed})
    assert answer.status_code == 410
    assert "used already" in answer.text
    assert "used up now" not in answer.text
    events = [line.event for line in read(house.desk.engine) if line.event.what == "approved"]
    assert len(events) == 1


def test_what_the_person_said_meanwhile_counts_more(house: House) -> None:
    signed = link(house)
    said = Word(
        digest=digest(house), person="lan", verdict=Verdict.SENT_BACK, note="x", at=house.now
    )
    house.office.approvals.give(said)
    assert house.browser().post("/approve", {"link": signed}).status_code == 410
    assert [word.verdict for word in words(house)] == [Verdict.SENT_BACK]


def test_it_ends_after_two_days(house: House) -> None:
    signed = link(house)
    house.wait(GOOD_FOR)
    assert opened(house, signed)[0] == 200
    house.wait(timedelta(seconds=1))
    assert "is over" in opened(house, signed)[1]
    assert house.browser().post("/approve", {"link": signed}).status_code == 410


def test_it_is_for_that_very_text(house: House) -> None:
    signed = link(house)
    house.write("mot", "Lời khác.", image="media/anh.png", image_alt="Lễ phát động")
    house.apply()
    assert "changed" in opened(house, signed)[1]
    assert house.browser().post("/approve", {"link": signed}).status_code == 410
    assert words(house) == []


@pytest.mark.parametrize("what", ["removed", "appointed"])
def test_it_is_for_that_very_person_while_they_approve(house: House, what: str) -> None:
    signed, people = link(house), house.office.people
    if what == "removed":
        people.remove("lan", actor="admin", now=house.now)
    else:
        people.appoint("lan", Role.AUTHOR, actor="admin", now=house.now)
    status, page = opened(house, signed)
    assert (status, "may not approve" in page) == (410, True)
    assert house.browser().post("/approve", {"link": signed}).status_code == 410
    assert words(house) == []


@pytest.mark.asvs(
    "11.4.3",
    "Links are signed with HMAC-SHA-256; one that was changed, or signed with another key, is none.",
)
def test_nobody_else_can_make_or_change_one(house: House) -> None:
    house.office.people.invite("minh", Role.APPROVER, "x", actor="admin", now=house.now)
    good, of_minh = link(house), link(house, person="minh")
    content, _, mac = good.partition(".")
    other = of_minh.partition(".")[0]
    forged = [
        "",
        ".",
        "x",
        content,
        f"{content}.",
        f"{other}.{mac}",
        f"{content}.{mac[:-1]}",
        f"{content}A.{mac}",
        link(house, links=Links([OLDER])),
        "é" * 2000,
    ]
    for signed in forged:
        answer = house.browser().post("/approve", {"link": signed})
        assert answer.status_code == 410, signed
        assert LINKS.read(signed) is None
    assert LINKS.read(of_minh)
    house.let_in_by(links=None)
    assert house.browser().post("/approve", {"link": good}).status_code == 410
    assert words(house) == []


def test_after_an_exchange_of_keys_the_older_links_still_serve(house: House) -> None:
    signed = link(house, links=Links([OLDER]))
    house.let_in_by(links=Links([KEY, OLDER]))
    assert opened(house, signed)[0] == 200
    assert LINKS.read(Links([KEY, OLDER]).sign(Link(person="lan", digest="d", until=house.now)))


def test_four_eyes_need_two_people_also_by_links(house: House) -> None:
    house.rule("four-eyes")
    house.apply()
    house.office.people.invite("minh", Role.APPROVER, "x", actor="admin", now=house.now)
    for person, lacking in (("lan", 1), ("minh", 0)):
        waiting = house.office.approvals.waiting(house.now + timedelta(days=7))
        assert digest(house) in {delivery.digest for delivery in waiting}
        house.browser().post("/approve", {"link": link(house, person)})
        waiting = house.office.approvals.waiting(house.now + timedelta(days=7))
        assert (digest(house) in {d.digest for d in waiting}) is bool(lacking)
    assert house.deliveries("mot")["so-website"].state is State.SCHEDULED


def test_no_other_site_sends_the_form(house: House) -> None:
    signed = link(house)
    answer = house.browser().post("/approve", {"link": signed}, sec_fetch_site="cross-site")
    assert answer.status_code == 403
    assert words(house) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_runs_nothing_of_a_text(house: House, language: str) -> None:
    house.write("mot", "<script>alert(1)</script> & [x](javascript:alert(2))")
    house.apply()
    answer = house.browser().get(f"/approve?link={link(house)}&lang={language}")
    assert answer.status_code == 200
    assert not re.search(r"<script|<[^>]*\s(on\w+|style)=|javascript:alert", answer.text)
    assert f'lang="{language}"' in answer.text
