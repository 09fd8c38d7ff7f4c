"""What queue, log and counts tell about one campaign or a part of it: the one thing that a document is written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from typing import TYPE_CHECKING

from outreach.domain.delivery import Action, Delivery, State
from outreach.domain.message import Kind, Message
from outreach.reports.official.figures import Deed
from outreach.reports.source import Files, Question, Source

if TYPE_CHECKING:
    from outreach.store.counts import Received
    from outreach.store.delivery_log import Line


@dataclass(frozen=True, kw_only=True)
class Month:
    """All that a document tells about one campaign, or about the part of it between two local days (both inclusive).

    `taken_down` are the messages of which everything has come down that had to, `standing` the publications that are public still
    though the log goes on past the time at which they had to come down.
    """

    files: Files
    deeds: tuple[Deed, ...]
    taken_down: frozenset[str]
    standing: tuple[Deed, ...]
    cancelled: int
    lines: tuple[Line, ...]
    received: tuple[Received, ...]
    first: date
    last: date

    @property
    def whole(self) -> bool:
        """Whether it is about the campaign to its end, and not about a week of it."""
        window = self.files.campaign.window
        return self.first <= window.start and window.end <= self.last

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
    deeds = tuple(_deeds(source, files, kept))
    lines = tuple(_lines(source, files, begin, end, whole=whole))
    down = [
        delivery
        for delivery in every
        if delivery.identity.action is Action.WITHDRAW and delivery.state is not State.CANCELLED
    ]
    return Month(
        files=files,
        deeds=deeds,
        taken_down=_taken_down(down, last=None if whole else end, zone=zone),
        standing=tuple(_standing(deeds, down, lines)),
        cancelled=len(asked) - len(kept),
        lines=lines,
        received=tuple(_received(source, files, numbers)),
        first=begin,
        last=end,
    )


def _taken_down(down: Sequence[Delivery], last: date | None, zone: tzinfo) -> frozenset[str]:
    """By the end of the day `last`, if there is one; `down` are the withdrawals."""
    still = {
        d.identity.message
        for d in down
        if d.state is not State.WITHDRAWN or (last and d.due.astimezone(zone).date() > last)
    }
    return frozenset(d.identity.message for d in down) - still


def _standing(
    deeds: Iterable[Deed], down: Iterable[Delivery], lines: Sequence[Line]
) -> Iterable[Deed]:
    late = {
        (d.identity.message, d.identity.channel)
        for d in down
        if d.state is not State.WITHDRAWN and lines and d.due <= lines[-1].event.at
    }
    return (deed for deed in deeds if deed.done and (deed.message, deed.channel) in late)


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
    deliveries = source.deliveries(Question(campaign=campaign))
    ours = {delivery.id for delivery in deliveries}
    channels = {delivery.identity.channel for delivery in deliveries}
    for line in source.lines(Question()):
        event, day = line.event, line.event.at.astimezone(zone).date()
        in_time = first <= day <= last
        of_channel = event.delivery_id is None and event.data.get("channel") in channels
        if (event.delivery_id in ours and (whole or in_time)) or (of_channel and in_time):
            yield line
