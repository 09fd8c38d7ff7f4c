"""What a report asks, and whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from outreach.domain.campaign import Campaign
from outreach.domain.delivery import Delivery, State
from outreach.domain.difference import Difference
from outreach.domain.message import Message
from outreach.domain.plan import Plan
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.reports.table import Table

if TYPE_CHECKING:
    from outreach.reports.official.document import Document
    from outreach.store.counts import Received
    from outreach.store.delivery_log import Line
    from outreach.store.records import ChannelState


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which part a report is about; None leaves it open. `since` is an aware instant, `after` a line of the log.

    `day` is a local day of the week that a weekly report is about.
    """

    campaign: str | None = None
    channel: str | None = None
    state: State | None = None
    message: str | None = None
    since: datetime | None = None
    day: date | None = None
    after: int = 0


@dataclass(frozen=True, kw_only=True)
class Files:
    """One campaign as its files have it, and how that differs from the queue."""

    campaign: Campaign
    messages: tuple[Message, ...]
    plan: Plan
    difference: Difference

    @cached_property
    def by_name(self) -> Mapping[str, Message]:
        """Its messages by their ids, in this order."""
        return {message.id: message for message in sorted(self.messages, key=lambda m: m.id)}

    @cached_property
    def topics(self) -> frozenset[str]:
        """What its messages are about."""
        return frozenset(message.topic for message in self.messages) - {""}

    @cached_property
    def units(self) -> frozenset[str]:
        """The units that its messages are of."""
        return frozenset(message.unit for message in self.messages) - {""}


class Source(Protocol):
    """Where reports read: the queue, the delivery log, the counts and the files."""

    @property
    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    def zone(self, campaign: str) -> tzinfo:
        """The time zone of a campaign."""
        ...

    def deliveries(self, question: Question) -> Sequence[Delivery]:
        """The deliveries in question, ordered by due time."""
        ...

    def lines(self, question: Question) -> Iterable[Line]:
        """The lines of the delivery log in question, in order."""
        ...

    def delivery(self, delivery_id: int) -> Delivery | None:
        """One delivery by its number."""
        ...

    def rendition(self, delivery: Delivery) -> Rendition | None:
        """The content of a delivery; None when it is missing or damaged."""
        ...

    def by_people(self) -> frozenset[str]:
        """The channels whose work people carry out and confirm."""
        ...

    def channels(self) -> Mapping[str, ChannelState]:
        """Every configured channel, and whether it waits."""
        ...

    def received(self, question: Question) -> Sequence[Received]:
        """The publications in question with the readings of their counts, ordered by due time."""
        ...

    def files(self, question: Question) -> Sequence[Files]:
        """The campaigns in question as their files have them."""
        ...


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report: its name for the command line, what it tells, and how its rows come about.

    `document` is there for reports that are also a document, which it writes in the language of that name.
    """

    name: str
    tells: Text
    build: Callable[[Source, Question], Table]
    ics: Callable[[Source, Question], bytes] | None = None
    document: Callable[[Source, Question, str], Document | None] | None = None
