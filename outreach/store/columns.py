"""What a cell holds: instants, spans and JSON that sort and read the same in every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LARGEST = 2**63 - 1

Counter = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit number that SQLite may also count up by itself."""


def to_cell(value: Any) -> str | None:
    """The cell of a JSON value; None is an empty one."""
    return None if value is None else _ENCODER.encode(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, no escapes; what JSON lacks becomes text."""
    return _ENCODER.encode(value)


def to_microseconds(instant: datetime) -> int:
    """Microseconds since 1970 of an aware instant; a naive one is a `ValueError`."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant: {instant!r}")
    return (instant - EPOCH) // MICROSECOND


def span_to_microseconds(length: timedelta) -> int:
    """Whole microseconds; what does not fit in 64 bits becomes the largest that does."""
    return min(length // MICROSECOND, LARGEST)


def from_microseconds(count: int) -> datetime:
    """The aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=count)


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970 and given back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Aware instant to number."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Number to aware UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Span(TypeDecorator[timedelta]):
    """A length of time in whole microseconds; what does not fit in 64 bits becomes the largest that does."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """Length to number."""
        return None if value is None else span_to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """Number to length."""
        return None if value is None else timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A JSON value as its canonical text; None is an empty cell."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Value to canonical text."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Text to value."""
        return None if value is None else json.loads(value)
