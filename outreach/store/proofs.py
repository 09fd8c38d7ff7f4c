"""One proof proves one publication: what two deliveries call their own is shown to a person, never counted twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, select

from outreach.domain.claim import Finish
from outreach.domain.delivery import Action, Delivery, Receipt, State
from outreach.domain.edit import BY_PERSON
from outreach.domain.text import Text
from outreach.store.delivery_log import hold_end
from outreach.store.records import IllegalMove, receipt_from_json, receipt_to_json
from outreach.store.tables import DELIVERY


def proves_another(connection: Connection, one: Delivery, receipt: Receipt) -> int | None:
    """The delivery of the same channel, other than this one, that has this proof."""
    return _owner(connection, one, receipt, _others(one))


def refuse_if_taken(connection: Connection, before: Delivery, receipt: Receipt) -> None:
    """Let no person prove this publication by what already proves another one of its channel. Raises `IllegalMove`."""
    if owner := proves_another(connection, before, receipt):
        raise IllegalMove(
            Text(
                "{proof} is already the proof of delivery {other}; name the very post of this one.",
                proof=receipt.permalink or receipt.remote_id,
                other=owner,
            )
        )


def unless_taken(connection: Connection, finish: Finish) -> Finish:
    """The outcome, or a question to a person where another delivery of the message already has that proof.

    What was made at the first try is new; what is found later may be what a person named as another's.
    """
    is_new = finish.claim.attempt and finish.claim.number == 1
    if is_new or finish.receipt is None or finish.state is not State.PUBLISHED:
        return finish
    one = finish.claim.delivery
    siblings = _others(one).where(
        DELIVERY.c.campaign == one.identity.campaign, DELIVERY.c.message == one.identity.message
    )
    owner = _owner(connection, one, finish.receipt, siblings)
    if owner is None:
        return finish
    return replace(
        finish,
        state=State.NEEDS_PERSON,
        reason=Text(
            "What was found is already the proof of delivery {other}; please look which of them is public.",
            other=owner,
        ),
        receipt=None,
        evidence={**finish.evidence, "found": receipt_to_json(finish.receipt)},
    )


def _others(one: Delivery) -> Select[Any]:
    return select(DELIVERY.c.id, DELIVERY.c.receipt).where(
        DELIVERY.c.channel == one.identity.channel,
        DELIVERY.c.action == Action.PUBLISH.value,
        DELIVERY.c.state == State.PUBLISHED.value,
        DELIVERY.c.id != one.id,
        DELIVERY.c.receipt.is_not(None),
    )


def _owner(
    connection: Connection, one: Delivery, receipt: Receipt, others: Select[Any]
) -> int | None:
    if one.identity.action is not Action.PUBLISH:
        return None
    hold_end(connection)
    rows = connection.execute(others.order_by(DELIVERY.c.id))
    same = (row.id for row in rows if _is_same(receipt, receipt_from_json(row.receipt)))
    return next(same, None)


def _is_same(one: Receipt, other: Receipt) -> bool:
    """By the platform's own id; by the link where one of them is a person's word, which names nothing else."""
    by_person = [receipt.remote_id.startswith(BY_PERSON) for receipt in (one, other)]
    if any(by_person):
        return not all(by_person) and bool(one.permalink) and one.permalink == other.permalink
    return one.remote_id == other.remote_id
