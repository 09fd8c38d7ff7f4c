"""`outreach login`: give the program permission to publish on a channel."""

from __future__ import annotations

import typer

from outreach.cli.command import add as add_command
from outreach.cli.command import group
from outreach.cli.login_facebook import facebook
from outreach.cli.login_seal import seal
from outreach.cli.login_zalo import zalo
from outreach.cli.marks import _


def add(app: typer.Typer) -> None:
    """Add the group."""
    login = group(app, "login", says=_("Give the program permission to publish on a channel."))
    add_command(login, "facebook", facebook, says=_("Get the token of a Facebook Page."))
    add_command(login, "zalo", zalo, says=_("Get the tokens of a Zalo Official Account."))
    add_command(
        login, "seal", seal, says=_("Seal the tokens on disk with the newest key of each channel.")
    )
