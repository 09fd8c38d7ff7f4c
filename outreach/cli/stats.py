"""`outreach stats`: how publications were received."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from outreach.cli.choices import CampaignWord, OnChannel
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource
from outreach.cli.marks import _
from outreach.cli.queue import ask, print_table
from outreach.cli.rehearse import rehearsed
from outreach.cli.session import session_of
from outreach.reports import statistics
from outreach.reports.statistics import By


class Format(StrEnum):
    """The formats of the figures."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "stats",
        stats,
        says=_("Show how publications were received: views, reach, reactions, comments, shares."),
    )


def stats(
    context: typer.Context,
    campaign: CampaignWord = None,
    *,
    by: Annotated[
        By, typer.Option("--by", help=_("What the figures are put together by."))
    ] = By.CHANNEL,
    channel: OnChannel = None,
    rehearsal: Annotated[
        bool,
        typer.Option(
            "--rehearsal", help=_("The figures of the rehearsed campaign, not the real one.")
        ),
    ] = False,
    form: Annotated[Format, typer.Option("--format", help=_("The format."))] = Format.TABLE,
) -> None:
    """Print one row per group; the service reads the figures back, this command only shows them."""
    session = session_of(context)
    with session.desk(rehearsal=rehearsed(session, campaign) if rehearsal else None) as desk:
        source = DeskSource(desk, session.now())
        question = ask(session, desk, source, campaign=campaign, channel=channel)
        table = statistics.build(source, question, by)
    as_csv, as_json = form is Format.CSV, form is Format.JSON
    print_table(session, table, as_csv=as_csv, as_json=as_json)
