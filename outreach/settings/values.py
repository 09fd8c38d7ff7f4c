"""Readers of single values: each returns what it understood or raises `Wrong`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any, Literal, TypeVar, get_args

from outreach.domain.text import Text
from outreach.settings.model import Web
from outreach.settings.section import Wrong

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-3]):([0-5]\d)")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")

Language = Literal["vi", "en"]
LogFormat = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
Choice = TypeVar("Choice", bound=str)


def text(value: Any) -> str:
    """A text that is not empty."""
    if isinstance(value, str) and value.strip():
        return value
    raise Wrong(Text("This must be a text."), Text("Write it in quotation marks."))


def one_of(choices: Any) -> Callable[[Any], Any]:
    """One of the words of a `Literal`."""
    words = get_args(choices)

    def read(value: Any) -> Any:
        if value in words:
            return value
        raise Wrong(
            Text("“{value}” is not possible here.", value=value),
            Text("Write one of: {words}.", words=", ".join(words)),
        )

    return read


def duration(value: Any) -> timedelta:
    """A span of time such as `15s`, `5m`, `1h` or `2d`."""
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", value) if isinstance(value, str) else None
    if match:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    raise Wrong(
        Text("“{value}” is not a span of time.", value=value),
        Text('Write a whole number and s, m, h or d, for example "15s" or "5m".'),
    )


def positive_duration(value: Any) -> timedelta:
    """A span of time that is not zero."""
    span = duration(value)
    if span:
        return span
    raise Wrong(Text("This must not be zero."), Text("Write at least “1s”."))


def count(value: Any) -> int:
    """A whole number from 1."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return value
    raise Wrong(Text("This must be a whole number from 1."), Text("Write it without quotes."))


def share(value: Any) -> float:
    """A number above 0 and up to 1."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
        return float(value)
    raise Wrong(
        Text("This must be a number above 0 and up to 1."),
        Text("Write for example 0.3 for thirty per cent."),
    )


def hours(value: Any) -> tuple[time, time]:
    """Local times `HH:MM-HH:MM`, the first before the second."""
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if match:
        begin = time(int(match[1]), int(match[2]))
        end = time(int(match[3]), int(match[4]))
        if begin < end:
            return begin, end
    raise Wrong(
        Text("“{value}” are not hours of a day.", value=value),
        Text('Write them like "06:00-22:00", the earlier first.'),
    )


def daily(value: Any) -> time | None:
    """A time of the day `HH:MM`; `never` is None."""
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match or value == "never":
        return time(int(match[1]), int(match[2])) if match else None
    raise Wrong(
        Text("“{value}” is no time of the day.", value=value),
        Text('Write it like "02:00", or "never".'),
    )


def texts(value: Any) -> tuple[str, ...]:
    """A list of texts that are not empty."""
    if isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value):
        return tuple(value)
    raise Wrong(Text("This must be a list."), Text('Write it like ["facebook", "zalo"].'))


def words(value: Any) -> frozenset[str]:
    """A list of names (small letters, digits, hyphens)."""
    if not isinstance(value, list):
        raise Wrong(Text("This must be a list."), Text('Write it like ["facebook", "zalo"].'))
    return frozenset(name(word) for word in value)


def name(value: Any) -> str:
    """A name of small letters, digits and hyphens."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise Wrong(
        Text("“{value}” cannot be a name.", value=value),
        Text("Use small letters a-z, digits and hyphens, at most 64."),
    )


def address(value: Any) -> Web:
    """`host:port`, with IPv6 hosts in square brackets."""
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})", str(value))
    if match and int(match[2]) <= 65535:
        return Web(host=match[1].strip("[]"), port=int(match[2]))
    raise Wrong(
        Text("“{value}” is not an address to listen on.", value=value),
        Text('Write host and port, for example "127.0.0.1:8080".'),
    )


def loopback(value: Any) -> Web:
    """As `address`, on this machine only."""
    found = address(value)
    if found.host in ("127.0.0.1", "::1", "localhost"):
        return found
    raise Wrong(
        Text("“{value}” can be reached from elsewhere.", value=value),
        Text('Write an address of this machine only, for example "127.0.0.1:9464".'),
    )
