"""What becomes of a published message whose text was changed: its update, or why there is none.

A publication has one row for all its updates, so that a newer text takes the place of an older one that has not gone out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from outreach.domain.approval import waits_for_approval
from outreach.domain.campaign import Edits
from outreach.domain.change import NO_LONGER_ASKED, OPEN, UNSETTLED, Change, ChangeKind, untouched
from outreach.domain.change import asked as bring
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.plan import NEVER, Plan, Planned
from outreach.domain.text import Text

BY_PERSON = "person:"
"""A receipt whose remote id begins so is what someone saw; no channel can change anything by it."""

ASKS = Text(
    "What is public has another text. `outreach retry` gives the channel the new one, `outreach cancel` leaves the old one there."
)
EDITED_BACK = Text("The text was changed back to what is public.")
COMES_DOWN = Text("It comes down or is down already, so its text is not changed any more.")
_CANNOT = Text(
    "The text was changed after it had gone out; this channel cannot change it. Correct it there by hand."
)
_NOT_WISHED = Text(
    "The text was changed after it had gone out; campaign.toml wishes that what is public stays as it was."
)
_GOES_OUT = Text("The text was changed after it had gone out; what is public will be updated.")
_REPLACED = Text("Its text was changed.")
_UNDER_WAY = Text("An earlier update is under way; the new text follows it.")
_LEFT = Text("What is public stays as it was; a further change of the text is offered again.")
_BY_ITSELF = frozenset(
    text.msgid for text in (NO_LONGER_ASKED, EDITED_BACK, COMES_DOWN, _CANNOT, _NOT_WISHED)
)
_ENDS = frozenset({ChangeKind.CANCELLED, ChangeKind.DRIFT})
_COMING_DOWN = UNSETTLED | {State.WITHDRAWN}
_BACK_TO_THE_QUEUE = {
    State.HELD: ChangeKind.RELEASED,
    State.CANCELLED: ChangeKind.RESTORED,
    State.REJECTED: ChangeKind.CHANGED,
    State.UPDATED: ChangeKind.CHANGED,
}


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A published delivery and the text (`digest`) that the files give it now; `update` and `withdrawal` are its other rows."""

    plan: Plan
    planned: Planned
    published: Delivery
    digest: str
    update: Delivery | None
    withdrawal: Delivery | None
    now: datetime

    def publication(self) -> Change:
        """What is said about the publication itself, which nothing moves any more."""
        update, why = self.update, self._obstacle()
        if why is None and update and self._is_left(update):
            why = _LEFT
        what = ChangeKind.DRIFT if why else ChangeKind.KEPT
        return bring(what, self.planned, self.published, self.digest, why or _GOES_OUT)

    def following(self) -> Change | None:
        """What happens to the update; None where there is none and none is wanted."""
        why = EDITED_BACK if self._is_public_already() else self._obstacle()
        if why:
            return _dropped(self.update, why) if self.update else None
        if self.update is None:
            return self._go(ChangeKind.NEW)
        return self._replacing(self.update)

    def _replacing(self, update: Delivery) -> Change:
        newer = update.digest != self.digest
        match update.state:
            case State.PUBLISHING | State.UNKNOWN:
                return untouched(ChangeKind.KEPT, update, _UNDER_WAY)
            case State.NEEDS_PERSON:
                return self._bring(ChangeKind.CHANGED if newer else ChangeKind.KEPT, _REPLACED)
            case State.SCHEDULED if self._is_let(update):
                return self._bring(ChangeKind.CHANGED if newer else ChangeKind.KEPT, _REPLACED)
            case _ if self._is_left(update) or self._waits_already(update):
                return untouched(ChangeKind.KEPT, update, update.reason or _LEFT)
            case state:
                return self._go(_BACK_TO_THE_QUEUE.get(state, ChangeKind.CHANGED))

    def _go(self, what: ChangeKind) -> Change:
        if self._is_let(self.update):
            return self._bring(what, _GOES_OUT)
        return self._bring(ChangeKind.ASKED, ASKS)

    def _bring(self, what: ChangeKind, why: Text) -> Change:
        row = self.update
        due = row.due if row and row.digest == self.digest else self.now
        identity = self.planned.identity.of(Action.UPDATE)
        planned = replace(self.planned, identity=identity, due=due, expires=NEVER)
        return bring(what, planned, row, self.digest, why)

    def _is_public_already(self) -> bool:
        return self.digest == self.published.digest and not self._in_doubt()

    def _in_doubt(self) -> bool:
        """Whether some other text may have reached the channel although no update is recorded."""
        update = self.update
        if update is None or update.state in (State.UPDATED, State.CANCELLED):
            return False
        return update.attempts > (update.state is State.REJECTED)

    def _obstacle(self) -> Text | None:
        receipt = self.published.receipt
        by_person = receipt is not None and receipt.remote_id.startswith(BY_PERSON)
        if comes_down(self.withdrawal, self.now):
            return COMES_DOWN
        if by_person or self.published.identity.channel not in self.plan.updatable:
            return _CANNOT
        return _NOT_WISHED if self.plan.updates is Edits.NO and not self._in_doubt() else None

    def _is_let(self, update: Delivery | None) -> bool:
        """Whether this very text may go out: the campaign lets every one, or a person has let this one."""
        if self.plan.updates is Edits.YES:
            return True
        return bool(update and update.asked and update.digest == self.digest)

    def _is_left(self, update: Delivery) -> bool:
        """Whether the channel refused this very text, or a person decided against it."""
        refused = update.state is State.REJECTED
        decided = update.state is State.CANCELLED and not _by_itself(update)
        return (refused or decided) and update.digest == self.digest

    def _waits_already(self, update: Delivery) -> bool:
        asks = update.reason is not None and update.reason.msgid == ASKS.msgid
        same = update.digest == self.digest
        if self.plan.approvals and waits_for_approval(update):
            return same
        return update.state is State.HELD and asks and same and not self._is_let(update)


def comes_down(withdrawal: Delivery | None, now: datetime) -> bool:
    """Whether a publication's withdrawal has been carried out, is under way, or is due."""
    if withdrawal is None:
        return False
    due = withdrawal.state is State.SCHEDULED and withdrawal.ready_at <= now
    return due or withdrawal.state in _COMING_DOWN


def coming(change: Change) -> Planned | None:
    """The update that follows from the change, waits on, or asks a person; None when there is none to come."""
    row = change.delivery
    if change.identity.action is not Action.UPDATE or change.what in _ENDS:
        return None
    if change.planned or row is None:
        return change.planned
    waits = row.state in OPEN
    planned = Planned(identity=row.identity, due=row.due, expires=row.expires, late=row.late)
    return planned if waits else None


def of_planned(identity: Identity) -> Identity:
    """The publication whose plan an update follows; every other delivery is planned itself."""
    return identity.of(Action.PUBLISH) if identity.action is Action.UPDATE else identity


def _dropped(update: Delivery, why: Text) -> Change:
    goes = update.state in OPEN | {State.REJECTED}
    return untouched(ChangeKind.CANCELLED if goes else ChangeKind.KEPT, update, why)


def _by_itself(cancelled: Delivery) -> bool:
    return cancelled.reason is not None and cancelled.reason.msgid in _BY_ITSELF
