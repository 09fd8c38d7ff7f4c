"""One delivery: its whole story, what may be decided about it, and its proof for a print."""

from __future__ import annotations

from starlette.responses import Response

from outreach.domain.approval import missing
from outreach.domain.change import OPEN
from outreach.domain.delivery import Delivery
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.reports import evidence
from outreach.reports.statistics import METRICS
from outreach.review import deciding, texts
from outreach.review.visit import Visit, go
from outreach.store.seals import is_sealed

NO_SUCH = Text("There is no such delivery.")


def delivery(visit: Visit) -> Response:
    """The whole story of one delivery, and what may be decided about it."""
    found = _asked_for(visit)
    if found is None:
        return visit.sorry(NO_SUCH, 404)
    if visit.request.method == "GET":
        return _story(visit, found, None)
    if not visit.who.may(Deed.DECIDE):
        return visit.forbidden(Text("Only an administrator may decide this."))
    refused = deciding.decide(visit.office, found, visit.form, visit.who.name)
    return _story(visit, found, refused) if refused else go(f"/deliveries/{found.id}")


def proof(visit: Visit) -> Response:
    """One delivery as a sheet of paper: where it is public, since when, whose word that is, and the seals."""
    found = _asked_for(visit)
    if found is None:
        return visit.sorry(NO_SUCH, 404)
    known = visit.office.reading().evidence(found)
    checked = visit.office.seals.check()
    return visit.page(
        "proof",
        found=found,
        facts=evidence.facts(known),
        events=evidence.events(known).rows,
        rendition=known.rendition,
        same_text=known.rendition is not None and known.rendition.digest == found.digest,
        sealed=all(is_sealed(line) for line in known.lines),
        checked=checked,
        began=checked.began.astimezone(known.zone),
        at=visit.office.now().astimezone(known.zone),
    )


def _asked_for(visit: Visit) -> Delivery | None:
    return visit.office.queue.get(int(visit.request.path_params["id"]))


def _story(visit: Visit, found: Delivery, refused: Text | None) -> Response:
    reading = visit.office.reading()
    known, channel = reading.evidence(found), reading.channels().get(found.identity.channel)
    decides = visit.who.may(Deed.DECIDE)
    choices = deciding.choices(visit.office, found) if decides else ()
    return visit.page(
        "delivery",
        status=409 if refused else 200,
        found=found,
        facts=evidence.facts(known),
        attempts=evidence.attempts(known).rows,
        events=evidence.events(known).rows,
        rendition=known.rendition,
        received=[
            (reading.at.astimezone(known.zone), reading.counts)
            for reading in reversed(visit.office.counts.of(found.id))
        ],
        metrics=METRICS,
        choices=choices,
        seen=deciding.sight(found),
        refused=refused,
        lacking=_lacking(visit, found),
        paused=channel if channel and channel.paused and found.state in OPEN else None,
    )


def _lacking(visit: Visit, found: Delivery) -> int:
    """How many people must still approve the text before it goes out."""
    if found.state not in OPEN or not texts.has_text(found):
        return 0
    approvals = visit.office.approvals
    words = approvals.words([found.digest]).get(found.digest, ())
    return missing(words, approvals.needed().get(found.identity.campaign, 0))
