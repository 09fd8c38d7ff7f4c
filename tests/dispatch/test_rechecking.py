"""What was published is looked at again, and people are told when it is not as it was left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from outreach.channel import Absent, CannotTell, Found, PauseChannel, Receipt, Rendition
from outreach.dispatch import rechecking
from outreach.dispatch.reconcile import CLOCKS_DIFFER
from outreach.domain.claim import Pause
from outreach.store import delivery_log
from outreach.testing import retry_at
from tests.store.office import DUE, WHY, fill, planned
from tests.watching.watched import Watched

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    fill(made.queue, [planned("hong")])
    made.run(made.dispatcher.work_off())
    yield made
    made.close()


def seen(office: Watched, after: timedelta) -> list[str]:
    """What the delivery log says of a look after so long."""
    office.passes(after)
    before = delivery_log.head(office.engine).seq
    office.run(office.later())
    return [line.event.what for line in delivery_log.read(office.engine, after=before)]


def test_it_is_looked_at_after_minutes_and_after_a_day(office: Watched) -> None:
    spans = (9 * MINUTE, MINUTE, MINUTE, DAY, MINUTE, DAY)
    up = ["still_public"]
    assert [seen(office, span) for span in spans] == [[], up, [], up, [], []]
    assert office.website.calls["find"] == 2


def test_it_is_looked_for_since_its_first_try(tmp_path: Path) -> None:
    office = Watched(tmp_path)
    fill(office.queue, [planned("hong")])
    office.website.script.append(retry_at())
    office.run(office.dispatcher.work_off())
    office.passes(10 * MINUTE)
    office.run(office.dispatcher.work_off())
    (public,) = office.rechecks.public("website", office.now)
    assert public.delivery.since
    assert public.tried == public.delivery.since - 10 * MINUTE
    office.close()


def test_a_look_is_not_repeated_after_a_restart(office: Watched) -> None:
    assert seen(office, 10 * MINUTE) == ["still_public"]
    office.start()
    assert seen(office, MINUTE) == []


def test_what_is_gone_is_told_once_after_a_second_look(office: Watched) -> None:
    office.website.publications[0].withdrawn = office.now
    assert seen(office, 10 * MINUTE) == []
    assert office.look() == []
    assert seen(office, 5 * MINUTE) == ["gone"]
    (said,) = office.look()
    assert "not public any more" in said
    assert office.look(timedelta(hours=1)) == []
    office.website.publications[0].withdrawn = None
    assert seen(office, DAY) == ["still_public"]
    assert office.look() == []
    assert delivery_log.verify(office.engine).intact


def test_another_address_is_told(office: Watched) -> None:
    receipt = office.website.publications[0].receipt
    office.website.looks.append(Found(receipt=replace(receipt, permalink="https://else.example/")))
    assert seen(office, 10 * MINUTE) == ["moved_elsewhere"]
    (said,) = office.look()
    assert "https://else.example/" in said


def test_a_link_that_leads_nowhere_is_told_once_after_a_second_look(office: Watched) -> None:
    link = office.website.publications[0].receipt.permalink
    office.leads = False
    assert seen(office, 10 * MINUTE) == []
    assert seen(office, 5 * MINUTE) == ["link_broken"]
    assert office.followed == [link, link]
    (said,) = office.look()
    assert link in said
    office.leads = True
    assert seen(office, DAY) == ["still_public"]


def test_a_link_that_fails_once_is_believed_when_it_works_again(office: Watched) -> None:
    office.leads = False
    assert seen(office, 10 * MINUTE) == []
    office.leads = True
    assert seen(office, 5 * MINUTE) == ["still_public"]


def test_a_link_that_nobody_can_follow_is_no_drift(office: Watched) -> None:
    office.leads = None
    assert seen(office, 10 * MINUTE) == ["still_public"]


def test_a_proof_without_an_address_is_no_move(office: Watched) -> None:
    office.website.looks.append(Found(receipt=Receipt(remote_id="1", at=office.now)))
    assert seen(office, 10 * MINUTE) == ["still_public"]


def test_a_look_that_is_refused_pauses_the_channel_once_and_people_are_told(
    office: Watched,
) -> None:
    office.website.looks.extend([PauseChannel(WHY), PauseChannel(WHY)])
    assert seen(office, 10 * MINUTE) == ["paused"]
    (said,) = office.look()
    assert str(WHY) in said
    assert seen(office, 2 * DAY) == []
    assert office.website.calls["find"] == 1


def test_what_a_person_has_paused_is_not_let_go_earlier(office: Watched) -> None:
    soon = office.now + DAY
    office.queue.pause("website", WHY, None, actor="lan", now=office.now)
    office.queue.give_way("website", Pause(reason=WHY, until=soon), office.now)
    assert office.queue.channel_states()["website"].until is None


def test_who_cannot_tell_is_believed(office: Watched) -> None:
    office.website.looks.append(CannotTell(why=WHY))
    assert seen(office, 10 * MINUTE) == ["not_seen"]
    assert office.look() == []


@pytest.mark.parametrize("failure", [CannotTell(why=WHY, passing=True), ZeroDivisionError()])
def test_a_channel_that_fails_rests_for_an_hour(
    office: Watched, failure: CannotTell | Exception
) -> None:
    office.website.looks.append(failure)
    spans = (10 * MINUTE, 59 * MINUTE, MINUTE)
    assert [seen(office, span) for span in spans] == [[], [], ["still_public"]]


def test_a_paused_channel_is_left_alone(office: Watched) -> None:
    office.queue.pause("website", WHY, None, actor="lan", now=office.now)
    assert seen(office, 10 * MINUTE) == []
    assert office.website.calls["find"] == 0


def test_notices_are_not_looked_at_again(office: Watched) -> None:
    office.trouble("viec")
    assert len(office.look()) == 1
    seen(office, 10 * MINUTE)
    assert office.bell.calls["find"] == 0


def test_it_waits_while_anything_is_being_delivered(
    office: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.passes(10 * MINUTE)
    with monkeypatch.context() as busy:
        busy.setattr(type(office.dispatcher), "in_flight", 1)
        office.run(office.later())
    assert office.website.calls["find"] == 0
    office.run(office.later())
    assert office.website.calls["find"] == 1


def test_without_its_content_it_cannot_be_looked_for(
    office: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office.queue, "rendition", lambda delivery: None)
    assert seen(office, 10 * MINUTE) == []
    assert office.website.calls["find"] == 0


def publish_more(office: Watched, *names: str) -> None:
    fill(office.queue, [planned(name) for name in names])
    office.run(office.dispatcher.work_off())


@pytest.mark.parametrize(("gap", "looks"), [(timedelta(0), 3), (MINUTE, 1)])
def test_a_round_looks_at_everything_except_where_the_channel_keeps_a_gap(
    office: Watched, gap: timedelta, looks: int
) -> None:
    publish_more(office, "lan", "mai")
    office.website.capabilities = replace(office.website.capabilities, gap=gap)
    assert seen(office, 10 * MINUTE) == ["still_public"] * looks
    assert office.website.calls["find"] == looks


def test_one_without_its_content_does_not_keep_others_from_being_looked_at(
    office: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_more(office, "lan")
    known = office.queue.rendition
    monkeypatch.setattr(office.queue, "rendition", lambda row: None if row.id == 1 else known(row))
    assert seen(office, 10 * MINUTE) == ["still_public"]


def test_a_channel_that_fails_is_not_asked_about_the_others(office: Watched) -> None:
    publish_more(office, "lan")
    office.website.looks.append(ZeroDivisionError())
    assert seen(office, 10 * MINUTE) == []
    assert office.website.calls["find"] == 1


def test_it_asks_for_this_publication_since_its_first_try(
    office: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[object] = []

    async def find(rendition: Rendition, *, key: str, since: datetime) -> Found:
        heard.extend([rendition, key, since])
        return Found(receipt=office.website.publications[0].receipt)

    monkeypatch.setattr(office.website, "find", find)
    assert seen(office, 10 * MINUTE) == ["still_public"]
    (row,) = [row for row in office.queue.list() if row.identity.message == "hong"]
    assert heard == [office.queue.rendition(row), row.identity.key, DUE - CLOCKS_DIFFER]


def test_a_look_that_hangs_is_ended(office: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    async def find(*_: object, **__: object) -> Found:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(rechecking, "DEADLINE", timedelta(milliseconds=10))
    monkeypatch.setattr(office.website, "find", find)
    assert seen(office, 10 * MINUTE) == []


def test_each_empty_look_after_a_good_one_is_doubted_anew(office: Watched) -> None:
    office.website.looks.append(Absent())
    assert seen(office, 10 * MINUTE) == []
    assert seen(office, 5 * MINUTE) == ["still_public"]
    office.website.looks.extend([Absent(), Absent()])
    assert [seen(office, span) for span in (DAY, 5 * MINUTE)] == [[], ["gone"]]


def test_a_channel_that_refuses_is_not_asked_about_the_others(office: Watched) -> None:
    publish_more(office, "lan")
    office.website.looks.append(PauseChannel(WHY))
    assert seen(office, 10 * MINUTE) == ["paused"]
    assert office.website.calls["find"] == 1


def test_a_link_that_the_channel_does_not_name_again_is_followed_all_the_same(
    office: Watched,
) -> None:
    link = office.website.publications[0].receipt.permalink
    unnamed = Found(receipt=Receipt(remote_id="1", at=office.now))
    office.website.looks.extend([unnamed, unnamed])
    office.leads = False
    assert [seen(office, span) for span in (10 * MINUTE, 5 * MINUTE)] == [[], ["link_broken"]]
    assert office.followed == [link, link]
    (said,) = office.look()
    assert link in said
