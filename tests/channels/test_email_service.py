"""Letters through the real queue: a process that dies between two newsrooms, and the person who is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest

from outreach.channel import AdapterPlace, Rendition, Text
from outreach.channels.email import Email, EmailSettings
from outreach.channels.email.post_office import PostOffice
from outreach.domain.delivery import State
from tests.channels.mail_server import MailServer
from tests.dispatch.world import World

EVERYONE = tuple(f"bao{number}@dak.test" for number in range(4))
IN_DOUBT = EVERYONE[2]


class Mortal(Email):
    """Its process dies when the letter for `victim` has just been taken."""

    victim = ""
    died: asyncio.Event

    async def _hand_over(
        self, office: PostOffice, rendition: Rendition, key: str, to: Address
    ) -> Mapping[str, Any]:
        answer = await super()._hand_over(office, rendition, key, to)
        if to.addr_spec == self.victim:
            self.died.set()
            await asyncio.Event().wait()
        return answer


class Office(World):
    """A world whose only channel writes letters."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        super().__init__(folder)
        settings = EmailSettings(sender="a@sct.test", recipients=EVERYONE, **server.settings)
        self.letters = Mortal("letters", settings, AdapterPlace(state=folder, clock=self.now))
        self.channels.clear()
        self.channels["letters"] = self.letters  # type: ignore[assignment] # not a fake, this time
        self.restart()
        self.plan("phat-dong", "letters", self.now())

    def work_until(self, *states: State) -> State:
        for _ in range(20):
            next_due = self.work()
            (delivery,) = self.rows()
            if delivery.state in states:
                return delivery.state
            assert next_due is not None
            self.pass_time(max(timedelta(seconds=1), next_due - self.now()))
        raise AssertionError(delivery)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, server: MailServer) -> Iterator[Office]:
    opened = Office(tmp_path, server)
    yield opened
    opened.close()


def test_a_death_between_two_newsrooms_asks_a_person_and_doubles_nothing(
    office: Office, server: MailServer
) -> None:
    office.letters.victim = IN_DOUBT
    assert office.work_until(State.NEEDS_PERSON) is State.NEEDS_PERSON
    assert server.counts == dict.fromkeys(EVERYONE[:3], 1)
    office.letters.victim = ""
    (delivery,) = office.rows()
    office.queue.move(
        delivery.id, State.SCHEDULED, reason=Text("Again."), actor="Lan", now=office.now()
    )
    assert office.work_until(State.PUBLISHED) is State.PUBLISHED
    assert server.counts - Counter(EVERYONE) == {IN_DOUBT: 1}, "only the one in doubt"
    assert set(server.counts) == set(EVERYONE)


def test_a_newsroom_that_asks_to_wait_gets_its_letter_by_itself(
    office: Office, server: MailServer
) -> None:
    server.rcpt[IN_DOUBT] = "451 Greylisted"
    office.work()
    (delivery,) = office.rows()
    assert delivery.state is State.SCHEDULED
    server.rcpt.clear()
    assert office.work_until(State.PUBLISHED) is State.PUBLISHED
    assert server.counts == dict.fromkeys(EVERYONE, 1)
    (delivery,) = office.rows()
    assert delivery.receipt is not None
    assert set(delivery.receipt.details["taken"]) == set(EVERYONE)
