"""`outreach login seal`: what lies on disk is sealed with the newest key at once, not only when it is written next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from outreach.cli.exit_codes import ExitCode
from outreach.cli.login_zalo import FIRST_TOKENS, leave_to_service
from outreach.cli.permission import refusals_explained
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.settings.channel_table import ChannelTable


def seal(context: typer.Context) -> None:
    """Seal the tokens of every channel that has a token_key."""
    from outreach.settings.channel_table import channel_tables  # noqa: PLC0415 - help pages need no settings
    from outreach.settings.sealed import KEY  # noqa: PLC0415 - as above

    session = session_of(context)
    tables = channel_tables(session.config) if session.config else ()
    keyed = [table for table in tables if table.reference(KEY)]
    if not keyed:
        raise Stop(
            Text("No channel in {file} has a token_key.", file=session.config or "config.toml"),
            Text(
                "Make one with `openssl rand -base64 32` and refer to it as config.example.toml shows."
            ),
        )
    for table in keyed:
        _seal(table)
        _say(session, table)


def _seal(table: ChannelTable) -> None:
    from outreach.settings.seal import Unopenable  # noqa: PLC0415 - as above
    from outreach.settings.section import Wrong  # noqa: PLC0415 - as above

    try:
        table.seal_anew()
        if table.adapter == "zalo_oa":
            _seal_journal(table)
    except Wrong as wrong:
        raise Stop(wrong.what, wrong.mend, code=ExitCode.REFUSED) from wrong
    except Unopenable as error:
        raise Stop(
            Text("No key in token_key opens the token of “{channel}”.", channel=table.name),
            Text("Put the key that sealed it into token_key again, or log in anew."),
            code=ExitCode.REFUSED,
        ) from error


def _seal_journal(table: ChannelTable) -> None:
    from outreach.bootstrap import open_login  # noqa: PLC0415 - help pages need no channels

    async def seal_anew() -> None:
        login = open_login(table, table.settings(without=FIRST_TOKENS))
        try:
            await login.seal_anew()
        finally:
            await login.aclose()
        leave_to_service(table, login.folder)

    with refusals_explained():
        asyncio.run(seal_anew())


def _say(session: Session, table: ChannelTable) -> None:
    session.screen.say(
        Text("The tokens of “{channel}” are sealed with the newest key.", channel=table.name)
    )
