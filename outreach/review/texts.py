"""The texts of one message, channel by channel: as followers see them, their versions, and what people said about each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.channel import Preview
from outreach.domain.approval import Verdict, Word, missing
from outreach.domain.change import OPEN, ChangeKind
from outreach.domain.delivery import Action, Delivery
from outreach.domain.preview import whole
from outreach.domain.rendition import Rendition
from outreach.review.differing import Piece, differing
from outreach.review.office import Office, Reading

_GIVES_TEXT = frozenset(kind.value for kind in ChangeKind) | {"rewritten"}


@dataclass(frozen=True, kw_only=True)
class Version:
    """One text that the queue has held for a channel: since when (local), by whom, what was said about it and what was new."""

    digest: str
    at: datetime
    actor: str
    words: Sequence[Word]
    difference: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class Face:
    """A text as the followers of its channel see it; `waits` when it is still to go out, `lacking` how many must approve."""

    rendition: Rendition
    digest: str
    adapter: str
    preview: Preview
    words: Sequence[Word]
    waits: bool
    lacking: int
    since_approval: Sequence[Piece]


def has_text(delivery: Delivery) -> bool:
    """Whether the delivery brings a text before readers."""
    return delivery.identity.action is not Action.WITHDRAW


def faces(office: Office, reading: Reading, found: Sequence[Delivery], needed: int) -> list[Face]:
    """Each text once: those that wait first, then those that are or were public."""
    by_text: dict[str, list[Delivery]] = {}
    for delivery in filter(has_text, found):
        by_text.setdefault(delivery.digest, []).append(delivery)
    words = office.approvals.words(by_text)
    made = []
    for digest, deliveries in by_text.items():
        rendition, said = office.queue.rendition(deliveries[0]), words.get(digest, [])
        waits = any(delivery.state in OPEN for delivery in deliveries)
        if rendition:
            face = Face(
                rendition=rendition,
                digest=digest,
                adapter=office.adapters.get(rendition.channel, ""),
                preview=whole(office.preview(rendition), rendition),
                words=said,
                waits=waits,
                lacking=missing(said, needed) if waits else 0,
                since_approval=_since_approval(office, reading, deliveries[0]) if waits else (),
            )
            made.append(face)
    return sorted(made, key=lambda face: (not face.waits, face.rendition.channel))


def unsaved(office: Office, renditions: Sequence[Rendition]) -> list[Face]:
    """The texts of a file that is not saved yet, each once."""
    by_text = {(rendition.channel, rendition.text): rendition for rendition in renditions}
    return [
        Face(
            rendition=rendition,
            digest=rendition.digest,
            adapter=office.adapters.get(rendition.channel, ""),
            preview=whole(office.preview(rendition), rendition),
            words=(),
            waits=False,
            lacking=0,
            since_approval=(),
        )
        for rendition in by_text.values()
    ]


def versions(
    office: Office, reading: Reading, found: Sequence[Delivery]
) -> dict[str, list[Version]]:
    """Channel -> the texts that its deliveries have had, newest first."""
    known: dict[str, list[Version]] = {}
    for delivery in filter(has_text, found):
        some = known.setdefault(delivery.identity.channel, [])
        told = {version.digest for version in some}
        some += [v for v in _history(office, reading, delivery) if v.digest not in told]
    return {
        channel: sorted(some, key=lambda version: version.at, reverse=True)
        for channel, some in known.items()
    }


def _since_approval(office: Office, reading: Reading, delivery: Delivery) -> Sequence[Piece]:
    """What differs from the text of this delivery that was approved last; nothing when this one was, or none."""
    texts = _texts(reading, delivery)
    words = office.approvals.words(text.digest for text in texts)
    for text in reversed(texts):
        if any(word.verdict is Verdict.APPROVED for word in words.get(text.digest, ())):
            return _between(office, delivery, text.digest, delivery.digest)
    return ()


def _history(office: Office, reading: Reading, delivery: Delivery) -> Iterator[Version]:
    texts = _texts(reading, delivery)
    words = office.approvals.words(text.digest for text in texts)
    zone, before = reading.zone(delivery.identity.campaign), ""
    for text in texts:
        yield Version(
            digest=text.digest,
            at=text.at.astimezone(zone),
            actor=text.actor,
            words=words.get(text.digest, ()),
            difference=_between(office, delivery, before, text.digest) if before else (),
        )
        before = text.digest


def _between(office: Office, delivery: Delivery, before: str, after: str) -> tuple[Piece, ...]:
    texts = [office.queue.rendition(replace(delivery, digest=each)) for each in (before, after)]
    return differing(texts[0].text, texts[1].text) if texts[0] and texts[1] else ()


@dataclass(frozen=True, kw_only=True)
class _Text:
    digest: str
    at: datetime
    actor: str


def _texts(reading: Reading, delivery: Delivery) -> list[_Text]:
    """The texts of one delivery in the order in which files gave them, each where it came first."""
    found: dict[str, _Text] = {}
    for line in reading.evidence(delivery).lines:
        digest = line.event.data.get("digest")
        if line.event.what in _GIVES_TEXT and digest:
            found.setdefault(digest, _Text(digest=digest, at=line.event.at, actor=line.event.actor))
    return list(found.values())
