"""People are told what is wrong: once per cause, several causes at a time, whatever happens to the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from outreach.channel import ChannelHealth, Text
from outreach.domain.delivery import State
from outreach.store.records import Fenced
from outreach.testing import Crash, MemorySteps, lost_reply, pause, reject
from outreach.watching.watch import Checked
from tests.store.office import WHY, fill, planned
from tests.watching.watched import MINUTE, Watched

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.close()


def test_what_needs_a_person_is_told_once_with_what_where_and_how_to_mend_it(
    office: Watched,
) -> None:
    delivery = office.trouble("phat-dong")
    (said,) = office.look()
    assert "It needs a person: Because Lan says so." in said
    assert f"website: “phat-dong”, due 15/11/2022 08:00 (delivery {delivery.id})" in said
    assert f"outreach resolve {delivery.id}" in said
    assert [office.look(span) for span in (MINUTE, HOUR, DAY)] == [[], [], []]


@pytest.mark.parametrize("state", [State.REJECTED, State.MISSED])
def test_what_ended_badly_is_told(office: Watched, state: State) -> None:
    office.trouble("phat-dong", state)
    (said,) = office.look()
    assert "phat-dong" in said
    assert office.look(DAY) == []


def test_it_is_told_in_vietnamese(tmp_path: Path) -> None:
    office = Watched(tmp_path, language="vi")
    office.trouble("phat-dong")
    (said,) = office.look()
    assert "Cách xử lý" in said
    office.close()


def test_every_way_is_used(tmp_path: Path) -> None:
    office = Watched(tmp_path, ways=("bell", "other"))
    office.trouble("phat-dong")
    assert len(office.look()) == 1
    assert len(office.other.publications) == 1
    office.close()


def test_a_burst_is_one_notice_and_what_follows_waits_a_while(office: Watched) -> None:
    for number in range(13):
        office.trouble(f"tin-{number}")
    (said,) = office.look()
    assert said.count("It needs a person") == 10
    assert "and 3 more" in said
    office.trouble("sau")
    assert office.look() == []
    (later,) = office.look(5 * MINUTE)
    assert later.count("It needs a person") == 1


def test_what_was_told_is_not_told_again_after_a_restart(office: Watched) -> None:
    office.trouble("phat-dong")
    office.health["website"] = Checked(
        health=ChannelHealth(ok=True, summary=WHY, expires=office.now + 2 * DAY)
    )
    assert len(office.look()) == 1
    office.start()
    assert office.look(HOUR) == []
    office.health["website"] = Checked(
        health=ChannelHealth(ok=True, summary=WHY, expires=office.now + 2 * DAY)
    )
    assert office.look(HOUR) == []


@pytest.mark.parametrize("accepted", [True, False])
def test_a_crash_while_telling_neither_loses_nor_doubles(office: Watched, accepted: bool) -> None:
    office.trouble("phat-dong")
    office.run(office.watch())
    (claim,) = office.queue.exchange((), {"bell": 1}, office.now).claims
    if accepted:
        key = claim.delivery.identity.key
        office.run(office.bell.publish(claim.rendition, key=key, steps=MemorySteps()))
    office.start()
    office.queue.interrupted(office.now)
    for _ in range(4):
        office.look(10 * MINUTE)
    assert len(office.bell.publications) == 1


def test_a_crash_between_noticing_and_telling_loses_nothing(
    office: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.trouble("phat-dong")

    def die(*_: object, **__: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("outreach.store.changes.apply", die)
        with pytest.raises(Crash):
            office.look()
    office.start()
    assert len(office.look()) == 1
    assert office.look(HOUR) == []


def test_a_lost_reply_is_looked_for_and_not_repeated(office: Watched) -> None:
    office.bell.script.append(lost_reply())
    office.trouble("phat-dong")
    assert len(office.look()) == 1
    for _ in range(4):
        office.look(10 * MINUTE)
    assert len(office.bell.publications) == 1
    assert [notice.state for notice in office.notices()] == [State.PUBLISHED]


def test_an_alert_that_nobody_took_is_told_by_the_other_way(tmp_path: Path) -> None:
    office = Watched(tmp_path, ways=("bell", "other"))
    office.bell.script.append(reject())
    office.trouble("phat-dong")
    office.look()
    office.look(5 * MINUTE)
    said = [p.rendition.text for p in office.other.publications]
    assert [("An alert may not have arrived" in text) for text in said] == [False, True]
    office.look(HOUR)
    assert len(office.other.publications) == 2
    office.close()


def test_a_pause_is_told_and_told_anew_when_it_comes_back(office: Watched) -> None:
    fill(office.queue, [planned("a")])
    office.website.script.append(pause())
    office.run(office.dispatcher.work_off())
    (said,) = office.look()
    assert "outreach resume website" in said
    assert office.look(HOUR) == []
    office.queue.resume("website", actor="lan", now=office.now)
    assert office.look() == []
    office.queue.pause("website", WHY, None, actor="lan", now=office.now)
    assert len(office.look(HOUR)) == 1


def test_a_short_pause_is_nobodys_business(office: Watched) -> None:
    office.queue.pause("website", WHY, office.now + HOUR, actor="lan", now=office.now)
    assert office.look() == []


def test_a_permission_that_ends_is_told_at_each_of_its_last_days(office: Watched) -> None:
    expires = office.now + 20 * DAY
    told = []
    for _ in range(21):
        health = ChannelHealth(ok=True, summary=WHY, expires=expires)
        office.health["website"] = Checked(health=health)
        told.append(len(office.look(DAY)))
    assert sum(told) == 4


def test_a_channel_that_fails_twice_is_told(office: Watched) -> None:
    sick = ChannelHealth(ok=False, summary=Text("The key was refused."))
    office.health["website"] = Checked(health=sick, failed=1)
    assert office.look() == []
    office.health["website"] = Checked(health=sick, failed=2)
    (said,) = office.look()
    assert "The key was refused." in said


def test_silence_is_told_only_when_something_was_due(office: Watched) -> None:
    assert office.look(10 * DAY) == []
    fill(office.queue, [planned("a", "absent", due=office.now)])
    assert office.look(HOUR) == []
    (said,) = office.look(6 * HOUR)
    assert "Nothing went out for 6 hours although 1 deliveries were due." in said


def test_a_full_disk_is_told_and_does_not_flutter(office: Watched) -> None:
    office.free = 900 * 1024**2
    (said,) = office.look()
    assert "Only 900 MB are free" in said
    office.free = 1100 * 1024**2
    assert office.look(HOUR) == []
    office.free = 900 * 1024**2
    assert office.look(HOUR) == []
    office.free = 2000 * 1024**2
    assert office.look(HOUR) == []
    office.free = 900 * 1024**2
    assert len(office.look(HOUR)) == 1


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_jumps_is_told(office: Watched, by: timedelta) -> None:
    assert office.look() == []
    office.now += by
    (said,) = office.look()
    assert f"{by / MINUTE:+.0f} minutes" in said
    assert [office.look(MINUTE) for _ in range(3)] == [[], [], []]


def test_who_lost_the_lease_tells_nobody(office: Watched, tmp_path: Path) -> None:
    office.trouble("phat-dong")
    late = office.watch
    office.start()
    with pytest.raises(Fenced):
        office.run(late())
    assert len(office.look()) == 1


def test_notices_are_no_campaign(office: Watched) -> None:
    office.trouble("phat-dong")
    office.look()
    assert office.queue.campaigns() == ("tháng-hành-động",)
