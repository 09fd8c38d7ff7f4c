"""The window and the quiet hours, on the office's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.domain.office import at, campaign, message, posting


@pytest.mark.parametrize(
    ("quiet", "clock", "is_quiet"),
    [
        (None, time(3), False),
        ((time(21, 30), time(6, 30)), time(21, 29), False),
        ((time(21, 30), time(6, 30)), time(21, 30), True),
        ((time(21, 30), time(6, 30)), time(6, 29), True),
        ((time(21, 30), time(6, 30)), time(6, 30), False),
        ((time(12), time(13)), time(12, 30), True),
        ((time(12), time(13)), time(13), False),
        ((time(12), time(13)), time(11, 59), False),
    ],
)
def test_quiet_hours_end_where_they_say(
    quiet: tuple[time, time] | None, clock: time, is_quiet: bool
) -> None:
    assert posting(quiet=quiet).is_quiet(clock) is is_quiet


def test_the_window_holds_its_first_and_last_day() -> None:
    window = campaign().window
    assert date(2022, 11, 15) in window
    assert date(2022, 12, 15) in window
    assert date(2022, 11, 14) not in window
    assert date(2022, 12, 16) not in window


def test_the_window_opens_and_closes_at_midnight_of_the_office() -> None:
    office = campaign()
    assert office.opens == datetime(2022, 11, 14, 17, tzinfo=UTC)
    assert office.closes == datetime(2022, 12, 15, 17, tzinfo=UTC)
    assert (
        office.local(office.opens).utcoffset() == office.opens.astimezone(office.zone).utcoffset()
    )


def test_wall_times_around_daylight_saving() -> None:
    office = campaign(zone=ZoneInfo("America/New_York"))
    assert office.utc(date(2022, 3, 13), time(2, 30)) == datetime(2022, 3, 13, 7, 30, tzinfo=UTC)
    assert office.utc(date(2022, 11, 6), time(1, 30)) == datetime(2022, 11, 6, 5, 30, tzinfo=UTC)


def test_a_message_knows_where_its_keys_stand() -> None:
    asked = message("a", None)
    assert str(asked.place("id")) == "a.md:2:1"
    assert str(asked.place("absent")) == "a.md:1:1"
    assert at("11-15 08:00").tzinfo is UTC
