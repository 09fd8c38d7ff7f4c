"""A small office's queue: deliveries, renditions and results to try the store with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from outreach.domain.claim import Claim, Finish
from outreach.domain.delivery import Action, Delivery, Identity, Receipt, State
from outreach.domain.difference import Change, ChangeKind, Difference
from outreach.domain.edit import of_planned
from outreach.domain.message import Kind, Lateness, LatePolicy
from outreach.domain.plan import Planned
from outreach.domain.rendition import Media, Rendition
from outreach.domain.text import Text
from outreach.store import delivery_log
from outreach.store.lease import Lease
from outreach.store.queue import Applied, Queue

DUE = datetime(2022, 11, 15, 1, 0, 0, 250, tzinfo=UTC)
"""When the first delivery is due; microseconds included, because they must survive."""

LATER = DUE + timedelta(hours=1)
SECOND = timedelta(seconds=1)
WHY = Text("Because {who} says so.", who="Lan")
CLOSES = DUE + timedelta(days=30)


def planned(
    message: str,
    channel: str = "website",
    *,
    due: datetime = DUE,
    action: Action = Action.PUBLISH,
    ordinal: int = 1,
) -> Planned:
    identity = Identity(
        campaign="tháng-hành-động",
        message=message,
        channel=channel,
        ordinal=ordinal,
        action=action,
    )
    late = Lateness(policy=LatePolicy.WITHIN, limit=timedelta(hours=6))
    return Planned(identity=identity, due=due, expires=CLOSES, late=late)


def rendition(plan: Planned, text: str = "Bình đẳng giới") -> Rendition:
    picture = Media(
        sha256="ab" * 32,
        mime="image/png",
        width=8,
        height=6,
        size=70,
        alt="Băng rôn",
        name="b.png",
        file=Path("elsewhere"),
    )
    return Rendition(
        campaign=plan.identity.campaign,
        campaign_name="Tháng hành động",
        office="Sở Công Thương",
        message=plan.identity.message,
        channel=plan.identity.channel,
        kind=Kind.POST,
        title="Phát động",
        summary="",
        markdown=text,
        text=text,
        html=f"<p>{text}</p>",
        occurrence=plan.identity.ordinal,
        topic="phát động",
        unit="Văn phòng",
        due=plan.due,
        media=(picture,),
    )


def change(
    what: ChangeKind, plan: Planned | None, *, row: Delivery | None = None, text: str = "Chào"
) -> tuple[Change, dict[Identity, Rendition]]:
    identity = plan.identity if plan else row.identity if row else None
    assert identity is not None
    content = {plan.identity: rendition(plan, text)} if plan else {}
    digest = content[identity].digest if plan else row.digest if row else ""
    made = Change(what=what, identity=identity, planned=plan, delivery=row, digest=digest, why=WHY)
    return made, content


def apply(
    queue: Queue,
    *changes: tuple[Change, Mapping[Identity, Rendition]],
    now: datetime = DUE - timedelta(days=1),
) -> Applied:
    found = Difference(campaign="tháng-hành-động", changes=tuple(c for c, _ in changes))
    contents = {
        of_planned(identity): content for _, some in changes for identity, content in some.items()
    }
    return queue.apply(found, contents, now=now, actor="lan")


def fill(queue: Queue, plans: Iterable[Planned]) -> Applied:
    return apply(queue, *(change(ChangeKind.NEW, plan) for plan in plans))


def take_over(engine: Engine, folder: Path) -> Queue:
    """The queue of a new holder of the lease; the lock itself is given back at once."""
    lease = Lease.take(engine, folder, now=DUE)
    lease.release()
    return Queue(engine, media_folder=folder / "media", fence=lease.fence)


def only(queue: Queue, message: str | None = None) -> Delivery:
    (row,) = queue.list(message=message)
    return row


def receipt(number: int = 1) -> Receipt:
    address = f"https://so.example/{number}"
    return Receipt(remote_id=str(number), permalink=address, at=DUE + SECOND, details={"n": number})


def published(claim: Claim) -> Finish:
    state = State.PUBLISHED if claim.delivery.identity.action is Action.PUBLISH else State.WITHDRAWN
    return Finish(claim=claim, state=state, at=DUE + SECOND, receipt=receipt(claim.delivery.id))


def unknown(claim: Claim, ready_at: datetime = DUE) -> Finish:
    return Finish(claim=claim, state=State.UNKNOWN, at=DUE, reason=WHY, ready_at=ready_at, looks=0)


def claim_one(queue: Queue, channel: str = "website", now: datetime = DUE) -> Claim:
    (claim,) = queue.exchange((), {channel: 1}, now).claims
    return claim


def states(rows: Sequence[Delivery]) -> list[State]:
    return [row.state for row in rows]


def what_happened(engine: Engine, delivery_id: int | None = None) -> list[str]:
    return [line.event.what for line in delivery_log.read(engine, delivery_id=delivery_id)]
