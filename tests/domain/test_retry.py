"""Trying again: later and later, never past the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.retry import FIRST, LONGEST, backoff, next_try
from tests.domain.office import NOW

JITTER = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), JITTER)
def test_a_pause_grows_to_its_limit_and_no_further(attempts: int, jitter: float) -> None:
    pause = backoff(attempts, jitter=jitter)
    assert FIRST / 2 <= pause <= LONGEST
    assert backoff(attempts + 1, jitter=jitter) >= pause


@given(st.integers(1, 20), JITTER, st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_next_try_honours_both_sides_and_the_end(
    attempts: int, jitter: float, asked: int, left: int
) -> None:
    wish, end = NOW + timedelta(seconds=asked), NOW + timedelta(seconds=left)
    when = next_try(now=NOW, asked=wish, attempts=attempts, end=end, jitter=jitter)
    mine = NOW + backoff(attempts, jitter=jitter)
    assert when == (max(wish, mine) if max(wish, mine) < end else None)


def test_without_a_wish_the_backoff_decides() -> None:
    end = NOW + timedelta(hours=1)
    assert next_try(now=NOW, asked=None, attempts=1, end=end, jitter=0) == NOW + FIRST / 2


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"),
    [(1, 0, 15), (1, 0.5, 22.5), (2, 0, 30), (4, 0.5, 180), (8, 0, 1800), (8, 0.5, 2700)],
)
def test_a_pause_doubles_and_the_jitter_picks_in_its_upper_half(
    attempts: int, jitter: float, seconds: float
) -> None:
    assert backoff(attempts, jitter=jitter) == timedelta(seconds=seconds)


def test_a_try_at_the_very_end_is_too_late() -> None:
    end = NOW + FIRST / 2
    assert next_try(now=NOW, asked=None, attempts=1, end=end, jitter=0) is None
