"""What a person decides about one delivery on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach.domain.approval import waits_for_approval
from outreach.domain.delivery import Delivery, State, may_move
from outreach.domain.settlement import settlement, with_note
from outreach.domain.text import Text
from outreach.review.looks import web_address
from outreach.review.office import Office
from outreach.review.requests import Form
from outreach.store.decisions import MOVED_ON
from outreach.store.queue import IllegalMove

_ASKS_WHO_SAW = frozenset({State.UNKNOWN, State.NEEDS_PERSON})
_MAY_GO_OUT = frozenset({State.REJECTED, State.MISSED, State.HELD, State.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One button: its value, what it says, and what it will do."""

    value: str
    says: Text
    does: Text


PUBLIC = Choice(
    value="public",
    says=Text("I see it in public"),
    does=Text("It counts as there; you are the proof."),
)
ABSENT = Choice(
    value="absent",
    says=Text("I looked; it is not there"),
    does=Text("It counts as not there; what is to be public is then sent again."),
)
RETRY = Choice(
    value="retry", says=Text("Try again"), does=Text("It goes back into the queue, ready now.")
)
CANCEL = Choice(
    value="cancel", says=Text("Cancel it"), does=Text("It leaves the queue and does not go out.")
)


def choices(office: Office, delivery: Delivery) -> Sequence[Choice]:
    """What may be decided now."""
    if delivery.state in _ASKS_WHO_SAW:
        return (PUBLIC, ABSENT)
    found = []
    may_go_out = delivery.state in _MAY_GO_OUT and not waits_for_approval(delivery)
    if may_go_out and office.now() < delivery.expires:
        found.append(RETRY)
    if may_move(delivery.state, State.CANCELLED) and delivery.state is not State.PUBLISHING:
        found.append(CANCEL)
    return tuple(found)


def sight(delivery: Delivery) -> str:
    """What a form keeps of the delivery that its reader saw: a decision about another attempt or text than that one is refused."""
    begun = delivery.since.isoformat() if delivery.since else ""
    return f"{delivery.state} {begun} {delivery.digest}"


def decide(office: Office, delivery: Delivery, form: Form, by: str) -> Text | None:
    """Write the decision; why it was refused, None when it was not."""
    wanted, now = form.get("choice"), sight(delivery)
    if form.get("seen", now) != now or wanted not in {
        choice.value for choice in choices(office, delivery)
    }:
        return MOVED_ON
    link, note = form.get("link", "").strip(), form.get("note", "").strip()
    if link and not (web_address(link) and link.isprintable()):
        return Text("“{link}” is no web address.", link=link[:200])
    try:
        _write(office, delivery, wanted, link=link, note=note, by=by)
    except IllegalMove as refused:
        return refused.text
    return None


def _write(
    office: Office, delivery: Delivery, wanted: str | None, *, link: str, note: str, by: str
) -> None:
    now = office.now()
    if wanted in (PUBLIC.value, ABSENT.value):
        public = wanted == PUBLIC.value
        said = settlement(
            delivery.identity.action, public=public, link=link, by=by, note=note, now=now
        )
        to, reason, receipt = said.to, said.reason, said.receipt
    elif wanted == RETRY.value:
        to, receipt = State.SCHEDULED, None
        reason = with_note(Text("{name} let it try again.", name=by), note)
    else:
        to, receipt = State.CANCELLED, None
        reason = with_note(Text("{name} cancelled it.", name=by), note)
    office.queue.move(
        delivery.id, to, reason=reason, actor=by, now=now, receipt=receipt, seen=delivery
    )
