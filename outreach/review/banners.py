"""Banners and other work that people do: where, until when, and the photo that proves it, taken with a phone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from outreach.domain.delivery import SUCCESS, Action, Delivery, Receipt, State
from outreach.domain.message import Kind
from outreach.domain.rendition import Rendition
from outreach.domain.role import Deed
from outreach.domain.text import Text
from outreach.review.deliveries import NO_SUCH
from outreach.review.office import Office, Reading
from outreach.review.visit import Visit, go
from outreach.store.evidence import NotAPhoto
from outreach.store.queue import IllegalMove

MOST = 60
"""At most so many are shown: those that wait, then those that come, then the latest."""

NOT_ITS_TURN = Text("It does not wait for a confirmation now; look again.")


@dataclass(frozen=True, kw_only=True)
class Banner:
    """One piece of work, or a banner that a program shows; `due` and `until` are local. `waits` for somebody to confirm it."""

    delivery: Delivery
    rendition: Rendition
    due: datetime
    until: datetime | None
    waits: bool
    by_people: bool
    photo: str


def banners(visit: Visit) -> Response:
    """All of them, those that wait first."""
    return _show(visit)


def confirm(visit: Visit) -> Response:
    """Somebody did it, and says so with a photo or without."""
    office = visit.office
    if not visit.who.may(Deed.CONFIRM):
        return visit.forbidden(Text("Only those who do the work may confirm it."))
    found = office.queue.get(int(visit.request.path_params["id"]))
    if found is None:
        return visit.sorry(NO_SUCH, 404)
    if found.state is not State.NEEDS_PERSON or not _by_people(office, found):
        return _show(visit, refused=NOT_ITS_TURN)
    try:
        photo = office.keep_photo(*visit.file) if visit.file else {}
        _confirm(visit, found, photo)
    except NotAPhoto as refused:
        return _show(visit, refused=refused.text)
    except IllegalMove as refused:
        return _show(visit, refused=refused.text)
    return go("/banners")


def _confirm(visit: Visit, found: Delivery, photo: dict[str, str]) -> None:
    who, now = visit.who.name, visit.office.now()
    note = visit.form.get("note", "").strip()[:2000]
    details = {"by": who, **({"note": note} if note else {}), **photo}
    visit.office.queue.move(
        found.id,
        SUCCESS[found.identity.action],
        reason=Text("{name} carried it out.", name=who),
        actor=who,
        now=now,
        receipt=Receipt(remote_id=found.identity.key, at=now, details=details),
    )


def _show(visit: Visit, refused: Text | None = None) -> Response:
    office, reading = visit.office, visit.office.reading()
    found = found_of(office, reading)
    return visit.page(
        "banners",
        status=409 if refused else 200,
        banners=found,
        full=len(found) >= MOST,
        confirms=visit.who.may(Deed.CONFIRM),
        refused=refused,
    )


def found_of(office: Office, reading: Reading) -> list[Banner]:
    """At most `MOST`, those that wait first."""
    by_people = [name for name in office.capabilities if _is_of_people(office, name)]
    found = office.glances.banners(by_people, MOST)
    ends = office.glances.ends(d for d in found if d.identity.action is Action.PUBLISH)
    made = (_banner(office, reading, each, ends.get(each.id)) for each in found)
    shown = [banner for banner in made if banner]
    return sorted(shown, key=lambda banner: (not banner.waits, banner.due))


def _banner(
    office: Office, reading: Reading, delivery: Delivery, down: Delivery | None
) -> Banner | None:
    rendition = office.queue.rendition(delivery)
    by_people = _by_people(office, delivery)
    if rendition is None or not (by_people or rendition.kind is Kind.BANNER):
        return None
    zone = reading.zone(delivery.identity.campaign)
    details = delivery.receipt.details if delivery.receipt else {}
    return Banner(
        delivery=delivery,
        rendition=rendition,
        due=delivery.due.astimezone(zone),
        until=down.due.astimezone(zone) if down else None,
        waits=by_people and delivery.state is State.NEEDS_PERSON,
        by_people=by_people,
        photo=str(details.get("photo_sha256", "")),
    )


def _by_people(office: Office, delivery: Delivery) -> bool:
    return _is_of_people(office, delivery.identity.channel)


def _is_of_people(office: Office, channel: str) -> bool:
    capabilities = office.capabilities.get(channel)
    return capabilities is not None and capabilities.carried_out_by_people
