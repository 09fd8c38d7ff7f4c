"""`outreach login zalo`: the first tokens of an account, by a browser or from Zalo's console."""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import typer

from outreach.cli.callback import Callback, code_in
from outreach.cli.exit_codes import ExitCode
from outreach.cli.marks import _
from outreach.cli.permission import (
    PORT,
    ChannelWord,
    Port,
    refusals_explained,
    table_of,
    typed_secret,
)
from outreach.cli.session import Session, session_of
from outreach.cli.stop import Stop
from outreach.domain.text import Text

if TYPE_CHECKING:
    from outreach.settings.channel_table import ChannelTable

FIRST_TOKENS = ("refresh_token", "access_token")


def zalo(
    context: typer.Context,
    channel: ChannelWord = None,
    *,
    port: Port = PORT,
    redirect: Annotated[
        str,
        typer.Option(
            "--redirect",
            metavar="ADDRESS",
            help=_(
                "The callback address of the Zalo application, if it does not lead to this machine; then paste where the browser ended."
            ),
        ),
    ] = "",
    console: Annotated[
        bool,
        typer.Option(
            "--console",
            help=_(
                "Permission is given by the link of Zalo's console; asks for the code verifier that was saved there."
            ),
        ),
    ] = False,
    pair: Annotated[
        bool,
        typer.Option(
            "--pair",
            help=_("Ask for an access token and a refresh token from Zalo's API Explorer."),
        ),
    ] = False,
    piped: Annotated[
        bool,
        typer.Option(
            "--stdin", help=_("Read what would be asked for from standard input, a line each.")
        ),
    ] = False,
) -> None:
    """Get the first pair of tokens and keep it with the channel; later ones are renewed by the service."""
    session = session_of(context)
    table = table_of(session, "zalo_oa", channel)
    way = _Way(session, port=port, redirect=redirect, console=console, piped=piped)
    login = _login(table)
    try:
        with refusals_explained():
            asyncio.run(_log_in(session, login, way, pair=pair))
    finally:
        leave_to_service(table, login.folder)


def _login(table: ChannelTable) -> Any:
    from outreach.bootstrap import open_login  # noqa: PLC0415 - help pages need no channels

    return open_login(table, table.settings(without=FIRST_TOKENS))


def leave_to_service(table: ChannelTable, folder: Path) -> None:
    """The service can read what root has written for it."""
    from outreach.settings.secrets import give_to_owner_of  # noqa: PLC0415 - help pages need no settings

    channels = table.state / "channels"
    made = [path for path in (channels, channels / table.name, folder) if path.exists()]
    if table.state.exists():
        give_to_owner_of(table.state, {*made, *folder.glob("tokens.*")})


async def _log_in(session: Session, login: Any, way: _Way, *, pair: bool) -> None:
    try:
        if pair:
            access = way.ask(Text("Access token:"))
            await login.adopt(access, way.ask(Text("Refresh token:")))
        else:
            await way.through_browser(login)
        health = await login.check()
    finally:
        await login.aclose()
    if not health.ok:
        raise Stop(
            health.summary,
            Text("The tokens were kept; see the sentence above, then `outreach doctor`."),
            code=ExitCode.REFUSED,
        )
    session.screen.say(health.summary, style="bold")
    session.screen.say(Text("The tokens are kept; the service renews them by itself."))


class _Way:
    """How permission is given; both styles of PKCE, with the browser on this machine or elsewhere."""

    def __init__(
        self, session: Session, *, port: int, redirect: str, console: bool, piped: bool
    ) -> None:
        self._session = session
        self._port, self._redirect, self._console, self._piped = port, redirect, console, piped

    def ask(self, what: Text) -> str:
        """Something that nobody else is to see. Raises `Stop`."""
        return typed_secret(self._session, what, piped=self._piped)

    async def through_browser(self, login: Any) -> None:
        """Wait for the code and buy the first pair with it. Raises `Stop`."""
        verifier = secrets.token_urlsafe(32)
        if self._console:
            verifier = self.ask(Text("Code verifier:"))
        if self._redirect:
            state = secrets.token_urlsafe(24)
            self._invite(login, self._redirect, state, verifier)
            await login.redeem(self._pasted_code(state), verifier)
            return
        words = self._session.screen.words
        async with Callback(self._port, words, needs_state=not self._console) as callback:
            self._invite(login, callback.url, callback.state, verifier)
            await login.redeem(await callback.code(), verifier)

    def _invite(self, login: Any, redirect: str, state: str, verifier: str) -> None:
        screen = self._session.screen
        if self._console:
            screen.say(Text("Open the permission link of Zalo's console in a browser and agree."))
        else:
            screen.say(
                Text("Open this address in a browser as an administrator of the account and agree:")
            )
            screen.raw(login.dialog(redirect, state, verifier) + "\n")
        sys.stdout.flush()

    def _pasted_code(self, state: str) -> str:
        address = self.ask(Text("The address where the browser ended:"))
        given = dict(parse_qsl(urlsplit(address).query))
        if given.get("state", "") != ("" if self._console else state):
            raise Stop(
                Text("This permission was not asked for by the command that is waiting."),
                Text("Type the command again and open the address that it prints."),
            )
        return code_in(given)
