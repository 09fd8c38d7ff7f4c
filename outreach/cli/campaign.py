"""`outreach campaign copy`: last year's month as this year's."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from outreach.cli.command import add as add_command
from outreach.cli.command import group
from outreach.cli.desk_source import unknown_campaign
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.cli.year_copy import Mention, YearCopy, mentions
from outreach.domain.campaign import Window
from outreach.domain.problem import Problems
from outreach.domain.text import Text

SHOWN = 40
"""So many lines that name the old year are listed."""


def add(app: typer.Typer) -> None:
    """Add the group."""
    campaign = group(app, "campaign", says=_("Whole campaigns."))
    add_command(
        campaign,
        "copy",
        copy,
        says=_(
            "Copy a campaign to another year: dates move, weekdays are kept, fixed days keep their date."
        ),
    )


def copy(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help=_("The campaign to copy."))],
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help=_("The new campaign's id, such as 2023-binh-dang-gioi.")
        ),
    ],
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help=_("First day; without it the same day in the year that NEW begins with."),
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="DATE", help=_("Last day; without it the same day of that year.")
        ),
    ] = None,
) -> None:
    """Write the copy; list what a person has to read over."""
    session = session_of(context)
    source, target = _folders(session, old, new)
    before = _window(source)
    after = _new_window(before, new, start, end)
    found = _write(source, target, YearCopy(old=before, new=after), before.start.year)
    session.screen.say(
        Text(
            "Copied to {folder}: {start} to {end}.",
            folder=str(target),
            start=f"{after.start:%d/%m/%Y}",
            end=f"{after.end:%d/%m/%Y}",
        )
    )
    _tell(session, found, before.start.year)


def _folders(session: Session, old: str, new: str) -> tuple[Path, Path]:
    messages = session.settings.messages
    source, target = messages / old, messages / new
    if Path(old).name != old or not (source / "campaign.toml").is_file():
        raise unknown_campaign(old, sorted(p.parent.name for p in messages.glob("*/campaign.toml")))
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", new) or len(new) > 80:
        raise Stop(
            Text("“{word}” cannot be an id.", word=new),
            Text("Use a-z, 0-9 and hyphens between them."),
        )
    if target.exists():
        raise Stop(
            Text("{folder} exists already.", folder=str(target)),
            Text("Choose another id."),
            code=ExitCode.REFUSED,
        )
    return source, target


def _window(source: Path) -> Window:
    """The window of the old campaign; its file has to be in order."""
    from outreach.content.reader import read_campaign  # noqa: PLC0415 - help pages need no reader

    content = read_campaign(source)
    if content.campaign is None:
        raise Problems(content.problems)
    return content.campaign.window


def _new_window(before: Window, new: str, start: str | None, end: str | None) -> Window:
    year = re.match(r"(\d{4})(-|$)", new)
    if not (start and end) and not year:
        raise Stop(
            Text("Which days? The new id names no year."),
            Text("Write --from 2023-11-15 --until 2023-12-15."),
        )
    later = int(year[1]) - before.start.year if year else 0
    first = _day(start) if start else _in_year(before.start, later)
    last = _day(end) if end else _in_year(before.end, later)
    if last < first:
        raise Stop(Text("The last day lies before the first."))
    return Window(start=first, end=last)


def _in_year(day: date, later: int) -> date:
    """The same day so many years later; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year + later)
    except ValueError:
        return day.replace(year=day.year + later, day=28)


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Stop(
            Text("“{word}” is not a day.", word=word), Text("Write it like 2023-11-15.")
        ) from None


def _write(source: Path, target: Path, years: YearCopy, year: int) -> list[Mention]:
    """Build the copy under a hidden name, then show it at once."""
    hidden = target.with_name(f".{target.name}.new")
    shutil.rmtree(hidden, ignore_errors=True)
    shutil.copytree(source, hidden, ignore=shutil.ignore_patterns(".*", "*~", "*.tmp", "*.swp"))
    found: list[Mention] = []
    for file in sorted([hidden / "campaign.toml", *hidden.glob("*.md")]):
        text = file.read_text("utf-8-sig")
        moved = years.campaign_file(text) if file.suffix == ".toml" else years.message(text)
        file.write_text(moved, "utf-8")
        found += mentions(f"{target.name}/{file.name}", moved, year)
    hidden.rename(target)
    return found


def _tell(session: Session, found: list[Mention], year: int) -> None:
    if not found:
        return
    session.screen.say(
        Text("{count} lines still name {year}; read them over:", count=len(found), year=year),
        style="bold",
    )
    for mention in found[:SHOWN]:
        session.screen.say(Text("{place}: {line}", place=str(mention.place), line=mention.line))
    if len(found) > SHOWN:
        session.screen.say(Text("… and {count} more.", count=len(found) - SHOWN))
    session.screen.say(
        Text(
            "Then: `outreach check`. Number and date of the plan and the hotlines are those of last time."
        )
    )
