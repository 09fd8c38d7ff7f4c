"""`outreach done`: somebody carried out what only people can do, and says so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.choices import By, DeliveryWord, Note
from outreach.cli.command import add as add_command
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.parsing import find_delivery, person
from outreach.cli.photo import keep_photo
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.delivery import SUCCESS, Delivery, Receipt, State
from outreach.domain.text import Text
from outreach.reports.words import STATES, naming

if TYPE_CHECKING:
    from outreach.bootstrap import Desk


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "done",
        done,
        says=_("Confirm work that people carry out: a direct talk, a banner hung or taken down."),
    )


def done(
    context: typer.Context,
    delivery: DeliveryWord,
    by: By,
    photo: Annotated[
        Path | None,
        typer.Option("--photo", metavar="FILE", help=_("A photo as proof; a copy is kept.")),
    ] = None,
    note: Note = "",
) -> None:
    """Record the confirmation with its proof."""
    session, who = session_of(context), person(by)
    with session.desk() as desk:
        found = find_delivery(desk, delivery)
        _check(desk, found)
        details = {"by": who, **({"note": note[:2000]} if note else {})}
        if photo:
            details |= keep_photo(photo, desk.settings.state)
        desk.queue.move(
            found.id,
            SUCCESS[found.identity.action],
            reason=Text("{name} carried it out.", name=who),
            actor=who,
            now=session.now(),
            receipt=Receipt(remote_id=found.identity.key, at=session.now(), details=details),
        )
    session.screen.say(
        Text(
            "Confirmed: {what}, {channel}.",
            what=naming(found.identity),
            channel=found.identity.channel,
        )
    )


def _check(desk: Desk, found: Delivery) -> None:
    """Only work that people carry out, and only when it is their turn."""
    by_people = {
        profile.name for profile in desk.profiles if profile.capabilities.carried_out_by_people
    }
    if found.identity.channel not in by_people:
        raise Stop(
            Text(
                "The channel {channel} publishes by itself; nobody has to confirm it.",
                channel=found.identity.channel,
            ),
            Text("If its outcome is unknown, use `outreach resolve`."),
            code=ExitCode.REFUSED,
        )
    if found.state is not State.NEEDS_PERSON:
        raise Stop(
            Text(
                "This delivery does not wait for a confirmation: it is {state}.",
                state=STATES[found.state],
            ),
            Text("It can be confirmed once it is due and the service has handed it out."),
            code=ExitCode.REFUSED,
        )
