"""`outreach report`: any report in any format, to the screen or to a file."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.choices import InState, OfCampaign, OnChannel, Since
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource
from outreach.cli.marks import _
from outreach.cli.queue import ask
from outreach.cli.screen import Screen
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text
from outreach.reports.formats import to_csv, to_html, to_json, to_text
from outreach.reports.registry import REPORTS
from outreach.reports.source import Question, Report


class Format(StrEnum):
    """The formats of a report."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"
    HTML = "html"
    ICS = "ics"


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "report",
        report,
        says=_(
            "Write a report as text, CSV, JSON, an HTML table or a calendar; list them without a name."
        ),
    )


def report(
    context: typer.Context,
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="REPORT", help=_("The report's name."))
    ] = None,
    form: Annotated[Format, typer.Option("--format", help=_("The format."))] = Format.TEXT,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help=_("Write to this file instead of the screen.")
        ),
    ] = None,
    campaign: OfCampaign = None,
    channel: OnChannel = None,
    state: InState = None,
    since: Since = None,
) -> None:
    """Print or write one report."""
    session = session_of(context)
    if name is None:
        session.screen.grid((found.tells, key) for key, found in REPORTS.items())
        return
    wanted = _known(name, form)
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        question = ask(
            session, desk, source, campaign=campaign, channel=channel, state=state, since=since
        )
        written = _write(wanted, form, source, question, session.screen.language)
    _put(session.screen, written, output)


def _known(name: str, form: Format) -> Report:
    if name not in REPORTS:
        names = ", ".join(REPORTS)
        raise Stop(
            Text("There is no report “{name}”.", name=name), Text("There are: {names}", names=names)
        )
    found = REPORTS[name]
    if form is Format.ICS and found.ics is None:
        names = ", ".join(key for key, one in REPORTS.items() if one.ics)
        raise Stop(
            Text("The report “{name}” is no calendar.", name=name),
            Text("These are: {names}", names=names),
        )
    return found


def _write(
    wanted: Report, form: Format, source: DeskSource, question: Question, language: str
) -> str:
    if form is Format.ICS and wanted.ics:
        return wanted.ics(source, question).decode()
    writers = {Format.CSV: to_csv, Format.JSON: to_json, Format.HTML: to_html}
    return writers.get(form, to_text)(wanted.build(source, question), language)


def _put(screen: Screen, written: str, output: Path | None) -> None:
    if output is None:
        screen.raw(written)
        return
    with output.open("w", encoding="utf-8", newline="") as file:
        file.write(written)
    screen.note(Text("Written to {file}.", file=str(output)))
