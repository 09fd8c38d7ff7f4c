"""The daily letters to approvers: each gets links of their own, once a day, for what waits for their word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from outreach.bootstrap.daily import daily_chores
from outreach.bootstrap.letters import NotSent, last_sent, send
from outreach.domain.approval import Verdict, Word
from outreach.domain.problem import Place
from outreach.domain.role import Role
from outreach.review.ways_in import links_of
from outreach.settings import ChannelSettings, Settings
from outreach.settings.model import Review
from outreach.store.approvals import LETTER
from outreach.store.delivery_log import read
from tests.channels.mail_server import MailServer
from tests.review.house import House, house

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
REVIEW = Review(address="https://duyet.so.example", key=SecretStr(KEY), letters="thu")
DAY = timedelta(days=1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "office") as made:
        for name, role in (("lan", Role.APPROVER), ("minh", Role.APPROVER), ("tú", Role.AUTHOR)):
            mail = f"{len(name)}{role.value}@sct.test"
            made.office.people.invite(name, role, "x", actor="admin", now=made.now, mail=mail)
        made.let_in_by(links=links_of(REVIEW))
        yield made


@pytest.fixture
def settings(office: House, server: MailServer, tmp_path: Path) -> Settings:
    own = {**server.settings, "sender": "Sở <a@sct.test>", "recipients": ["x@bao.test"]}
    channel = ChannelSettings(
        name="thu", adapter="email", settings=own, place=Place(file="config.toml"), folder=tmp_path
    )
    return replace(office.desk.settings, review=REVIEW, channels={"thu": channel})


LAN, MINH = "3approver@sct.test", "4approver@sct.test"


def links(server: MailServer, to: str) -> list[str]:
    (letter,) = (one.letter for one in server.arrived if one.to == to)
    return re.findall(r"/approve\?link=(\S+)", letter.get_content())


def test_each_approver_gets_links_that_approve_in_their_name(
    office: House, settings: Settings, server: MailServer
) -> None:
    assert send(settings, office.desk.engine, now=office.now) == 2
    assert set(server.counts) == {LAN, MINH}
    assert len(links(server, LAN)) == 3
    assert not set(links(server, LAN)) & set(links(server, MINH))
    noted = [one.event for one in read(office.desk.engine) if one.event.what == LETTER]
    assert {(one.actor, one.data["person"], len(one.data["texts"])) for one in noted} == {
        ("outreach", "lan", 3),
        ("outreach", "minh", 3),
    }
    for link in links(server, LAN):
        assert office.browser().post("/approve", {"link": link}).status_code == 200
    words = office.office.approvals.words([d.digest for d in office.queue.list()])
    assert {word.person for said in words.values() for word in said} == {"lan"}
    assert office.office.approvals.waiting(office.now + 30 * DAY) == []
    assert last_sent(settings) == office.now
    assert "letters" in [chore.name for chore in daily_chores(settings, office.desk.engine)]


def test_who_has_spoken_is_not_asked_again_and_nobody_twice_a_day(
    office: House, settings: Settings, server: MailServer
) -> None:
    for digest in {delivery.digest for delivery in office.queue.list()}:
        sent_back = Word(
            digest=digest, person="lan", verdict=Verdict.SENT_BACK, note="x", at=office.now
        )
        office.office.approvals.give(sent_back)
    server.rcpt[MINH] = "450 later"
    with pytest.raises(NotSent):
        send(settings, office.desk.engine, now=office.now)
    assert last_sent(settings) is None
    server.rcpt.clear()
    assert send(settings, office.desk.engine, now=office.now + timedelta(minutes=5)) == 1
    assert server.counts == {MINH: 1}
    assert send(settings, office.desk.engine, now=office.now + DAY) == 1
    assert server.counts == {MINH: 2}


def test_a_letter_that_was_refused_does_not_write_to_the_others_twice(
    office: House, settings: Settings, server: MailServer
) -> None:
    server.rcpt[MINH] = "550 no"
    for minutes in (0, 5):
        with pytest.raises(NotSent, match=MINH):
            send(settings, office.desk.engine, now=office.now + timedelta(minutes=minutes))
    assert server.counts == {LAN: 1}


def test_without_its_key_nothing_is_sent_and_the_log_says_why(
    office: House, settings: Settings
) -> None:
    without = replace(settings, review=replace(REVIEW, key=None))
    with pytest.raises(NotSent, match="key"):
        send(without, office.desk.engine, now=office.now)
