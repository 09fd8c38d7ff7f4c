"""When a publication is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.counts import AFTERWARDS, next_reading

PUBLISHED = datetime(2022, 11, 15, 1, 0, tzinfo=UTC)
EXPIRES = PUBLISHED + timedelta(days=30)


def readings(expires: datetime = EXPIRES) -> list[timedelta]:
    """The ages at which a service that never stops reads."""
    found: list[datetime] = []
    while at := next_reading(PUBLISHED, found[-1] if found else None, expires):
        found.append(at)
    return [at - PUBLISHED for at in found]


def test_readings_thin_out_and_end_a_month_after_the_end() -> None:
    hours = [age / timedelta(hours=1) for age in readings()[:4]]
    days = [age / timedelta(days=1) for age in readings()[4:]]
    assert hours == [1, 6, 24, 72]
    assert days == [7, 14, 21, 28, 35, 42, 49, 56, 60]


def test_what_was_published_after_its_end_is_counted_for_a_month_too() -> None:
    assert readings(PUBLISHED - timedelta(days=3))[-1] == AFTERWARDS


def test_a_service_that_was_away_reads_once_not_once_per_missed_time() -> None:
    back = PUBLISHED + timedelta(days=2)
    assert next_reading(PUBLISHED, None, EXPIRES) == PUBLISHED + timedelta(hours=1)
    assert next_reading(PUBLISHED, back, EXPIRES) == PUBLISHED + timedelta(days=3)


@given(st.integers(0, 10_000_000), st.integers(-10_000_000, 10_000_000))
def test_the_next_reading_is_always_later_and_never_past_the_last(since: int, lasts: int) -> None:
    last, expires = PUBLISHED + timedelta(seconds=since), PUBLISHED + timedelta(seconds=lasts)
    at = next_reading(PUBLISHED, last, expires)
    end = max(PUBLISHED, expires) + AFTERWARDS
    assert at is None if last >= end else at is not None and last < at <= end
