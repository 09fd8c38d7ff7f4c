"""`outreach art`: a slogan as banners to print and cards to publish, and all of a campaign's artwork on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.art_making import Making, PrintAs
from outreach.cli.choices import OfCampaign
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import unknown_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.message import Message
from outreach.domain.problem import Problem, Problems, Severity
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.content.reader import Content

MessageWord = Annotated[
    str | None,
    typer.Argument(metavar="MESSAGE", help=_("The message's id: its file's name without .md.")),
]
Slogan = Annotated[
    str | None, typer.Option("--text", metavar="SLOGAN", help=_("This slogan instead."))
]
Everything = Annotated[
    bool,
    typer.Option(
        "--all", help=_("Every banner in every format and theme, and one sheet that shows all.")
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", metavar="NAME", help=_("Only this format; may be repeated.")),
]
Themes = Annotated[
    list[str] | None,
    typer.Option("--theme", metavar="NAME", help=_("Only this theme; may be repeated.")),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help=_("Where to; in the state folder if left out.")),
]
ForPrint = Annotated[
    PrintAs,
    typer.Option("--print", help=_("The files for the printer: colours, inks, or PDF/A.")),
]


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "art",
        art,
        says=_("Make artwork: banners to print, cards and covers to publish; needs outreach[art]."),
    )


def art(
    context: typer.Context,
    *,
    message: MessageWord = None,
    text: Slogan = None,
    everything: Everything = False,
    formats: Formats = None,
    themes: Themes = None,
    out: Out = None,
    print_as: ForPrint = PrintAs.COLOURS,
    campaign: OfCampaign = None,
) -> None:
    """Write the files; exit code 1 when something could not be made or is hard to read."""
    if sum((message is not None, text is not None, everything)) != 1:
        raise Stop(
            Text("Say what to make: one message, --text, or --all."),
            Text("`outreach art --all` makes everything."),
        )
    session = session_of(context)
    word = message.removesuffix(".md").rpartition("/")[2] if message else None
    name, content = _content(session, campaign, word)
    assert content.campaign is not None
    making = Making(
        session=session,
        campaign=content.campaign,
        folder=out or session.settings.state / "artwork" / name,
        formats=tuple(formats or ()),
        themes=tuple(themes or ()),
        print_as=print_as,
    )
    if everything:
        found = making.everything(content.messages)
    elif text is not None:
        found = making.slogan(text)
    else:
        found = making.one(_message(content, word or ""))
    if found:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _content(session: Session, campaign: str | None, message: str | None) -> tuple[str, Content]:
    """The campaign in question: the one named, the one that has the message, or the newest. Raises `Stop` or `Problems`."""
    from outreach.content.reader import list_campaigns, read_campaign  # noqa: PLC0415 - help pages and the service need no reader

    folders = {folder.name: folder for folder in list_campaigns(session.settings.messages)}
    if not folders or campaign not in (None, *folders):
        raise unknown_campaign(campaign or "", folders)
    names = [campaign] if campaign else sorted(folders, reverse=True)
    read = {name: read_campaign(folders[name]) for name in names}
    having = [n for n in names if message in {d.id for d in read[n].drafts} | read[n].broken.keys()]
    name = (having or names)[0]
    if read[name].campaign is None:
        raise Problems(_errors(read[name], "campaign.toml"))
    return name, read[name]


def _message(content: Content, name: str) -> Message:
    for message in content.messages:
        if message.id == name:
            return message
    if name in content.broken:
        raise Problems((content.broken[name],))
    names = ", ".join(message.id for message in content.messages)
    raise Stop(
        Text("There is no message “{message}”.", message=name),
        Text("There are: {names}", names=names),
    )


def _errors(content: Content, file: str) -> tuple[Problem, ...]:
    return tuple(
        p
        for p in content.problems
        if p.severity is Severity.ERROR and p.place.file.endswith(f"/{file}")
    ) or tuple(p for p in content.problems if p.severity is Severity.ERROR)
