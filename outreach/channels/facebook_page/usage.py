"""The pace that the usage headers ask for: slower when the quota runs short, silence when it is spent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from outreach import channel as c
from outreach.channels.facebook_page.refusals import HOLD

EASY = 75
"""Percent of a quota up to which nothing slows down."""

LEISURE = 50
"""Percent of a quota up to which counts are read; the rest is kept for publishing."""

STATISTICS_WAIT = timedelta(hours=1)

_SHARES = ("call_count", "total_time", "total_cputime")


class Pace:
    """What the last reply allowed; lost with the process, since the next reply says it again."""

    def __init__(self) -> None:
        self.regain: timedelta | None = None
        self._silent_until: datetime | None = None
        self._next_post: datetime | None = None
        self._share = 0.0

    def learn(self, headers: Mapping[str, str], now: datetime) -> None:
        """Take in the headers of a reply."""
        usages = list(_usages(headers))
        share = max((_number(usage, name) for usage in usages for name in _SHARES), default=0)
        minutes = max((_number(u, "estimated_time_to_regain_access") for u in usages), default=0)
        self.regain = timedelta(minutes=minutes) if minutes else None
        self._share = share
        if minutes or share >= 100:
            self._silent_until = now + (self.regain or HOLD)
        slower = timedelta(minutes=min(share, 100) - EASY)
        self._next_post = now + slower if share > EASY else None

    def silent_until(self, now: datetime) -> datetime | None:
        """Until when not even a look is allowed: calls while throttled lengthen the block."""
        return self._silent_until if self._silent_until and self._silent_until > now else None

    def admit(self, now: datetime) -> None:
        """Let a call out. Raises `PauseChannel` while the quota is spent."""
        if until := self.silent_until(now):
            raise c.PauseChannel(c.Text("Facebook asks to make fewer calls."), until=until)

    def admit_post(self, now: datetime) -> None:
        """Let a publication begin. Raises `RetryAt` while the quota runs short, and like `admit`."""
        self.admit(now)
        if self._next_post and self._next_post > now:
            reason = c.Text("Facebook's quota runs short, so we publish more slowly.")
            raise c.RetryAt(reason, at=self._next_post)

    def admit_count(self, now: datetime) -> None:
        """Let counts be read. Raises `RetryAt` once half of the quota is used, and like `admit`."""
        self.admit(now)
        if self._share > LEISURE:
            reason = c.Text("Half of Facebook's quota is used; the rest is kept for publishing.")
            raise c.RetryAt(reason, at=now + STATISTICS_WAIT)


def _usages(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in ("x-app-usage", "x-page-usage"):
        yield from (one for one in [_json(headers.get(name))] if isinstance(one, dict))
    business = _json(headers.get("x-business-use-case-usage"))
    for several in business.values() if isinstance(business, dict) else ():
        yield from (one for one in several if isinstance(one, dict))


def _number(usage: Mapping[str, Any], name: str) -> float:
    value = usage.get(name, 0)
    return float(value) if isinstance(value, int | float) else 0.0


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return None
