"""Today: what needs a hand and with which deed, what is next and when, what went out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from outreach.domain.alert import Cause
from outreach.domain.delivery import Delivery, State
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.reports.words import STATES
from outreach.review.office import Office, Reading
from outreach.review.visit import Visit

NEEDS_A_HAND = (State.NEEDS_PERSON, State.UNKNOWN, State.REJECTED, State.MISSED, State.HELD)
WENT_OUT = (State.PUBLISHED, State.UPDATED, State.WITHDRAWN)
SHOWN, IN_HAND = 8, 30
"""So many are next or went out last; so many at most need a hand at a time."""

SOON = timedelta(hours=48)
"""Whatever goes out within this must be approved by now."""

_WORDS = {
    State.NEEDS_PERSON: Text("Look, and say what is there"),
    State.UNKNOWN: Text("Look, and say what is there"),
    State.REJECTED: Text("Read why, then mend the message"),
    State.MISSED: Text("Let it out late, or leave it"),
    State.HELD: Text("Read what holds it"),
}


@dataclass(frozen=True, kw_only=True)
class Hand:
    """One thing that needs a hand: what, why, how it stands, and the page with the deed, in words; `state` names its sign."""

    what: str
    where: Text
    why: Text | None
    state: State | None
    stands: Text | None
    says: Text
    link: str


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A delivery with its title, its local time, and how far away that is."""

    delivery: Delivery
    title: str
    at: datetime
    away: Text


def today(visit: Visit) -> Response:
    """The page."""
    office, reading, now = visit.office, visit.office.reading(), visit.office.now()
    return visit.page(
        "today",
        hands=list(hands(office, reading, now)),
        coming=_rows(office, reading, office.glances.first([State.SCHEDULED], SHOWN), now),
        out=_rows(office, reading, office.glances.first(WENT_OUT, SHOWN, latest=True), now),
        paused={n: s for n, s in reading.channels().items() if s.paused},
        decides=visit.who.may(Deed.DECIDE),
        local=now.astimezone(reading.zone("")),
    )


def hands(office: Office, reading: Reading, now: datetime) -> Iterator[Hand]:
    """What needs a hand: what is wrong, what waits for a word, what is stuck."""
    for cause in office.causes():
        if cause.key.partition(":")[0] not in _TOLD_BY_STATE:
            yield _of_cause(cause)
    waiting = {d.id: d for d in office.approvals.waiting(now + SOON)}
    for together in _by_message(waiting.values()):
        yield _to_approve(office, reading, together)
    stuck = office.glances.first(NEEDS_A_HAND, IN_HAND, latest=True)
    for together in _by_reason(each for each in stuck if each.id not in waiting):
        yield _to_settle(office, reading, together)


_TOLD_BY_STATE = frozenset(STATES) | {"paused", "pause"}


def _of_cause(cause: Cause) -> Hand:
    return Hand(
        what="",
        where=Text("{where}: {what}", where=cause.where, what=cause.what),
        why=cause.mend,
        state=None,
        stands=None,
        says=Text("Channels"),
        link="/channels",
    )


def _by_message(found: Iterable[Delivery]) -> Iterable[list[Delivery]]:
    """The deliveries of each message together: one page has the button for all of them."""
    kept: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in found:
        kept.setdefault((delivery.identity.campaign, delivery.identity.message), []).append(
            delivery
        )
    return kept.values()


def _by_reason(found: Iterable[Delivery]) -> Iterable[list[Delivery]]:
    """What one mistake in a file holds together, since one mend lets all of it go; everything else by itself."""
    kept: dict[object, list[Delivery]] = {}
    for delivery in found:
        same = (delivery.identity.campaign, delivery.identity.message, str(delivery.reason))
        held = delivery.state is State.HELD
        kept.setdefault(same if held else delivery.id, []).append(delivery)
    return kept.values()


def _to_approve(office: Office, reading: Reading, together: list[Delivery]) -> Hand:
    identity = together[0].identity
    return Hand(
        what=title(office, together[0]),
        where=_where(reading, *together),
        why=Text("Its text is not approved yet; it does not go out before."),
        state=State.HELD,
        stands=Text("waits for approval"),
        says=Text("Read and approve"),
        link=f"/messages/{identity.campaign}/{identity.message}",
    )


def _to_settle(office: Office, reading: Reading, together: list[Delivery]) -> Hand:
    first = together[0]
    identity = first.identity
    message = f"/messages/{identity.campaign}/{identity.message}"
    return Hand(
        what=title(office, first),
        where=_where(reading, *together),
        why=first.reason,
        state=first.state,
        stands=STATES[first.state],
        says=_WORDS[first.state],
        link=message if len(together) > 1 else f"/deliveries/{first.id}",
    )


def _where(reading: Reading, *together: Delivery) -> Text:
    first = min(together, key=lambda one: one.due)
    due = first.due.astimezone(reading.zone(first.identity.campaign))
    names = ", ".join(sorted({one.identity.channel for one in together}))
    return Text("{channel} · {due}", channel=names, due=f"{due:%d/%m/%Y %H:%M}")


def _rows(
    office: Office, reading: Reading, found: Iterable[Delivery], now: datetime
) -> list[Coming]:
    return [
        Coming(
            delivery=delivery,
            title=title(office, delivery),
            at=delivery.due.astimezone(reading.zone(delivery.identity.campaign)),
            away=away(delivery.ready_at - now),
        )
        for delivery in found
    ]


def title(office: Office, delivery: Delivery) -> str:
    """What people call the delivery: the title of its text, or the message's name."""
    rendition = office.queue.rendition(delivery)
    return rendition.title if rendition else delivery.identity.message


def away(span: timedelta) -> Text:
    """How far away an instant is, in the two units that matter."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return Text("now")
    days, hours = divmod(minutes // 60, 24)
    if days:
        return Text("in {days} days {hours} h", days=days, hours=hours)
    if hours:
        return Text("in {hours} h {minutes} min", hours=hours, minutes=minutes % 60)
    return Text("in {minutes} min", minutes=minutes)
