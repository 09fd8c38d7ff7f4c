"""What both logins need: the channel that is meant, secrets typed without being seen, and complaints of a service said once."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.session import Session
from outreach.cli.stop import Stop
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.settings.channel_table import ChannelTable

ChannelWord = Annotated[
    str | None,
    typer.Argument(
        metavar="CHANNEL", help=_("The channel's name in config.toml, if there are several.")
    ),
]
Port = Annotated[
    int,
    typer.Option(
        "--port",
        metavar="PORT",
        min=0,
        max=65535,
        help=_(
            "Port of this machine that the browser comes back to; it stands in the app's settings too."
        ),
    ),
]
PORT = 8788


def table_of(session: Session, adapter: str, name: str | None) -> ChannelTable:
    """The table of the channel that is meant. Raises `Stop`, `Problems`."""
    from outreach.settings.channel_table import channel_tables  # noqa: PLC0415 - help pages need no settings

    if session.config is None:
        raise Stop(
            Text("There is no config.toml here; the built-in defaults hold."),
            Text("`outreach init` writes one, or name one with --config."),
        )
    fitting = {t.name: t for t in channel_tables(session.config) if t.adapter == adapter}
    if name is None and len(fitting) == 1:
        return next(iter(fitting.values()))
    if name in fitting:
        return fitting[name]
    places = {"adapter": adapter, "file": str(session.config)}
    what = Text("{file} has no channel “{name}” with the adapter {adapter}.", name=name, **places)
    if name is None:
        what = Text(
            "Which channel? {file} has none, or several, with the adapter {adapter}.", **places
        )
    raise Stop(what, Text("There are: {names}", names=", ".join(fitting) or "—"))


def typed_secret(session: Session, what: Text, *, piped: bool) -> str:
    """A secret from the keyboard, unseen, or with `piped` the next line of standard input. Raises `Stop`."""
    if piped:
        secret = sys.stdin.readline()
    elif sys.stdin.isatty():
        secret = getpass.getpass(f"{session.screen.words(what)} ")
    else:
        raise Stop(
            Text("There is no terminal to ask on."),
            Text("Pipe it in: the option --help tells which one reads standard input."),
        )
    if not secret.strip():
        raise Stop(Text("Nothing was given."), Text("Type the command again."))
    return secret.strip()


@contextmanager
def refusals_explained() -> Iterator[None]:
    """What the service refuses, as a sentence that ends the command."""
    from outreach.channel import NotPublished  # noqa: PLC0415 - help pages need no contract

    try:
        yield
    except NotPublished as refused:
        mend = Text("Mend that, then type the command again.")
        raise Stop(refused.reason, mend, code=ExitCode.REFUSED) from refused
