"""All that is known about one delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from outreach.domain.delivery import Delivery, Receipt, State
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.reports.delivery_log import HAPPENINGS, reason_of
from outreach.reports.queue import row
from outreach.reports.table import Column, Table
from outreach.reports.words import STATES

if TYPE_CHECKING:
    from outreach.store.delivery_log import Line
    from outreach.store.records import Attempt
    from outreach.store.steps import StepRow

DETAILS: Mapping[str, Text] = {
    "broadcast": Text("Proof: id of the broadcast"),
    "by": Text("Proof: by"),
    "cover": Text("Proof: is the cover"),
    "dropped": Text("Proof: left out there"),
    "first_comment": Text("Proof: first comment"),
    "former": Text("Proof: cover before"),
    "link": Text("Proof: link in it"),
    "left_as": Text("Proof: left there as"),
    "note": Text("Proof: note"),
    "photo": Text("Proof: photo"),
    "photo_sha256": Text("Proof: SHA-256 of the photo"),
    "picture": Text("Proof: id of the picture"),
    "pictures": Text("Proof: fingerprint of the pictures"),
    "service": Text("Proof: service"),
    "unseen": Text("Proof: not seen yet"),
    "video": Text("Proof: fingerprint of the video"),
}
"""What receipts of our own adapters tell besides."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One delivery with its content, its attempts, its steps and its lines of the delivery log; `zone` is the campaign's."""

    delivery: Delivery
    rendition: Rendition | None
    attempts: Sequence[Attempt]
    steps: Mapping[str, StepRow]
    lines: Sequence[Line]
    zone: tzinfo


def facts(found: Evidence) -> list[tuple[Text, Any]]:
    """Names and values of the delivery itself."""
    delivery, cells = found.delivery, row(found.delivery, found.zone)
    rendition = found.rendition
    return [
        (Text("Number"), delivery.id),
        (Text("Key"), delivery.identity.key),
        (Text("Campaign"), delivery.identity.campaign),
        (Text("Message"), cells["what"]),
        (Text("Title"), rendition.title if rendition else None),
        (Text("Channel"), delivery.identity.channel),
        (Text("Action"), cells["does"]),
        (Text("State"), cells["stands"]),
        (Text("Why"), delivery.reason),
        (Text("Due"), cells["due"]),
        (Text("Next turn"), None if delivery.receipt else cells["ready_at"]),
        (Text("Attempts"), delivery.attempts),
        (Text("Content (SHA-256)"), delivery.digest),
        *(_proof(delivery.receipt, found.zone) if delivery.receipt else ()),
    ]


def _proof(receipt: Receipt, zone: tzinfo) -> list[tuple[Text, Any]]:
    known = [
        (Text("Proof: id"), receipt.remote_id),
        (Text("Proof: link"), receipt.permalink or None),
        (Text("Proof: time"), receipt.at.astimezone(zone)),
    ]
    return [*known, *((_named(name), value) for name, value in receipt.details.items())]


def _named(detail: str) -> Text:
    """What a detail of a receipt is called; adapters of others may have more."""
    return DETAILS.get(detail, Text("Proof: {name}", name=detail))


def attempts(found: Evidence) -> Table:
    """One row per attempt."""
    return Table(
        name="attempts",
        title=Text("Attempts"),
        columns=(
            Column(key="number", title=Text("No."), right=True),
            Column(key="started", title=Text("Began"), seconds=True, keep=True),
            Column(key="ended", title=Text("Ended"), seconds=True, keep=True),
            Column(key="outcome", title=Text("Outcome")),
            Column(key="reason", title=Text("Why")),
        ),
        rows=tuple(_attempt(attempt, found.zone) for attempt in found.attempts),
        empty=Text("There has been no attempt yet."),
    )


def _attempt(attempt: Attempt, zone: tzinfo) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started": attempt.started.astimezone(zone),
        "ended": _local(attempt.finished, zone),
        "outcome": _outcome(attempt.outcome),
        "state": attempt.outcome,
        "reason": attempt.reason,
        "digest": attempt.digest,
        "fence": attempt.fence,
        "evidence": dict(attempt.evidence),
    }


def _outcome(state: State | None) -> Text:
    """How an attempt ended; one that put the delivery back into the queue did not succeed."""
    if state is State.SCHEDULED:
        return Text("not published; once more later")
    return STATES[state] if state else Text("under way")


def steps(found: Evidence) -> Table:
    """One row per durable step."""
    return Table(
        name="steps",
        title=Text("Steps"),
        columns=(
            Column(key="name", title=Text("Step")),
            Column(key="stands", title=Text("State")),
            Column(key="value", title=Text("Result")),
        ),
        rows=tuple(
            {
                "name": name,
                "done": step.done,
                "stands": Text("done") if step.done else Text("cut off"),
                "value": step.value,
            }
            for name, step in found.steps.items()
        ),
        empty=Text("No step was recorded."),
    )


def events(found: Evidence) -> Table:
    """One row per line of the delivery log, with its hash."""
    return Table(
        name="events",
        title=Text("Events"),
        columns=(
            Column(key="at", title=Text("When"), seconds=True, keep=True),
            Column(key="happened", title=Text("What")),
            Column(key="by", title=Text("By")),
            Column(key="reason", title=Text("Why")),
            Column(key="short_hash", title=Text("Hash"), keep=True),
        ),
        rows=tuple(_event(line, found.zone) for line in found.lines),
        empty=Text("The delivery log has no line that fits."),
    )


def _event(line: Line, zone: tzinfo) -> dict[str, Any]:
    event = line.event
    return {
        "seq": line.seq,
        "at": event.at.astimezone(zone),
        "what": event.what,
        "happened": HAPPENINGS.get(event.what, Text("{what}", what=event.what)),
        "by": event.actor,
        "reason": reason_of(event.data),
        "data": event.data,
        "previous": line.previous,
        "hash": line.hash,
        "short_hash": line.hash[:8],
    }


def to_record(found: Evidence) -> dict[str, Any]:
    """All of it for programs."""
    return {
        **row(found.delivery, found.zone),
        "receipt": vars(found.delivery.receipt) if found.delivery.receipt else None,
        "content": found.rendition.to_json() if found.rendition else None,
        "tries": [dict(each) for each in attempts(found).rows],
        "steps": [dict(each) for each in steps(found).rows],
        "events": [dict(each) for each in events(found).rows],
    }


def _local(instant: datetime | None, zone: tzinfo) -> datetime | None:
    return instant.astimezone(zone) if instant else None
