"""`outreach init`: a first configuration, a first campaign, and two messages to change."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from outreach.cli.command import add as add_command
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text

AHEAD = timedelta(days=14)
LENGTH = timedelta(days=29)


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "init",
        init,
        says=_(
            "Write a first configuration and a first campaign with two messages into an empty folder."
        ),
    )


def init(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help=_("An empty folder; this one without it."))
    ] = Path(),
    campaign: Annotated[
        str,
        typer.Option(
            "--campaign",
            metavar="ID",
            help=_("The id of the first campaign: a-z, 0-9 and hyphens."),
        ),
    ] = "thang-hanh-dong",
) -> None:
    """Write the files; never over existing ones."""
    session = session_of(context)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", campaign) or len(campaign) > 80:
        raise Stop(
            Text("“{word}” cannot be an id.", word=campaign),
            Text("Use a-z, 0-9 and hyphens between them."),
        )
    _must_be_free(folder)
    for target, content in _files(campaign, session.now().date()).items():
        file = folder / target
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(content)
        session.screen.say(Text("written: {file}", file=str(file)))
    session.screen.say(
        Text("Next: change the files, then `outreach check`, `outreach plan`, `outreach run`.")
    )


def _must_be_free(folder: Path) -> None:
    """Editors' and version control's hidden files do not count."""
    if not folder.exists():
        return
    if any(not entry.name.startswith(".") for entry in folder.iterdir()):
        raise Stop(
            Text("The folder {folder} is not empty.", folder=str(folder.absolute())),
            Text("Make an empty folder and name it: outreach init FOLDER."),
            code=ExitCode.REFUSED,
        )


def _files(campaign: str, today: date) -> dict[Path, str]:
    start = today + AHEAD
    first, talk = _workday(start), _workday(start + timedelta(days=7))
    dates = {"start": start, "end": start + LENGTH, "first": first, "talk": talk}
    here = Path("messages") / campaign
    return {
        Path("config.toml"): _sample("config.toml", {}),
        here / "campaign.toml": _sample("campaign.toml", dates),
        here / "loi-chao.md": _sample("loi-chao.md", dates),
        here / "noi-chuyen-truc-tiep.md": _sample("noi-chuyen-truc-tiep.md", dates),
    }


def _workday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _sample(name: str, dates: dict[str, date]) -> str:
    text = resources.files("outreach.cli").joinpath("samples", name).read_text("utf-8")
    return Template(text).substitute({key: day.isoformat() for key, day in dates.items()})
