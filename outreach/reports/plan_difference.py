"""What applying the files would change in the queue, like the difference of two versions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from outreach.domain.change import Change, ChangeKind
from outreach.domain.delivery import Action
from outreach.domain.text import Text
from outreach.reports.source import Question, Report, Source
from outreach.reports.table import Column, Row, Table
from outreach.reports.words import naming

SIGNS: Mapping[ChangeKind, str] = {
    ChangeKind.NEW: "+",
    ChangeKind.MOVED: "→",
    ChangeKind.CHANGED: "~",
    ChangeKind.CANCELLED: "-",
    ChangeKind.RESTORED: "+",
    ChangeKind.HELD: "!",
    ChangeKind.RELEASED: "→",
    ChangeKind.ASKED: "!",
    ChangeKind.DRIFT: "?",
    ChangeKind.KEPT: " ",
}
KINDS: Mapping[ChangeKind, Text] = {
    ChangeKind.NEW: Text("new"),
    ChangeKind.MOVED: Text("moved"),
    ChangeKind.CHANGED: Text("changed text"),
    ChangeKind.CANCELLED: Text("cancelled"),
    ChangeKind.RESTORED: Text("restored"),
    ChangeKind.HELD: Text("held"),
    ChangeKind.RELEASED: Text("released"),
    ChangeKind.ASKED: Text("asks a person"),
    ChangeKind.DRIFT: Text("changed too late"),
    ChangeKind.KEPT: Text("kept"),
}
COLUMNS = (
    Column(key="sign", title=Text("±"), keep=True),
    Column(key="due", title=Text("Due"), keep=True),
    Column(key="channel", title=Text("Channel")),
    Column(key="what", title=Text("Message")),
    Column(key="change", title=Text("Change"), shown=False),
    Column(key="was", title=Text("Was due"), shown=False),
    Column(key="note", title=Text("Why")),
    Column(key="why", title=Text("Why"), shown=False),
    Column(key="key", title=Text("Key"), shown=False),
    Column(key="campaign", title=Text("Campaign"), shown=False),
)


def build(source: Source, question: Question) -> Table:
    """One row per change that would write something or that came too late; what is kept has none."""
    rows = [
        _row(change, files.campaign.zone)
        for files in source.files(question)
        for change in files.difference.changes
        if change.what is not ChangeKind.KEPT and _fits(change, question)
    ]
    return Table(
        name="plan-difference",
        title=Text("Changes"),
        columns=COLUMNS,
        rows=tuple(rows),
        empty=Text("Files and queue agree: nothing would change."),
    )


def _fits(change: Change, question: Question) -> bool:
    wished = (question.channel, question.message)
    found = (change.identity.channel, change.identity.message)
    return all(wish in (None, value) for wish, value in zip(wished, found, strict=True))


def _row(change: Change, zone: tzinfo) -> Row:
    asked = change.planned.due if change.planned else None
    was = change.delivery.due if change.delivery else None
    due = asked or was
    moved = asked and was and asked != was
    return {
        "sign": SIGNS[change.what],
        "kind": change.what,
        "change": KINDS[change.what],
        "due": due.astimezone(zone) if due else None,
        "was": was.astimezone(zone) if was and moved else None,
        "channel": change.identity.channel,
        "message": change.identity.message,
        "ordinal": change.identity.ordinal,
        "action": change.identity.action,
        "what": naming(change.identity),
        "why": change.why,
        "note": None if _is_plainly_new(change) else change.why,
        "key": change.identity.key,
        "campaign": change.identity.campaign,
        "delivery": change.delivery.id if change.delivery else None,
        "digest": change.digest,
    }


def _is_plainly_new(change: Change) -> bool:
    return change.what is ChangeKind.NEW and change.identity.action is not Action.UPDATE


REPORT = Report(
    name="plan-difference",
    tells=Text("what applying the files would change, and why"),
    build=build,
)
