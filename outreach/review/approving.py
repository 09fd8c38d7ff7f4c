"""Approving by the link in a letter: opening it shows the text and changes nothing; its button approves, once."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from outreach.domain.approval import Verdict, Word
from outreach.domain.delivery import Delivery
from outreach.domain.preview import whole
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.review.links import Link
from outreach.review.visit import Visit

NOT_OURS = Text("This link is not one of ours, or a part of it was cut off. Sign in to approve.")
OVER = Text("This link is over. Sign in to approve, or wait for tomorrow's letter.")
NO_APPROVER = Text("You may not approve any more. Ask an administrator.")
SAID = Text("This link was used already: what you said about this text is written down.")
CHANGED = Text(
    "This text was changed since the letter was sent, or has gone out. Sign in to see the present one."
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A link that may be used, and what waits for it."""

    link: Link
    deliveries: list[Delivery]


def approve(visit: Visit) -> Response:
    """The text with a button; nothing is approved by looking, for programs that read mail open every link."""
    signed = visit.form.get("link", "") or visit.request.query_params.get("link", "")
    asked = _asked(visit, signed)
    if isinstance(asked, Text):
        return visit.page("approve", status=410, refused=asked, face=None, done=False)
    if visit.request.method == "POST":
        return _give(visit, asked, signed)
    return _show(visit, asked, signed=signed)


def _asked(visit: Visit, signed: str) -> Asked | Text:
    """What the link asks for, or why it cannot be used."""
    office, links = visit.office, visit.office.ways.links
    link = links.read(signed) if links else None
    if link is None:
        return NOT_OURS
    person = office.people.find(link.person)
    if person is None or not person.may(Deed.APPROVE):
        return NO_APPROVER
    if any(word.person == link.person for word in _words(visit, link)):
        return SAID
    if link.until < office.now():
        return OVER
    deliveries = office.approvals.of_text(link.digest)
    return Asked(link=link, deliveries=deliveries) if deliveries else CHANGED


def _words(visit: Visit, link: Link) -> list[Word]:
    return visit.office.approvals.words([link.digest]).get(link.digest, [])


def _give(visit: Visit, asked: Asked, signed: str) -> Response:
    office, link = visit.office, asked.link
    word = Word(
        digest=link.digest,
        person=link.person,
        verdict=Verdict.APPROVED,
        note="",
        at=office.now(),
        by_link=True,
    )
    if not office.approvals.give_once(word):
        now = _asked(visit, signed)
        why = now if isinstance(now, Text) else CHANGED
        return visit.page("approve", status=410, refused=why, face=None, done=False)
    return _show(visit, asked, done=True)


def _show(visit: Visit, asked: Asked, *, signed: str = "", done: bool = False) -> Response:
    office, first = visit.office, asked.deliveries[0]
    rendition = office.queue.rendition(first)
    if rendition is None:
        return visit.page("approve", status=410, refused=CHANGED, face=None, done=False)
    zone = office.reading().zone(first.identity.campaign)
    return visit.page(
        "approve",
        refused=None,
        done=done,
        signed=signed,
        name=asked.link.person,
        face=rendition,
        seen=whole(office.preview(rendition), rendition),
        adapter=office.adapters.get(rendition.channel, ""),
        dues=[delivery.due.astimezone(zone) for delivery in asked.deliveries],
    )
