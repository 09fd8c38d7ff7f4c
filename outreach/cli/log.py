"""`outreach log`: the delivery log, as it is and as it grows."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.choices import AsCsv, AsJson, InState, OfCampaign, OnChannel, Since
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource
from outreach.cli.marks import _
from outreach.cli.queue import ask, print_table
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text
from outreach.reports import delivery_log
from outreach.reports.cells import to_plain, to_words
from outreach.reports.source import Question
from outreach.reports.table import Row

if TYPE_CHECKING:
    from outreach.bootstrap import Desk

EVERY = 1.0
"""Seconds between two looks for new lines."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app, "log", log, says=_("Read the delivery log: what happened, where, when, by whom.")
    )


def log(
    context: typer.Context,
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help=_("Go on printing new lines until Ctrl-C."))
    ] = False,
    since: Since = None,
    campaign: OfCampaign = None,
    channel: OnChannel = None,
    state: InState = None,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
) -> None:
    """Print the log; with --follow one line each, with --json too."""
    session = session_of(context)
    if follow and as_csv:
        raise Stop(
            Text("--follow and --csv do not go together."), Text("Use --json, or one of them.")
        )
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        question = ask(
            session, desk, source, campaign=campaign, channel=channel, state=state, since=since
        )
        if follow:
            _follow(session, desk, question, as_json=as_json)
        table = delivery_log.build(source, question)
    print_table(session, table, as_csv=as_csv, as_json=as_json)


def _follow(session: Session, desk: Desk, question: Question, *, as_json: bool) -> None:
    """Print lines as they come, until Ctrl-C or until the reader goes away."""
    while True:
        source = DeskSource(desk, session.now())
        for row in delivery_log.rows(source, question):
            session.screen.raw(_line(row, session.screen.language, as_json=as_json) + "\n")
            question = replace(question, after=row["seq"])
        session.screen.out.file.flush()
        time.sleep(EVERY)


def _line(row: Row, language: str, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(to_plain(row, language), ensure_ascii=False)
    shown = [column for column in delivery_log.COLUMNS if column.shown]
    return "  ".join(to_words(row[c.key], language, seconds=c.seconds) for c in shown)
