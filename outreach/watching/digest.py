"""The daily digest: what went out, what is next, what needs a hand, what waits for approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from outreach.dispatch.writer import Writer
from outreach.domain.alert import NOTICES
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.delivery_words import STATES
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.store.alerts import Alerts
from outreach.store.queue import Queue
from outreach.watching.notice import BLANK, Readers

DAY = timedelta(days=1)
MOST = 20
"""So many deliveries are named in each part; the others are counted."""

AHEAD = timedelta(days=7)
"""What goes out within this and is not approved yet is named."""

LOOKED_BACK = timedelta(days=60)
"""What was due longer ago needs no hand any more."""

_OUT = frozenset({State.PUBLISHED, State.WITHDRAWN})
_NEXT = frozenset({State.SCHEDULED})
_HAND = frozenset({State.REJECTED, State.NEEDS_PERSON, State.UNKNOWN, State.HELD})


class Digest:
    """Sends the digest of each day at `at` of the readers' zone, or as soon as the service runs after it, once."""

    def __init__(
        self,
        *,
        at: time,
        alerts: Alerts,
        queue: Queue,
        readers: Readers,
        write: Writer,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        waiting: Callable[[datetime], Sequence[Delivery]] = lambda _: (),
    ) -> None:
        self._waiting = waiting
        self._at, self._alerts, self._queue = at, alerts, queue
        self._readers, self._write, self._now, self._wake = readers, write, now, wake
        self._sent: date | None = None

    async def __call__(self) -> None:
        """Send today's digest if its time has come and it was not sent."""
        now = self._now()
        local = now.astimezone(self._readers.zone)
        if local.time() < self._at or self._sent == local.date():
            return
        if notices := await self._write(self._notices, local.date(), now):
            await self._write(self._alerts.queue, notices, now)
            self._wake()
        self._sent = local.date()

    def _notices(self, day: date, now: datetime) -> Sequence[Rendition]:
        """Today's digest; nothing when it was sent already, or when no campaign is under way."""
        name = f"digest-{day}"
        if any(self._queue.get(_key(way, name)) for way in self._readers.ways):
            return ()
        found = [
            delivery
            for delivery in self._queue.list(since=now - LOOKED_BACK)
            if delivery.identity.campaign != NOTICES
        ]
        lines = tuple(self._lines(found, now))
        if not lines:
            return ()
        title = Text("Digest of {day}", day=f"{day:%d/%m/%Y}")
        return self._readers.renditions(name, title, lines, now)

    def _lines(self, found: Sequence[Delivery], now: datetime) -> Iterator[Text]:
        out = [d for d in found if d.state in _OUT and now - DAY < _done(d) <= now]
        soon = [d for d in found if d.state in _NEXT and d.due < now + DAY]
        hand = [d for d in found if d.state in _HAND]
        hand += [d for d in found if d.state is State.MISSED and d.due > now - DAY]
        if out or soon or hand:
            yield from self._part(
                Text("Went out in the last 24 hours: {count}", count=len(out)), out
            )
            yield from self._part(
                Text("Next, until this time tomorrow: {count}", count=len(soon)), soon
            )
            yield from self._part(Text("Needs a hand: {count}", count=len(hand)), hand)
        if unapproved := self._waiting(now + AHEAD):
            days, count = AHEAD.days, len(unapproved)
            heading = Text("To approve for the next {days} days: {count}", days=days, count=count)
            yield from self._part(heading, unapproved)

    def _part(self, heading: Text, deliveries: Sequence[Delivery]) -> Iterator[Text]:
        yield heading
        for delivery in deliveries[:MOST]:
            yield self._line(delivery)
        if len(deliveries) > MOST:
            count = len(deliveries) - MOST
            yield Text("… and {count} more; outreach queue lists them.", count=count)
        yield BLANK

    def _line(self, delivery: Delivery) -> Text:
        identity = delivery.identity
        more: object = delivery.receipt.permalink if delivery.receipt else ""
        if delivery.state in _HAND:
            more = delivery.reason or ""
        return Text(
            "• {when} {channel}: {message}, {state} {more}",
            when=self._readers.when(delivery.due),
            channel=identity.channel,
            message=identity.message,
            state=STATES[delivery.state],
            more=more,
        )


def _done(delivery: Delivery) -> datetime:
    return delivery.receipt.at if delivery.receipt else delivery.since or delivery.due


def _key(way: str, name: str) -> str:
    return Identity(
        campaign=NOTICES, message=name, channel=way, ordinal=1, action=Action.PUBLISH
    ).key
