"""The digest comes once a day, at its time, and says what went out, what is next, what needs a hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.domain.delivery import State
from outreach.domain.difference import Difference
from tests.store.office import DUE, fill, planned
from tests.watching.watched import Watched

FIVE = datetime(2022, 11, 15, 10, 0, tzinfo=UTC)
"""17:00 in Hà Nội."""

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.close()


def said(office: Watched, at: datetime) -> list[str]:
    """What the digest said then."""
    office.now, before = at, len(office.bell.publications)
    office.run(office.digest())
    office.run(office.dispatcher.work_off())
    return [p.rendition.text for p in office.bell.publications[before:]]


def test_it_names_what_went_out_what_is_next_and_what_needs_a_hand(office: Watched) -> None:
    fill(office.queue, [planned("hong", due=DUE), planned("mai", due=DUE + DAY)])
    office.trouble("cho-nguoi", State.NEEDS_PERSON)
    office.now = DUE
    office.run(office.dispatcher.work_off())
    (text,) = said(office, FIVE)
    out, coming, hand = text.split("\n\n")[:3]
    assert "last 24 hours: 1" in out
    assert "https://fake.example/" in out
    assert "mai" in coming
    assert "Needs a hand: 1" in hand
    assert "Because Lan says so." in hand


def test_it_comes_once_a_day_at_its_time_and_not_again_after_a_restart(office: Watched) -> None:
    fill(office.queue, [planned("mai", due=FIVE + 5 * DAY - MINUTE)])
    office.trouble("cho-nguoi")
    assert said(office, FIVE - MINUTE) == []
    assert len(said(office, FIVE)) == 1
    assert said(office, FIVE + MINUTE) == []
    office.start()
    assert said(office, FIVE + 2 * MINUTE) == []
    assert said(office, FIVE + DAY - MINUTE) == []
    assert len(said(office, FIVE + DAY)) == 1


def test_without_a_campaign_under_way_there_is_none(office: Watched) -> None:
    assert said(office, FIVE) == []


def test_it_names_what_waits_for_approval(office: Watched) -> None:
    fill(
        office.queue, [planned("cho-duyet", due=FIVE + 5 * DAY), planned("sau", due=FIVE + 9 * DAY)]
    )
    rule = Difference(campaign="tháng-hành-động", changes=(), approvals=1)
    office.queue.apply(rule, {}, now=DUE, actor="lan")
    (text,) = said(office, FIVE)
    assert "To approve for the next 7 days: 1" in text
    assert "cho-duyet" in text
    assert "sau" not in text
