"""`outreach report`: any report in any format, to the screen or to files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.check import has_errors
from outreach.cli.choices import InState, OfCampaign, OnChannel, Since
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource
from outreach.cli.marks import _
from outreach.cli.queue import ask
from outreach.cli.rehearse import rehearsed
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.schedule import NotASchedule
from outreach.domain.schedule_words import parse_day
from outreach.domain.text import Text
from outreach.reports.registry import REPORTS
from outreach.reports.source import Question, Report
from outreach.reports.writing import BINARY, Format, write


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "report",
        report,
        says=_(
            "Write a report as text, CSV, JSON, HTML, calendar or spreadsheet, some as Word or PDF/A; list them without a name."
        ),
    )


def report(
    context: typer.Context,
    *,
    name: Annotated[
        str | None, typer.Argument(metavar="REPORT", help=_("The report's name."))
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help=_("The format; otherwise the file's ending tells it.")),
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "--output",
            "-o",
            metavar="FILE",
            help=_("Write to this file instead of the screen; may be given several times."),
        ),
    ] = None,
    own_form: Annotated[
        Path | None,
        typer.Option(
            "--form", metavar="FILE", help=_("The office's own Word form, to be filled in.")
        ),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--day", metavar="DATE", help=_("A day of the week to report on.")),
    ] = None,
    rehearsal: Annotated[
        bool,
        typer.Option("--rehearsal", help=_("About the rehearsed campaign, not the real one.")),
    ] = False,
    campaign: OfCampaign = None,
    channel: OnChannel = None,
    state: InState = None,
    since: Since = None,
) -> None:
    """Print or write one report."""
    session = session_of(context)
    if name is None:
        _list(session)
        return
    wanted, targets = _known(name), _targets(name, form, outputs or [], own_form)
    with session.desk(rehearsal=rehearsed(session, campaign) if rehearsal else None) as desk:
        source = DeskSource(desk, session.now())
        asked = ask(
            session, desk, source, campaign=campaign, channel=channel, state=state, since=since
        )
        question = replace(asked, day=_day(day))
        _refuse_parts(wanted, question)
        for file, kind in targets:
            _refuse(wanted, kind)
            written = write(
                wanted, kind, source, question, session.screen.language, form_file=own_form
            )
            _put(session, written, file)
        _warn(session, wanted, source, question)


def _list(session: Session) -> None:
    told = session.screen.words
    session.screen.grid((key, told(found.tells)) for key, found in REPORTS.items())


def _known(name: str) -> Report:
    if name not in REPORTS:
        raise Stop(
            Text("There is no report “{name}”.", name=name),
            Text("There are: {names}", names=", ".join(REPORTS)),
        )
    return REPORTS[name]


def _targets(
    name: str, form: Format | None, outputs: list[Path], own_form: Path | None
) -> list[tuple[Path | None, Format]]:
    """Which file gets which format; None is the screen. Raises `Stop`."""
    filled = Format.DOCX if own_form else None
    if not outputs:
        kind = filled or form or Format.TEXT
        _refuse_screen(name, kind)
        return [(None, kind)]
    return [(file, filled or form or _by_ending(file)) for file in outputs]


def _refuse_screen(name: str, kind: Format) -> None:
    if kind in BINARY:
        raise Stop(
            Text("A {format} file cannot be shown on the screen.", format=kind.value),
            Text(
                "Name a file: outreach report {name} --out {name}.{format}", name=name, format=kind
            ),
        )


def _by_ending(file: Path) -> Format:
    ending = file.suffix.lower().removeprefix(".")
    known = {form.value: form for form in Format} | {"txt": Format.TEXT, "htm": Format.HTML}
    return known.get(ending, Format.TEXT)


def _day(word: str | None) -> date | None:
    try:
        return parse_day(word) if word else None
    except NotASchedule as mistake:
        raise Stop(mistake.what, mistake.mend) from None


def _refuse_parts(wanted: Report, question: Question) -> None:
    """Raise `Stop` when a part was asked of a document that is about the whole."""
    if wanted.document and (question.channel or question.state or question.since):
        raise Stop(
            Text("The report “{name}” is about the whole campaign.", name=wanted.name),
            Text("Leave out --channel, --state and --since."),
        )


def _refuse(wanted: Report, kind: Format) -> None:
    """Raise `Stop` when the report has no such format."""
    if kind is Format.ICS and wanted.ics is None:
        names = ", ".join(key for key, one in REPORTS.items() if one.ics)
        raise Stop(
            Text("The report “{name}” is no calendar.", name=wanted.name),
            Text("These are: {names}", names=names),
        )
    if kind in (Format.DOCX, Format.PDF) and wanted.document is None:
        names = ", ".join(key for key, one in REPORTS.items() if one.document)
        raise Stop(
            Text("The report “{name}” is no document for Word or PDF.", name=wanted.name),
            Text("These are: {names}", names=names),
        )


def _warn(session: Session, wanted: Report, source: DeskSource, question: Question) -> None:
    """Say that files with mistakes are not in a document: their figures, banners and honours would be missed unseen."""
    for files in source.files(question) if wanted.document else ():
        if has_errors(source.proposal(files.campaign.id).problems):
            session.screen.note(
                Text(
                    "Some files of {campaign} have mistakes; what only they say is missing in the document.",
                    campaign=files.campaign.id,
                ),
                style="yellow",
            )
            session.screen.note(Text("→ `outreach check` names every mistake."))


def _put(session: Session, written: bytes | None, file: Path | None) -> None:
    if written is None:
        raise Stop(
            Text("There is no campaign whose files can be read."),
            Text("`outreach check` tells what is wrong in them."),
        )
    if file is None:
        session.screen.raw(written.decode())
        return
    file.write_bytes(written)
    session.screen.note(Text("Written to {file}.", file=str(file)))
