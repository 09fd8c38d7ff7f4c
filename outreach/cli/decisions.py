"""`outreach resolve`, `retry` and `cancel`: what only a person can decide about one delivery."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from outreach.cli.choices import By, DeliveryWord, Note
from outreach.cli.command import add as add_command
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.parsing import find_delivery, person
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.delivery import Delivery, State
from outreach.domain.settlement import settlement, with_note
from outreach.domain.text import Text
from outreach.reports.words import STATES

if TYPE_CHECKING:
    from outreach.bootstrap import Desk


def add(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(
        app, "resolve", resolve, says=_("Say what you have seen yourself: whether it is public.")
    )
    add_command(
        app,
        "retry",
        retry,
        says=_(
            "Let a rejected, missed, held or cancelled delivery go out after all, or an update that asks."
        ),
    )
    add_command(app, "cancel", cancel, says=_("Take a delivery out of the queue."))


def resolve(
    context: typer.Context,
    *,
    delivery: DeliveryWord,
    by: By,
    published: Annotated[
        bool | None,
        typer.Option(
            "--published/--not-published", help=_("Whether it can be seen in public now.")
        ),
    ] = None,
    link: Annotated[
        str, typer.Option("--link", metavar="URL", help=_("Where it can be seen."))
    ] = "",
    note: Note = "",
) -> None:
    """Settle a delivery of unknown outcome; for a taking down, public means: take it down again; for an update: the new text is there."""
    session, who = session_of(context), person(by)
    if published is None:
        raise Stop(Text("Say --published or --not-published."))
    with session.desk() as desk:
        found = find_delivery(desk, delivery)
        said = settlement(
            found.identity.action,
            public=published,
            link=_address(link),
            by=who,
            note=note,
            now=session.now(),
        )
        desk.queue.move(
            found.id,
            said.to,
            reason=said.reason,
            actor=who,
            now=session.now(),
            receipt=said.receipt,
        )
        _tell(session, desk, found)


def _address(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("invalid:")
    if link and (
        parts.scheme not in ("https", "http") or not parts.netloc or not link.isprintable()
    ):
        raise Stop(Text("“{link}” is no web address.", link=link), Text("It begins with https://."))
    return link


def retry(context: typer.Context, delivery: DeliveryWord, by: By, note: Note = "") -> None:
    """Put a delivery back into the queue, ready now."""
    session, who = session_of(context), person(by)
    with session.desk() as desk:
        found = find_delivery(desk, delivery)
        _may_still_go_out(found, session.now())
        reason = with_note(Text("{name} let it try again.", name=who), note)
        desk.queue.move(found.id, State.SCHEDULED, reason=reason, actor=who, now=session.now())
        _tell(session, desk, found)


def _may_still_go_out(found: Delivery, now: datetime) -> None:
    """Refuse what the dispatcher would refuse again at once."""
    if found.state is State.UNKNOWN:
        raise Stop(
            Text("Nobody knows whether it is public; trying again could publish it twice."),
            Text("Look yourself, then use `outreach resolve`."),
            code=ExitCode.REFUSED,
        )
    if now >= found.expires:
        raise Stop(
            Text("It is too late for this one: the campaign's window has closed."),
            Text("Change `at` or the window in the files; applying them moves it."),
            code=ExitCode.REFUSED,
        )


def cancel(context: typer.Context, delivery: DeliveryWord, by: By, note: Note = "") -> None:
    """Cancel one delivery; the plan will not bring it back by itself. Of an update: what is public stays as it is."""
    session, who = session_of(context), person(by)
    with session.desk() as desk:
        found = find_delivery(desk, delivery)
        reason = with_note(Text("{name} cancelled it.", name=who), note)
        desk.queue.move(found.id, State.CANCELLED, reason=reason, actor=who, now=session.now())
        _tell(session, desk, found)


def _tell(session: Session, desk: Desk, before: Delivery) -> None:
    """Say how the delivery stands now."""
    after = desk.queue.get(before.id) or before
    session.screen.say(
        Text(
            "Delivery {number}: {before} → {after}",
            number=after.id,
            before=STATES[before.state],
            after=STATES[after.state],
        )
    )
