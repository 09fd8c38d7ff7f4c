"""Each cause says what happened, where, and how to mend it; its key stays the same over restarts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from outreach.domain import alert
from outreach.domain.alert import Cause
from outreach.domain.delivery import Delivery, State
from outreach.domain.text import Text
from tests.domain.office import NOW, row

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WHEN = "2022-11-15 08:00"
WHY = Text("It broke.")


def a_row(state: State = State.REJECTED, reason: Text | None = WHY) -> Delivery:
    return row("a", "11-15 08:00", state, id=7, reason=reason)


def told(cause: Cause | None) -> tuple[str, str, str, str]:
    """The cause's key, and what a person reads."""
    assert cause
    return (cause.key, str(cause.what), str(cause.where), str(cause.mend))


@pytest.mark.parametrize(
    ("state", "what", "command"),
    [
        (State.REJECTED, "rejected", "outreach retry 7"),
        (State.MISSED, "missed", "outreach retry 7"),
        (State.NEEDS_PERSON, "needs a person", "outreach resolve 7"),
    ],
)
def test_a_delivery_that_needs_a_hand_is_named_with_its_command(
    state: State, what: str, command: str
) -> None:
    key, said, where, mend = told(alert.of_delivery(a_row(state), WHEN))
    assert key == f"{state}:7"
    assert what in said
    assert "It broke." in said
    assert where == f"so-website: “a”, due {WHEN} (delivery 7)"
    assert command in mend


def test_where_no_reason_is_known_that_is_said() -> None:
    for cause in (
        alert.of_delivery(a_row(reason=None), WHEN),
        alert.of_notice(a_row(reason=None)),
        alert.of_pause("fb", None, None, NOW),
        alert.of_drift(a_row(reason=None), None),
    ):
        assert "no reason given" in told(cause)[1]


def test_a_notice_that_may_not_have_arrived_is_told_once_for_each_way() -> None:
    key, what, where, mend = told(alert.of_notice(a_row()))
    assert key == "way:so-website"
    assert "It broke." in what
    assert where == "so-website (delivery 7)"
    assert "outreach show 7" in mend


def test_only_a_long_pause_is_told() -> None:
    assert alert.of_pause("fb", WHY, NOW + alert.LONG_PAUSE, NOW) is None
    for until in (None, NOW + alert.LONG_PAUSE + SECOND):
        key, what, where, mend = told(alert.of_pause("fb", WHY, until, NOW))
        assert (key, where) == ("paused:fb", "fb")
        assert "It broke." in what
        assert "outreach resume fb" in mend


@pytest.mark.parametrize(
    ("left", "day", "days"),
    [
        (14 * DAY + SECOND, None, None),
        (14 * DAY, 14, 14),
        (7 * DAY + SECOND, 14, 7),
        (7 * DAY, 7, 7),
        (3 * DAY, 3, 3),
        (DAY, 1, 1),
        (-DAY, 1, 0),
    ],
)
def test_a_permission_that_ends_is_told_at_each_of_its_days(
    left: timedelta, day: int | None, days: int | None
) -> None:
    cause = alert.of_permission("fb", NOW + left, NOW)
    if day is None:
        assert cause is None
        return
    key, what, where, mend = told(cause)
    assert (key, where) == (f"permission:fb:{day}", "fb")
    assert f" {days} days" in what
    assert "outreach login" in mend


def test_a_failed_check_and_silence_say_where_to_look() -> None:
    key, what, where, mend = told(alert.of_check("fb", WHY))
    assert (key, where) == ("check:fb", "fb")
    assert "It broke." in what
    assert "outreach doctor" in mend
    key, what, where, mend = told(alert.of_silence(3, 24))
    assert (key, where) == ("silence", "the whole queue")
    assert "24 hours" in what
    assert "3 deliveries" in what
    assert "outreach status" in mend


@pytest.mark.parametrize(
    ("free", "known", "fault"),
    [(100, False, False), (99, False, True), (119, True, True), (120, True, False)],
)
def test_a_full_disk_is_mended_only_with_some_room_to_spare(
    free: int, *, known: bool, fault: bool
) -> None:
    cause = alert.of_disk("/state", free, 100, known=known)
    assert (cause is not None) is fault


def test_the_room_on_the_disk_is_told_in_megabytes() -> None:
    key, what, where, mend = told(alert.of_disk("/state", 900 * 1024**2 - 1, 1024**3, known=False))
    assert (key, where) == ("disk", "/state")
    assert " 899 MB" in what
    assert "Make room" in mend


@pytest.mark.parametrize(
    ("by", "minutes"),
    [
        (alert.JUMP - SECOND, None),
        (SECOND - alert.JUMP, None),
        (alert.JUMP, "+1"),
        (-alert.JUMP, "-1"),
        (timedelta(minutes=59, seconds=40), "+60"),
    ],
)
def test_a_jump_of_the_clock_is_told_from_a_minute_on(by: timedelta, minutes: str | None) -> None:
    at = datetime(2022, 11, 15, 1, 0, 0, 999, tzinfo=NOW.tzinfo)
    cause = alert.of_jump(at, by, WHEN)
    if minutes is None:
        assert cause is None
        return
    key, what, where, mend = told(cause)
    assert key == "clock:2022-11-15T01:00:00+00:00"
    assert f"by {minutes} minutes" in what
    assert WHEN in where
    assert "set-ntp" in mend


def test_a_drift_names_its_publication() -> None:
    key, what, where, mend = told(alert.of_drift(a_row(), WHY))
    assert key == "drift:7"
    assert "It broke." in what
    assert where == "so-website: “a” (delivery 7)"
    assert "outreach show 7" in mend
