"""`outreach import` and `outreach export`: the editorial calendar in the office's own spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.choices import CampaignWord, OfCampaign
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import DeskSource, known_campaign, unknown_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text
from outreach.reports import calendar, editorial
from outreach.reports.source import Question
from outreach.reports.writing import Format, write

if TYPE_CHECKING:
    from outreach.bootstrap import Desk
    from outreach.content.editorial.messages import Import, Office

ENDINGS = {".xlsx": Format.XLSX, ".csv": Format.CSV, ".ics": Format.ICS}


def add(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(
        app,
        "import",
        import_calendar,
        says=_(
            "Make message files of an editorial calendar in .xlsx, .csv or .docx; never over existing ones."
        ),
    )
    add_command(
        app,
        "export",
        export_calendar,
        says=_(
            "Write the plan as an editorial calendar (.xlsx, .csv) or for calendar programs (.ics)."
        ),
    )


def import_calendar(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The calendar."))],
    campaign: OfCampaign = None,
    really: Annotated[
        bool,
        typer.Option("--write", help=_("Write the files; without it they are only shown.")),
    ] = False,
) -> None:
    """Show every file that would be written and every mistake by cell; exit code 1 when there are mistakes."""
    from outreach.content.editorial.messages import read_calendar  # noqa: PLC0415 - help pages and the service need no reader

    session = session_of(context)
    with session.desk() as desk:
        name = _one_campaign(desk, campaign)
        folder = desk.settings.messages / name
        found = read_calendar(file, _office(desk, folder))
    session.screen.problems(found.problems)
    if not found.has_errors and really:
        _write(session, found, folder)
    else:
        _show(session, found)
    if found.has_errors:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _one_campaign(desk: Desk, campaign: str | None) -> str:
    """The campaign that was named, or the only one. Raises `Stop`."""
    names = list(desk.sync.campaigns())
    if campaign is None and len(names) > 1:
        raise Stop(
            Text("There are several campaigns."),
            Text("Name one with --campaign: {names}", names=", ".join(names)),
        )
    found = known_campaign(desk, campaign) or next(iter(names), None)
    if found is None:
        raise unknown_campaign("", ())
    return found


def _office(desk: Desk, folder: Path) -> Office:
    from outreach.content.editorial.messages import Office  # noqa: PLC0415 - help pages and the service need no reader
    from outreach.content.reader import read_campaign  # noqa: PLC0415 - as above

    content = read_campaign(folder)
    if content.campaign is None:
        raise Stop(
            Text("There is no campaign whose files can be read."),
            Text("`outreach check` tells what is wrong in them."),
        )
    taken = {*content.broken, *(message.id for message in content.messages)}
    return Office(
        campaign=content.campaign,
        channels={word for profile in desk.profiles for word in (profile.name, *profile.tags)},
        taken=taken | {path.stem for path in folder.glob("*.md")},
    )


def _show(session: Session, found: Import) -> None:
    """What would be written, each with its head."""
    for message in found.messages:
        session.screen.heading(
            Text("{file} (from {place})", file=f"{message.name}.md", place=message.place.cell)
        )
        session.screen.raw(message.text)
    session.screen.say(
        Text(
            "Files to write: {count}; already there and left alone: {left}; mistakes: {mistakes}.",
            count=len(found.messages),
            left=len(found.left),
            mistakes=sum(problem.severity == "error" for problem in found.problems),
        )
    )
    if found.messages and not found.has_errors:
        session.screen.note(Text("Nothing was written yet; --write does it."))


def _write(session: Session, found: Import, folder: Path) -> None:
    for message in found.messages:
        target = folder / f"{message.name}.md"
        with target.open("x", encoding="utf-8") as opened:
            opened.write(message.text)
        session.screen.say(Text("written: {file}", file=str(target)))
    session.screen.note(Text("Next: look at the files, then `outreach check` and `outreach plan`."))


def export_calendar(
    context: typer.Context,
    campaign: CampaignWord = None,
    *,
    outputs: Annotated[
        list[Path],
        typer.Option(
            "--out",
            "--output",
            "-o",
            metavar="FILE",
            help=_("Where to: a name ending in .xlsx, .csv or .ics; may be given several times."),
        ),
    ],
) -> None:
    """Write the calendar in each format that a file's ending asks for."""
    session = session_of(context)
    kinds = [(file, ENDINGS.get(file.suffix.lower())) for file in outputs]
    unknown = [file for file, kind in kinds if kind is None]
    if unknown:
        raise Stop(
            Text("“{file}” does not end in .xlsx, .csv or .ics.", file=unknown[0].name),
            Text("Name the file with one of these endings."),
        )
    with session.desk() as desk:
        source = DeskSource(desk, session.now())
        question = Question(campaign=known_campaign(desk, campaign))
        for file, kind in kinds:
            report = calendar.REPORT if kind is Format.ICS else editorial.REPORT
            written = write(report, kind or Format.XLSX, source, question, session.screen.language)
            file.write_bytes(written or b"")
            session.screen.note(Text("Written to {file}.", file=str(file)))
