"""How each fault of a rehearsal was settled in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach.dispatch.reconcile import FOUND
from outreach.domain.delivery import SUCCESS, Delivery, State
from outreach.domain.text import Text
from outreach.rehearsal.colleague import COLLEAGUE
from outreach.rehearsal.faults import WORDS, Fault
from outreach.rehearsal.record import Struck

SAME_TRY = Text("Borne in the same try")
LATER_TRY = Text("Done at a later try")
AFTER_LOGIN = Text("Done at a later try, after a person gave permission again")
SEEN = Text("Found public by looking, so not repeated")
BY_PERSON = Text("A person looked and settled it")
COUNTED_LATER = Text("Only counts were asked for; they were read later")

OTHERS: Mapping[State, Text] = {
    State.MISSED: Text("Too late in the end; the delivery says why"),
    State.REJECTED: Text("Rejected in the end; the delivery says why"),
    State.NEEDS_PERSON: Text("Waits for a person"),
}
NOT_DONE = Text("Not carried out; the delivery says why")


@dataclass(frozen=True, kw_only=True)
class Settled:
    """So many times a fault struck a channel and was settled like this."""

    channel: str
    fault: Text
    ending: Text
    times: int


def settled(
    struck: Sequence[Struck],
    deliveries: Sequence[Delivery],
    last_try: Callable[[Delivery], datetime],
) -> tuple[Settled, ...]:
    """One row for each channel, fault and ending. `last_try` tells when the last attempt at a delivery began."""
    by_key = {delivery.identity.key: delivery for delivery in deliveries}
    tries = {key: last_try(by_key[key]) for key in {one.key for one in struck} & by_key.keys()}
    counted = Counter(
        (one.channel, one.fault, _ending(one, by_key.get(one.key), tries, struck))
        for one in struck
        if one.fault is not Fault.NONE
    )
    return tuple(
        Settled(channel=channel, fault=WORDS[fault], ending=ending, times=times)
        for (channel, fault, ending), times in sorted(counted.items(), key=_by_words)
    )


def _by_words(row: tuple[tuple[str, Fault, Text], int]) -> tuple[str, str, str]:
    (channel, fault, ending), _ = row
    return channel, fault, str(ending)


def _ending(
    one: Struck,
    delivery: Delivery | None,
    tries: Mapping[str, datetime],
    struck: Sequence[Struck],
) -> Text:
    if delivery is None:
        return COUNTED_LATER
    if delivery.receipt is None or delivery.state not in SUCCESS.values():
        return OTHERS.get(delivery.state, NOT_DONE)
    if delivery.receipt.details.get("by") == COLLEAGUE:
        return BY_PERSON
    if delivery.reason and delivery.reason.msgid == FOUND.msgid:
        return SEEN
    tried = tries[one.key]
    if tried <= one.at:
        return SAME_TRY
    let_in = any(_permission(other, one.channel, one.at, tried) for other in struck)
    return AFTER_LOGIN if let_in else LATER_TRY


def _permission(one: Struck, channel: str, after: datetime, before: datetime) -> bool:
    return one.fault is Fault.NONE and one.channel == channel and after <= one.at <= before
