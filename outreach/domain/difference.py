"""What applying a plan would do to the queue: every change, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from outreach.domain.approval import waits_for_approval
from outreach.domain.change import (
    NO_LONGER_ASKED,
    OPEN,
    UNSETTLED,
    Change,
    ChangeKind,
    asked,
    untouched,
)
from outreach.domain.delivery import Action, Delivery, Identity, State
from outreach.domain.edit import Edit, of_planned
from outreach.domain.plan import Plan, Planned
from outreach.domain.problem import Problem
from outreach.domain.text import Text

__all__ = [
    "NO_LONGER_ASKED",
    "OPEN",
    "PUBLICATION_CANCELLED",
    "Change",
    "ChangeKind",
    "Difference",
    "difference",
    "guard",
]

PERHAPS_PUBLIC = UNSETTLED | {State.PUBLISHED}
"""A publication that its withdrawal must still take down."""

PUBLICATION_CANCELLED = Text("Its publication was cancelled.")
_BY_FILES = frozenset({NO_LONGER_ASKED.msgid, PUBLICATION_CANCELLED.msgid})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Every change of one campaign, ordered by due time and identity; `approvals` as in its plan."""

    campaign: str
    changes: tuple[Change, ...]
    approvals: int | None = None

    def of(self, what: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind."""
        return tuple(change for change in self.changes if change.what is what)


def difference(
    plan: Plan, digests: Mapping[Identity, str], queue: Sequence[Delivery], now: datetime
) -> Difference:
    """Compares what the files ask with the queue's rows of the same campaign.

    `digests` holds the rendition of everything planned that could be rendered; what could not is held. A withdrawal without a
    digest of its own takes its publication's.
    """
    comparison = _Comparison(plan, digests, queue, now)
    changes = sorted(comparison.changes(), key=lambda change: (_due(change), change.identity))
    return Difference(campaign=plan.campaign, changes=tuple(changes), approvals=plan.approvals)


def guard(
    difference: Difference, queue: Sequence[Delivery], *, share: float = 0.3, least: int = 5
) -> bool:
    """Whether so much that is still to come would be cancelled at once that a person must say it is meant.

    True for at least `least` deliveries that are more than `share` (0 to 1) of all open ones of the campaign.
    """
    lost = [
        c for c in difference.of(ChangeKind.CANCELLED) if c.delivery and _is_to_come(c.delivery)
    ]
    still_open = [d for d in queue if _is_to_come(d) and d.identity.campaign == difference.campaign]
    return len(lost) >= least and len(lost) > share * len(still_open)


def _is_to_come(delivery: Delivery) -> bool:
    return delivery.state in OPEN and delivery.identity.action is not Action.UPDATE


class _Comparison:
    def __init__(
        self, plan: Plan, digests: Mapping[Identity, str], queue: Sequence[Delivery], now: datetime
    ) -> None:
        self._plan = plan
        self._digests = digests
        self._now = now
        self._planned = {planned.identity: planned for planned in plan.planned}
        self._rows = {row.identity: row for row in queue if row.identity.campaign == plan.campaign}

    def changes(self) -> Iterator[Change]:
        for planned in self._plan.planned:
            row = self._rows.get(planned.identity)
            if planned.identity.action is Action.WITHDRAW:
                change = self._withdrawal(planned, row)
            else:
                change = self._publication(planned, row)
            if change:
                yield change
            update = self._update(planned)
            if update:
                yield update
        for identity, row in self._rows.items():
            if of_planned(identity) not in self._planned:
                yield self._unasked(row)

    def _publication(self, planned: Planned, row: Delivery | None) -> Change | None:
        digest = self._digests.get(planned.identity)
        if row is None:
            return _new(planned, digest) if digest else None
        if digest is None:
            return self._without_rendition(row)
        return self._asked(planned, row, digest)

    def _update(self, planned: Planned) -> Change | None:
        published = self._rows.get(planned.identity)
        if published is None or published.state is not State.PUBLISHED:
            return None
        update = self._rows.get(planned.identity.of(Action.UPDATE))
        digest = self._digests.get(planned.identity)
        if digest is None:
            return self._without_rendition(update) if update else None
        return self._edit(planned, published, digest).following()

    def _edit(self, planned: Planned, published: Delivery, digest: str) -> Edit:
        return Edit(
            plan=self._plan,
            planned=planned,
            published=published,
            digest=digest,
            update=self._rows.get(planned.identity.of(Action.UPDATE)),
            withdrawal=self._rows.get(planned.identity.of(Action.WITHDRAW)),
            now=self._now,
        )

    def _without_rendition(self, row: Delivery) -> Change:
        fault = self._plan.held.get(row.identity.message)
        why = _held_because(fault) if fault else Text("It cannot be rendered now.")
        return untouched(
            ChangeKind.HELD if row.state is State.SCHEDULED else ChangeKind.KEPT, row, why
        )

    def _withdrawal(self, planned: Planned, row: Delivery | None) -> Change | None:
        publication = planned.identity.of(Action.PUBLISH)
        published = self._rows.get(publication)
        digest = self._digests.get(planned.identity) or self._digests.get(publication)
        if published and published.state is State.CANCELLED and not self._is_restored(published):
            if row and row.state in OPEN:
                return untouched(ChangeKind.CANCELLED, row, PUBLICATION_CANCELLED)
            return untouched(ChangeKind.KEPT, row, PUBLICATION_CANCELLED) if row else None
        if row is None:
            return _new(planned, digest) if digest else None
        if self._must_come_down_after_all(planned, row, published):
            why = Text("It is still public, and the files ask for another day.")
            return asked(ChangeKind.RESTORED, planned, row, row.digest, why)
        return self._asked(planned, row, row.digest)

    def _is_restored(self, cancelled: Delivery) -> bool:
        return _by_files(cancelled) and cancelled.identity in self._digests

    def _must_come_down_after_all(
        self, planned: Planned, row: Delivery, published: Delivery | None
    ) -> bool:
        is_up = published is not None and published.state in PERHAPS_PUBLIC
        return row.state is State.CANCELLED and is_up and planned.due != row.due

    def _asked(self, planned: Planned, row: Delivery, digest: str) -> Change:
        planned = self._kept_in_the_future(planned, row)
        match row.state:
            case State.SCHEDULED:
                return self._scheduled(planned, row, digest)
            case State.HELD if self._plan.approvals and _is_same_and_unapproved(
                planned, row, digest
            ):
                return untouched(ChangeKind.KEPT, row, row.reason or NO_LONGER_ASKED)
            case State.HELD:
                why = Text("What held it is mended.")
                return asked(ChangeKind.RELEASED, planned, row, digest, why)
            case State.REJECTED if digest != row.digest:
                why = Text("The text was changed after the channel had refused it.")
                return asked(ChangeKind.CHANGED, planned, row, digest, why)
            case State.CANCELLED if _by_files(row):
                why = Text("The files ask for it again.")
                return asked(ChangeKind.RESTORED, planned, row, digest, why)
            case State.MISSED if row.due != planned.due > self._now:
                return asked(ChangeKind.RESTORED, planned, row, digest, self._moved(planned, row))
            case State.REJECTED | State.CANCELLED | State.MISSED:
                why = Text("It stays as it is until a person decides.")
                return asked(ChangeKind.KEPT, planned, row, digest, why)
            case _:
                return self._settled(planned, row, digest)

    def _kept_in_the_future(self, planned: Planned, row: Delivery) -> Planned:
        """A time that the plan chose never slips into the past because another file was edited."""
        slips = planned.floating and row.state in OPEN and planned.due < self._now <= row.due
        return replace(planned, due=row.due) if slips else planned

    def _scheduled(self, planned: Planned, row: Delivery, digest: str) -> Change:
        if digest != row.digest:
            why = Text("Its text was changed.")
            return asked(ChangeKind.CHANGED, planned, row, digest, why)
        if planned.due != row.due:
            return asked(ChangeKind.MOVED, planned, row, digest, self._moved(planned, row))
        if (planned.expires, planned.late) != (row.expires, row.late):
            why = Text("How late it may be was changed.")
            return asked(ChangeKind.MOVED, planned, row, digest, why)
        return asked(ChangeKind.KEPT, planned, row, digest, Text("Nothing changed."))

    def _settled(self, planned: Planned, row: Delivery, digest: str) -> Change:
        if digest != row.digest and row.state is State.PUBLISHED:
            return self._edit(planned, row, digest).publication()
        if digest != row.digest:
            why = Text("The text was changed after it had been begun; it may go out as it was.")
            return asked(ChangeKind.DRIFT, planned, row, digest, why)
        if planned.due != row.due and not planned.floating:
            why = Text(
                "It went out for {due}; another date does not repeat it. Add a new message instead.",
                due=self._local(row.due),
            )
            return asked(ChangeKind.DRIFT, planned, row, digest, why)
        return asked(ChangeKind.KEPT, planned, row, digest, Text("Nothing changed."))

    def _unasked(self, row: Delivery) -> Change:
        if row.identity.action is Action.WITHDRAW and self._is_up(row) and row.state in OPEN:
            why = Text("It is public, so it still comes down on its day.")
            released = row.state is State.HELD
            return untouched(ChangeKind.RELEASED if released else ChangeKind.KEPT, row, why)
        if row.state in UNSETTLED:
            why = Text("The files no longer ask for it, but it has begun already.")
            return untouched(ChangeKind.DRIFT, row, why)
        if row.state not in OPEN | {State.REJECTED}:
            return untouched(ChangeKind.KEPT, row, NO_LONGER_ASKED)
        why_held = self._why_held(row)
        if why_held is None:
            return untouched(ChangeKind.CANCELLED, row, NO_LONGER_ASKED)
        held = row.state is State.SCHEDULED
        return untouched(ChangeKind.HELD if held else ChangeKind.KEPT, row, why_held)

    def _is_up(self, withdrawal: Delivery) -> bool:
        publication = self._rows.get(withdrawal.identity.of(Action.PUBLISH))
        return publication is not None and publication.state in PERHAPS_PUBLIC

    def _why_held(self, row: Delivery) -> Text | None:
        plan, identity = self._plan, row.identity
        fault = plan.stopped.get(of_planned(identity)) or plan.held.get(identity.message)
        fault = fault or plan.unsure.get(identity.message)
        if fault:
            return _held_because(fault)
        if plan.channels and identity.channel not in plan.channels:
            return Text(
                "The channel {channel} is not configured any more.", channel=identity.channel
            )
        return None

    def _moved(self, planned: Planned, row: Delivery) -> Text:
        before, after = self._local(row.due), self._local(planned.due)
        return Text("Moved from {before} to {after}.", before=before, after=after)

    def _local(self, instant: datetime) -> str:
        return f"{instant.astimezone(self._plan.zone):%Y-%m-%d %H:%M}"


def _new(planned: Planned, digest: str) -> Change:
    return asked(ChangeKind.NEW, planned, None, digest, Text("New in the files."))


def _is_same_and_unapproved(planned: Planned, row: Delivery, digest: str) -> bool:
    """Whether only people can free it: neither its text nor its time is another one."""
    return waits_for_approval(row) and (planned.due, digest) == (row.due, row.digest)


def _held_because(fault: Problem) -> Text:
    return Text("Held because of {place}: {what}", place=str(fault.place), what=fault.what)


def _by_files(cancelled: Delivery) -> bool:
    return cancelled.reason is None or cancelled.reason.msgid in _BY_FILES


def _due(change: Change) -> datetime:
    if change.planned:
        return change.planned.due
    assert change.delivery
    return change.delivery.due
