"""What came of the plan: every publication with its outcome, and how many there are of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from outreach.domain.delivery import Action, Delivery, State
from outreach.domain.lateness import ON_TIME
from outreach.domain.message import Kind, Message
from outreach.domain.text import Text
from outreach.reports.source import Files, Question, Source

if TYPE_CHECKING:
    from outreach.store.counts import Received
    from outreach.store.delivery_log import Line

FAILED = frozenset({State.MISSED, State.REJECTED})
"""Ends in which nothing was published."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One publication that was asked for and what came of it; instants are in the campaign's zone.

    `by_people` marks work that people carry out and confirm; `at` is when it was public or done, None until then.
    """

    number: int
    message: str
    channel: str
    title: str
    kind: Kind
    topic: str
    unit: str
    due: datetime
    at: datetime | None
    state: State
    reason: Text | None
    link: str
    by_people: bool

    @property
    def done(self) -> bool:
        """Whether it was published or carried out."""
        return self.state is State.PUBLISHED

    @property
    def delay(self) -> timedelta:
        """How long after its time it was published; nothing before that, and never less than nothing."""
        return max(self.at - self.due, timedelta(0)) if self.done and self.at else timedelta(0)

    @property
    def late(self) -> bool:
        """Whether it was published later than counts as on time."""
        return self.delay > ON_TIME


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many were planned, and how they ended: `done` = on time + `late`, `planned` = done + `failed` + `open`."""

    planned: int = 0
    done: int = 0
    late: int = 0
    failed: int = 0

    @property
    def on_time(self) -> int:
        """Published at their time."""
        return self.done - self.late

    @property
    def open(self) -> int:
        """Neither published nor given up yet."""
        return self.planned - self.done - self.failed


def tally(deeds: Iterable[Deed]) -> Tally:
    """The deeds counted."""
    found = tuple(deeds)
    return Tally(
        planned=len(found),
        done=sum(deed.done for deed in found),
        late=sum(deed.late for deed in found),
        failed=sum(deed.state in FAILED for deed in found),
    )


@dataclass(frozen=True, kw_only=True)
class Month:
    """All that a document tells about one campaign, or about the part of it between two local days (both inclusive).

    `taken_down` are the messages of which everything has come down that had to.
    """

    files: Files
    deeds: tuple[Deed, ...]
    taken_down: frozenset[str]
    cancelled: int
    lines: tuple[Line, ...]
    received: tuple[Received, ...]
    first: date
    last: date

    @property
    def online(self) -> tuple[Deed, ...]:
        """What channels publish by themselves."""
        return tuple(deed for deed in self.deeds if not deed.by_people)

    @property
    def direct(self) -> tuple[Deed, ...]:
        """What people carry out."""
        return tuple(deed for deed in self.deeds if deed.by_people)

    def of_kind(self, kind: Kind) -> list[Message]:
        """The messages of a kind of which something was done in this time, in the order in which it was."""
        done = dict.fromkeys(deed.message for deed in self.deeds if deed.done and deed.kind is kind)
        by_id = {message.id: message for message in self.files.messages}
        return [by_id[name] for name in done if name in by_id]

    def events(self, what: str) -> list[Line]:
        """The lines of the log that tell of `what`."""
        return [line for line in self.lines if line.event.what == what]

    def times(self, what: str) -> Counter[int]:
        """How often `what` happened to each delivery."""
        found = (line.event.delivery_id for line in self.events(what))
        return Counter(number for number in found if number is not None)


def month(
    source: Source, files: Files, *, first: date | None = None, last: date | None = None
) -> Month:
    """What the queue, the log and the counts tell of the campaign, or of what was due from `first` to `last`."""
    window, zone = files.campaign.window, files.campaign.zone
    begin, end = first or window.start, last or window.end
    whole = first is None and last is None
    question = Question(campaign=files.campaign.id)
    every = source.deliveries(question)
    asked = [
        delivery
        for delivery in every
        if delivery.identity.action is Action.PUBLISH
        and (whole or begin <= delivery.due.astimezone(zone).date() <= end)
    ]
    numbers = {delivery.id for delivery in asked}
    kept = [delivery for delivery in asked if delivery.state is not State.CANCELLED]
    return Month(
        files=files,
        deeds=tuple(_deeds(source, files, kept)),
        taken_down=_taken_down(every),
        cancelled=len(asked) - len(kept),
        lines=tuple(_lines(source, files, begin, end, whole=whole)),
        received=tuple(_received(source, files, numbers)),
        first=begin,
        last=end,
    )


def _taken_down(deliveries: Sequence[Delivery]) -> frozenset[str]:
    down = [d for d in deliveries if d.identity.action is Action.WITHDRAW]
    still = {d.identity.message for d in down if d.state is not State.WITHDRAWN}
    return frozenset(d.identity.message for d in down) - still


def _received(source: Source, files: Files, numbers: Collection[int]) -> Iterable[Received]:
    """The publications of those numbers; a document that is dated tells no reading of a later day."""
    campaign = files.campaign
    signed = campaign.paperwork.signed or date.max
    for one in source.received(Question(campaign=campaign.id)):
        if one.delivery.id in numbers:
            known = (r for r in one.readings if campaign.local(r.at).date() <= signed)
            yield replace(one, readings=tuple(known))


def _deeds(source: Source, files: Files, deliveries: Sequence[Delivery]) -> Iterable[Deed]:
    zone, by_people = files.campaign.zone, source.by_people()
    for delivery in deliveries:
        identity, receipt = delivery.identity, delivery.receipt
        content = source.rendition(delivery)
        yield Deed(
            number=delivery.id,
            message=identity.message,
            channel=identity.channel,
            title=content.title if content else identity.message,
            kind=content.kind if content else Kind.POST,
            topic=content.topic if content else "",
            unit=content.unit if content else "",
            due=delivery.due.astimezone(zone),
            at=receipt.at.astimezone(zone) if receipt else None,
            state=delivery.state,
            reason=delivery.reason,
            link=receipt.permalink if receipt else "",
            by_people=identity.channel in by_people,
        )


def _lines(source: Source, files: Files, first: date, last: date, *, whole: bool) -> Iterable[Line]:
    """The lines of the log about the campaign's deliveries and channels; within the days unless it is about the `whole`."""
    campaign, zone = files.campaign.id, files.campaign.zone
    ours = {delivery.id for delivery in source.deliveries(Question(campaign=campaign))}
    for line in source.lines(Question()):
        event, day = line.event, line.event.at.astimezone(zone).date()
        in_time = first <= day <= last
        if (event.delivery_id in ours and (whole or in_time)) or (
            event.delivery_id is None and "channel" in event.data and in_time
        ):
            yield line
