"""`outreach backup` and `outreach restore`: keep everything twice, and come back from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.choices import By
from outreach.cli.command import add as add_command
from outreach.cli.marks import _
from outreach.cli.parsing import person
from outreach.cli.screen import Screen
from outreach.cli.session import session_of
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.bootstrap.restoring import Restored


def add(app: typer.Typer) -> None:
    """Add the commands."""
    add_command(
        app,
        "backup",
        backup,
        says=_(
            "Write everything into one file: database, pictures, sealed tokens; also while the service runs."
        ),
    )
    add_command(
        app,
        "restore",
        restore,
        says=_(
            "Put a backup back; what may have gone out since is looked up before anything is sent."
        ),
    )


def backup(context: typer.Context) -> None:
    """Make one backup in the configured folder and remove the oldest beyond those that are kept."""
    session = session_of(context)
    # Help pages need no store.
    from outreach.bootstrap import open_store  # noqa: PLC0415 - as said
    from outreach.bootstrap.backups import make_backup  # noqa: PLC0415 - as said
    from outreach.store.copies import file_of  # noqa: PLC0415 - as said

    engine = open_store(session.settings)
    try:
        with session.screen.progress(Text("Backing up")):
            file = make_backup(session.settings, engine, now=session.now())
    finally:
        engine.dispose()
    session.screen.say(Text("The backup is {file}.", file=str(file)))
    if file_of(session.settings.database.get_secret_value()) is None:
        session.screen.note(
            Text(
                "PostgreSQL is not in it. Run now: pg_dump --format=custom --file=outreach.dump, with the address of the database."
            ),
            style="yellow",
        )


def restore(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help=_("A file that `outreach backup` wrote.")),
    ],
    by: By,
) -> None:
    """Put the backup back, with the service stopped, and say what comes next."""
    session, who = session_of(context), person(by)
    # Help pages need no store.
    from outreach.bootstrap.restoring import restore as put_back  # noqa: PLC0415 - as said

    with session.screen.progress(Text("Restoring")):
        done = put_back(session.settings, file, now=session.now(), actor=who)
    for sentence in _told(done):
        session.screen.say(sentence)
    _warn(session.screen, done)


def _told(done: Restored) -> list[Text]:
    when = f"{done.manifest.when.astimezone():%d/%m/%Y %H:%M}"
    said = [
        Text("The backup of {when} is back.", when=when),
        Text(
            "{count} deliveries may have gone out since; the service looks each of them up before anything is repeated.",
            count=done.doubtful,
        ),
    ]
    if done.aside:
        said.append(Text("The former database is kept as {file}.", file=str(done.aside)))
    if done.stayed:
        folders = ", ".join(done.stayed)
        said.append(
            Text("These were there already, are newer, and stayed: {folders}.", folders=folders)
        )
    return [*said, Text("Start the service again: `outreach run`.")]


def _warn(screen: Screen, done: Restored) -> None:
    if done.login:
        screen.note(
            Text(
                "Zalo's permission in this backup serves once and is used up by now. Run: outreach login zalo"
            ),
            style="yellow",
        )
    if done.doubtful:
        screen.note(
            Text(
                "Channels that cannot look ask a person: see `outreach queue --state needs_person`."
            ),
            style="yellow",
        )
