"""What the pages work with, handed to them by whoever serves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outreach.domain.delivery import Delivery
from outreach.reports.evidence import Evidence
from outreach.reports.source import Source
from outreach.review.passwords import Passwords
from outreach.store.delivery_log import Head, Verdict
from outreach.store.people import People
from outreach.store.queue import Queue


class Reading(Source, Protocol):
    """Where the pages read."""

    def evidence(self, delivery: Delivery) -> Evidence:
        """All that is known about one delivery."""
        ...


@dataclass(frozen=True, kw_only=True)
class Office:
    """The people, the queue that decisions go to, and a fresh look at everything; `now` gives aware UTC.

    `checked_log` recomputes every seal of the delivery log, and gives its end.
    """

    people: People
    queue: Queue
    reading: Callable[[], Reading]
    now: Callable[[], datetime]
    checked_log: Callable[[], tuple[Verdict, Head]]
    passwords: Passwords
    language: str
    hide: Callable[[str], str] = str
