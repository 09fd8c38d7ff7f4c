"""`outreach show`: everything that is known about one delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from outreach.channel import Preview
from outreach.cli import preview_page
from outreach.cli.choices import AsJson, DeliveryWord
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource
from outreach.cli.marks import _
from outreach.cli.parsing import find_delivery
from outreach.cli.screen import Screen
from outreach.cli.session import session_of
from outreach.domain.rendition import Rendition
from outreach.domain.text import Text
from outreach.reports import evidence
from outreach.reports.cells import to_words

if TYPE_CHECKING:
    from outreach.bootstrap import Desk


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "show",
        show,
        says=_(
            "Show all evidence about one delivery: plan, attempts, steps, proof, events with hashes."
        ),
    )


def show(context: typer.Context, delivery: DeliveryWord, as_json: AsJson = False) -> None:
    """Print the evidence."""
    session = session_of(context)
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        found = source.evidence(find_delivery(desk, delivery))
        seen = _preview(desk, found)
    if as_json:
        shown = preview_page.record(*seen) if seen else None
        session.screen.json({**evidence.to_record(found), "preview": shown})
    else:
        _print(session.screen, found, seen)


def _preview(desk: Desk, found: evidence.Evidence) -> tuple[Rendition, Preview] | None:
    """What the stored content looks like on its channel; None when either is gone."""
    channel = desk.channels.get(found.delivery.identity.channel)
    if channel is None or found.rendition is None:
        return None
    return found.rendition, channel.preview(found.rendition)


def _print(
    screen: Screen, found: evidence.Evidence, seen: tuple[Rendition, Preview] | None
) -> None:
    screen.grid(
        (name, to_words(value, screen.language, seconds=True))
        for name, value in evidence.facts(found)
        if value is not None
    )
    for table in (evidence.attempts(found), evidence.steps(found), evidence.events(found)):
        if table.rows:
            screen.heading(table.title)
            screen.table(table)
    if seen:
        screen.heading(Text("Content"))
        preview_page.show(screen, *seen)
    elif found.rendition:
        screen.heading(Text("Content"))
        screen.raw(to_words(found.rendition.text.rstrip(), screen.language) + "\n")
