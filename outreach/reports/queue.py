"""The deliveries: what is due when, where, and how it stands."""

from __future__ import annotations

from datetime import tzinfo

from outreach.domain.delivery import Delivery
from outreach.domain.text import Text
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Column, Row, Table
from outreach.reports.words import ACTIONS, STATES, naming

COLUMNS = (
    Column(key="id", title=Text("No."), right=True, keep=True),
    Column(key="due", title=Text("Due"), keep=True),
    Column(key="channel", title=Text("Channel")),
    Column(key="what", title=Text("Message")),
    Column(key="stands", title=Text("State")),
    Column(key="does", title=Text("Action"), shown=False),
    Column(key="key", title=Text("Key"), shown=False),
    Column(key="campaign", title=Text("Campaign"), shown=False),
    Column(key="attempts", title=Text("Attempts"), shown=False),
    Column(key="permalink", title=Text("Link"), shown=False),
    Column(key="reason", title=Text("Why"), shown=False),
)


def build(source: Source, question: Question) -> Table:
    """One row per delivery, ordered by due time."""
    found = source.deliveries(question)
    return Table(
        name="queue",
        title=Text("Deliveries"),
        columns=COLUMNS,
        rows=tuple(row(d, source.zone(d.identity.campaign)) for d in found),
        empty=Text("No delivery is queued that fits."),
    )


def row(delivery: Delivery, zone: tzinfo) -> Row:
    """A delivery's cells; instants in the campaign's zone."""
    identity, receipt = delivery.identity, delivery.receipt
    return {
        "id": delivery.id,
        "key": identity.key,
        "campaign": identity.campaign,
        "message": identity.message,
        "what": naming(identity),
        "channel": identity.channel,
        "ordinal": identity.ordinal,
        "action": identity.action,
        "does": ACTIONS[identity.action],
        "state": delivery.state,
        "stands": STATES[delivery.state],
        "due": delivery.due.astimezone(zone),
        "ready_at": delivery.ready_at.astimezone(zone),
        "expires": delivery.expires.astimezone(zone),
        "attempts": delivery.attempts,
        "digest": delivery.digest,
        "permalink": receipt.permalink if receipt else "",
        "reason": delivery.reason,
    }


REPORT = Report(name="queue", tells=Text("every delivery: when, where, how it stands"), build=build)
