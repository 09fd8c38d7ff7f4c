"""`outreach rehearse`: the whole month in seconds, without anything leaving this machine."""

from __future__ import annotations

import logging
import shutil
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.choices import AsJson
from outreach.cli.command import add as add_command
from outreach.cli.desk_source import read_zone, unknown_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text
from outreach.reports import rehearsal as pages
from outreach.reports.formats import to_records

if TYPE_CHECKING:
    from outreach.rehearsal.summary import Summary
    from outreach.settings import Settings

MARK = "outreach.db"
"""The file that shows that a folder holds a rehearsal."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")

UNSAID = logging.NullHandler()
"""Where the service's warnings go: what went wrong is told at the end."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "rehearse",
        rehearse,
        says=_("Rehearse a whole campaign on a virtual clock; nothing leaves this machine."),
    )


def rehearse(
    context: typer.Context,
    *,
    campaign: Annotated[
        str, typer.Argument(metavar="CAMPAIGN", help=_("The campaign's folder in messages/."))
    ],
    faults: Annotated[
        int | None,
        typer.Option(
            "--faults",
            metavar="SEED",
            help=_("Let things go wrong at the far ends, drawn from this number."),
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder",
            metavar="FOLDER",
            help=_("Where the rehearsal keeps its state, instead of below the state folder."),
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help=_("Go on with a rehearsal that was cut off."))
    ] = False,
    serve: Annotated[
        bool,
        typer.Option(
            "--serve",
            help=_(
                "Show the finished website and the reviewers' pages until Ctrl-C, when this is a terminal."
            ),
        ),
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help=_("Print only the tally, not the month day by day."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the month; exit code 1 when something was lost, came twice, or did not succeed."""
    session = session_of(context)
    home = _home(session, campaign, folder, resume=resume)
    with session.screen.progress(Text("Rehearsing {campaign}", campaign=campaign)) as progress:
        task = progress.task_ids[0]

        def reached(instant: datetime) -> None:
            progress.update(task, description=f"{instant:%d/%m/%Y}", advance=1)

        found = _rehearse(session, campaign, home, faults=faults, progress=reached)
    _print(session, found, campaign, days=not summary, as_json=as_json)
    if serve and session.screen.out.is_terminal:
        _serve(session, home)
    if not found.ok:
        raise typer.Exit(ExitCode.FOUND_PROBLEMS)


def _rehearse(
    session: Session, campaign: str, home: Path, *, faults: int | None, progress: Any
) -> Summary:
    logging.getLogger("outreach").addHandler(UNSAID)
    from outreach.bootstrap.rehearsals import rehearse as play  # noqa: PLC0415 - help pages need no store

    return play(session.settings, campaign, home, faults=faults, progress=progress)


def _home(session: Session, campaign: str, folder: Path | None, *, resume: bool) -> Path:
    """The folder of this rehearsal, empty unless one is resumed; raises `Stop` rather than mix with other files."""
    messages = session.settings.messages
    if not (messages / campaign / "campaign.toml").is_file() or Path(campaign).name != campaign:
        names = sorted(path.parent.name for path in messages.glob("*/campaign.toml"))
        raise unknown_campaign(campaign, names)
    home = (folder or rehearsal_home(session.settings, campaign)).absolute()
    used = home.exists() and any(home.iterdir())
    if used and not resume:
        _clear(home, ours=folder is None)
    home.mkdir(parents=True, exist_ok=True)
    return home


def rehearsal_home(settings: Settings, campaign: str) -> Path:
    """Where the rehearsal of a campaign keeps its state unless told otherwise."""
    return settings.state / "rehearsal" / campaign


def rehearsed(session: Session, campaign: str | None) -> Path:
    """The folder of the campaign's rehearsal; the only one where no campaign is named. Raises `Stop` when there is none."""
    every = rehearsal_home(session.settings, "").glob(f"*/{MARK}")
    names = [campaign] if campaign else [mark.parent.name for mark in every]
    if len(names) > 1:
        raise Stop(
            Text("There are several campaigns."),
            Text("Name one with --campaign: {names}", names=", ".join(sorted(names))),
        )
    home = rehearsal_home(session.settings, next(iter(names), ""))
    if not names or not (home / MARK).is_file():
        raise Stop(
            Text("There is no rehearsal of {campaign}.", campaign=campaign or "?"),
            Text("Rehearse it first, and name it: outreach rehearse CAMPAIGN."),
            code=ExitCode.BAD_INPUT,
        )
    return home


def _clear(home: Path, *, ours: bool) -> None:
    if not ours or not (home / MARK).exists():
        raise Stop(
            Text("The folder {folder} is not empty.", folder=str(home)),
            Text("Name an empty folder, or go on with the rehearsal in it: --resume."),
            code=ExitCode.REFUSED,
        )
    shutil.rmtree(home)


def _print(session: Session, found: Summary, campaign: str, *, days: bool, as_json: bool) -> None:
    screen, zone = session.screen, read_zone(session.settings.messages, campaign)
    table = pages.tallies(found.channels)
    if as_json:
        screen.json(
            {
                "campaign": campaign,
                "ok": found.ok,
                "channels": to_records(table, screen.language),
                "faults": to_records(pages.faults_table(found.faults), screen.language),
                "counted": found.received.counted,
                "received": found.received.totals,
                "lost": found.lost,
                "twice": found.twice,
                "unsettled": [
                    {"key": waiting.identity.key, "reason": waiting.reason}
                    for waiting in found.unsettled
                ],
                "days": [
                    {
                        "day": day.day,
                        "deliveries": to_records(
                            pages.day_table(day.deliveries, zone), screen.language
                        ),
                    }
                    for day in found.days
                ],
            }
        )
        return
    for day in found.days if days else ():
        screen.heading(pages.day_title(day.day))
        screen.table(pages.day_table(day.deliveries, zone))
    screen.heading(Text("Rehearsal of {campaign}", campaign=campaign))
    screen.table(table)
    if found.faults:
        faults = pages.faults_table(found.faults)
        screen.heading(faults.title)
        screen.table(faults)
    screen.say(
        Text("Lost: {lost}. Twice: {twice}.", lost=len(found.lost), twice=len(found.twice)),
        style="bold",
    )
    screen.say(pages.counts_line(found.received.counted, found.received.totals))
    for key in (*found.lost, *found.twice):
        screen.say(Text("    {key}", key=key), style="red")
    if found.unsettled:
        screen.say(Text("Still waiting for a person:"), style="bold")
    for waiting in found.unsettled:
        screen.say(
            Text("    {key}: {reason}", key=waiting.identity.key, reason=waiting.reason or "")
        )


def _serve(session: Session, home: Path) -> None:
    """Serve the rehearsed website, what followers saw and the reviewers' pages on this machine only, until Ctrl-C."""
    from outreach.cli import site_server, web  # noqa: PLC0415 - help pages need no web server
    from outreach.rehearsal.sandboxes import follower_pages  # noqa: PLC0415 - as above
    from outreach.review.pages import review_pages  # noqa: PLC0415 - as above

    settings, screen = session.settings, session.screen
    sites = [c.name for c in settings.channels.values() if c.adapter == "website"]
    with ExitStack() as open_ones:
        apps = []
        if sites:
            listening = open_ones.enter_context(site_server.listen(_port(settings)))
            here, others = site_server.address(listening), follower_pages(settings, home)
            site = site_server.rehearsed(home / sites[0], screen, others, here)
            apps.append((site, listening))
        ours = open_ones.enter_context(web.office(session, home))
        listening = open_ones.enter_context(site_server.listen(web.port(settings)))
        web.say_where(session, ours, site_server.address(listening))
        site_server.run(*apps, (review_pages(ours), listening))


def _port(settings: Settings) -> int:
    return settings.web.port if settings.web and settings.web.host in LOOPBACK else 8080
