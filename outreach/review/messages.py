"""The messages: a list, and each with its file, its texts, and the word of those who approve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

from outreach.domain.approval import Verdict, Word, missing
from outreach.domain.change import OPEN
from outreach.domain.delivery import Delivery
from outreach.domain.message import Message
from outreach.domain.problem import Problem
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.reports.source import Question
from outreach.review import texts
from outreach.review.campaigns import present
from outreach.review.office import Office, Reading
from outreach.review.visit import Visit, go

NO_SUCH = Text("There is no such message.")
NOTHING_CHOSEN = Text("Choose at least one text.")
WHY = Text("Say what is to be changed, so that the author knows.")
AT_A_TIME = 40
"""So many messages stand in the list at a time."""

CHANGED = Text("A text was changed while you read it. Look at the new one first.")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A message in the list: its deliveries, how many of its texts lack a word, its problems, and its next time (local)."""

    campaign: str
    id: str
    title: str
    message: Message | None
    deliveries: Sequence[Delivery]
    lacking: int
    problems: Sequence[Problem]
    next: datetime | None


def messages(visit: Visit) -> Response:
    """The messages of one campaign by name, some at a time; `after` is the last one of the page before."""
    reading, office = visit.office.reading(), visit.office
    known = reading.campaigns()
    chosen = visit.asked("campaign") or present(known, reading.now)
    found = some_of(office, reading, chosen, visit.asked("after"), AT_A_TIME)
    last = found.rows[-1].id if found.more else ""
    return visit.page(
        "messages",
        rows=found.rows,
        channels=sorted({d.identity.channel for row in found.rows for d in row.deliveries}),
        campaigns=known,
        campaign=chosen,
        count=found.count,
        more=urlencode({"campaign": chosen, "after": last}) if last else "",
        edits=office.messages is not None and visit.who.may(Deed.EDIT),
    )


@dataclass(frozen=True, kw_only=True)
class Some:
    """Some messages of a campaign that has `count`; whether there are `more`."""

    rows: Sequence[Row]
    count: int
    more: bool


def some_of(office: Office, reading: Reading, campaign: str, after: str, limit: int) -> Some:
    """The messages of a campaign by name, at most `limit` after the one named `after`."""
    files = reading.files(Question(campaign=campaign))
    found = files[0].by_name if files else {}
    faults = _faults(reading, campaign, found.values())
    others = faults.keys() - found.keys() - {"campaign.toml"}
    names = sorted([*found, *others])
    left = [name for name in names if name > after]
    some = [(name, found.get(name)) for name in left[:limit]]
    rows = _rows(office, reading, campaign, some, faults)
    return Some(rows=rows, count=len(names), more=len(left) > limit)


def message(visit: Visit) -> Response:
    """One message; those who may, approve its texts or send them back."""
    campaign, name = (str(visit.request.path_params[key]) for key in ("campaign", "message"))
    found = visit.office.queue.list(campaign=campaign, message=name)
    if not found and visit.office.reading().source_text(campaign, name) is None:
        return visit.sorry(NO_SUCH, 404)
    if visit.request.method == "GET":
        return _show(visit, found)
    if not visit.who.may(Deed.APPROVE):
        return visit.forbidden(Text("Only an approver may do this."))
    refused = _say(visit, found)
    return _show(visit, found, refused) if refused else go(visit.request.url.path)


def _faults(reading: Reading, campaign: str, known: Iterable[Message]) -> dict[str, list[Problem]]:
    """Message -> what is wrong in its file; a file that makes no message goes by its own name."""
    faults: dict[str, list[Problem]] = {}
    problems = reading.problems(campaign)
    names = {message.file: message.id for message in known} if problems else {}
    for problem in problems:
        file = problem.place.file
        faults.setdefault(names.get(file, _stem(file)), []).append(problem)
    return faults


def problems_of(reading: Reading, campaign: str, file: str) -> list[Problem]:
    """What is wrong in one file of a campaign."""
    return [p for p in reading.problems(campaign) if p.place.file.endswith(f"/{file}")]


def _rows(
    office: Office,
    reading: Reading,
    campaign: str,
    some: Sequence[tuple[str, Message | None]],
    faults: Mapping[str, Sequence[Problem]],
) -> list[Row]:
    queued: dict[str, list[Delivery]] = {}
    for delivery in office.glances.of_messages(campaign, [name for name, _ in some]):
        queued.setdefault(delivery.identity.message, []).append(delivery)
    words = office.approvals.words(d.digest for some in queued.values() for d in some)
    needed, zone = office.approvals.needed().get(campaign, 0), reading.zone(campaign)
    rows = []
    for name, message in some:
        deliveries = queued.get(name, [])
        due = min((d.due for d in deliveries if d.state in OPEN), default=None)
        row = Row(
            campaign=campaign,
            id=name,
            title=message.title if message else _last_title(office, deliveries, name),
            message=message,
            deliveries=deliveries,
            lacking=_lacking(deliveries, words, needed),
            problems=faults.get(name, ()),
            next=due and due.astimezone(zone),
        )
        rows.append(row)
    return rows


def _last_title(office: Office, deliveries: Sequence[Delivery], name: str) -> str:
    """What a message was called while its file could still be read, otherwise its name."""
    return next(iter(office.glances.titles(deliveries[:1]).values()), name)


def _lacking(
    deliveries: Sequence[Delivery], words: Mapping[str, Sequence[Word]], needed: int
) -> int:
    """How many different texts that are still to go out lack somebody's word."""
    digests = {d.digest for d in deliveries if d.state in OPEN and texts.has_text(d)}
    return sum(1 for digest in digests if missing(words.get(digest, ()), needed))


def _say(visit: Visit, found: Sequence[Delivery]) -> Text | None:
    """Write the word about every chosen text; why it was refused, None when it was not."""
    verdict = {v.value: v for v in Verdict}.get(visit.form.get("say", ""))
    note = visit.form.get("note", "").strip()[:2000]
    chosen = [key.removeprefix("text-") for key in visit.form if key.startswith("text-")]
    if verdict is None or not chosen:
        return NOTHING_CHOSEN
    if verdict is Verdict.SENT_BACK and not note:
        return WHY
    if not {d.digest for d in found if d.state in OPEN and texts.has_text(d)}.issuperset(chosen):
        return CHANGED
    who, now = visit.who.name, visit.office.now()
    for digest in chosen:
        said = Word(digest=digest, person=who, verdict=verdict, note=note, at=now)
        visit.office.approvals.give(said)
    return None


def _show(visit: Visit, found: Sequence[Delivery], refused: Text | None = None) -> Response:
    office, reading = visit.office, visit.office.reading()
    campaign, name = (str(visit.request.path_params[key]) for key in ("campaign", "message"))
    needed, zone = office.approvals.needed().get(campaign, 0), reading.zone(campaign)
    faces, file = texts.faces(office, reading, found, needed), reading.file_name(campaign, name)
    return visit.page(
        "message",
        status=409 if refused else 200,
        campaign=campaign,
        name=name,
        title=next((face.rendition.title for face in faces), name),
        faces=faces,
        needed=needed,
        deliveries=[(d, d.due.astimezone(zone)) for d in found],
        source=(reading.source_text(campaign, name) or "").splitlines(),
        problems=problems_of(reading, campaign, file),
        edits=office.messages is not None and visit.who.may(Deed.EDIT),
        saved=bool(visit.asked("saved")),
        versions=texts.versions(office, reading, found),
        approves=visit.who.may(Deed.APPROVE) and any(face.waits for face in faces),
        refused=refused,
        note=visit.form.get("note", ""),
        zone=zone,
    )


def _stem(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".md")
