"""`outreach login facebook`: the token of a Page, by a browser or from elsewhere."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outreach.cli.callback import Callback
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

_ROLE = Text("An administrator of the Page gives the account a role that may create content.")


def facebook(
    context: typer.Context,
    channel: ChannelWord = None,
    port: Port = PORT,
    paste: Annotated[
        bool, typer.Option("--paste", help=_("Ask for a token instead of opening a browser."))
    ] = False,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help=_("Read a token from standard input."))
    ] = False,
) -> None:
    """Get a token, show what it may do, and put it where config.toml looks for it."""
    session = session_of(context)
    table = table_of(session, "facebook_page", channel)
    login = _login(table)
    given = ""
    if paste or token_stdin:
        given = typed_secret(session, Text("Token:"), piped=token_stdin)
    with refusals_explained():
        asyncio.run(_log_in(session, table, login, given=given, port=port))


def _login(table: ChannelTable) -> Any:
    from outreach.bootstrap import open_login  # noqa: PLC0415 - help pages need no channels
    from outreach.settings.channel_table import NOTHING_YET  # noqa: PLC0415 - as above

    if table.reference("token") is None:
        raise Stop(
            Text(
                "config.toml does not say where the token of “{channel}” is to be kept.",
                channel=table.name,
            ),
            Text('Write token = {{ file = "facebook-token" }} into it.'),
        )
    instead = {"token": NOTHING_YET, "page_id": str(table.table.get("page_id") or "0")}
    login = open_login(table, table.settings(without=("token",), instead=instead))
    if not login.has_secret:
        raise Stop(
            Text("Without app_secret nothing is known of a token."),
            Text('Write app_secret = {{ file = "facebook-app-secret" }} into config.toml.'),
        )
    return login


async def _log_in(
    session: Session, table: ChannelTable, login: Any, *, given: str, port: int
) -> None:
    page_id = str(table.table.get("page_id", ""))
    if given:
        token, page_id = await _from_token(session, login, given, page_id)
    else:
        person = await _from_browser(session, login, port)
        page = _chosen(session, await login.pages(person), page_id)
        token, page_id = page.token, page.id
    facts = await login.facts(token, page_id)
    _show(session, login, facts)
    if facts.wrong:
        raise Stop(facts.wrong, Text("Nothing was changed."), code=ExitCode.REFUSED)
    _keep(session, table, token)
    if str(table.table.get("page_id", "")) != page_id:
        session.screen.say(Text('Write page_id = "{page}" into config.toml.', page=page_id))


async def _from_browser(session: Session, login: Any, port: int) -> str:
    async with Callback(port, session.screen.words) as callback:
        session.screen.say(Text("Open this address in a browser on this machine and agree:"))
        session.screen.raw(login.dialog(callback.url, callback.state) + "\n")
        sys.stdout.flush()
        return str(await login.redeem(await callback.code(), callback.url))


async def _from_token(session: Session, login: Any, given: str, page_id: str) -> tuple[str, str]:
    """The Page's token and number: a Page's own as it is, otherwise what a person's or a system user's token leads to."""
    facts = await login.facts(given, page_id)
    if facts.kind not in ("USER", "SYSTEM_USER"):
        if not page_id:
            raise Stop(Text("config.toml names no Page."), Text('Write page_id = "…" into it.'))
        return given, page_id
    if facts.kind == "USER":
        page = _chosen(session, await login.pages(await login.extended(given)), page_id)
        return page.token, page.id
    if page_id and (token := await login.page_token(given, page_id)):
        return token, page_id
    page = _chosen(session, await login.pages(given), page_id)
    return page.token, page.id


def _chosen(session: Session, pages: tuple[Any, ...], page_id: str) -> Any:
    """The Page of config.toml; without one there, the only Page, or the one that a person picks."""
    known = {page.id: page for page in pages}
    if not pages:
        raise Stop(Text("The account has no role on any Page."), _ROLE, code=ExitCode.REFUSED)
    if page_id and page_id not in known:
        names = ", ".join(f"{page.name} ({page.id})" for page in pages)
        what = Text(
            "The account has no role on Page {page}; it has one on: {names}.",
            page=page_id,
            names=names,
        )
        raise Stop(what, _ROLE, code=ExitCode.REFUSED)
    page = known[page_id] if page_id else _picked(session, pages)
    if not page.may_publish:
        what = Text("The account's role on “{page}” does not let it publish.", page=page.name)
        raise Stop(what, _ROLE, code=ExitCode.REFUSED)
    return page


def _picked(session: Session, pages: tuple[Any, ...]) -> Any:
    if len(pages) == 1:
        return pages[0]
    numbered = {str(number): page for number, page in enumerate(pages, 1)}
    session.screen.note(Text("Which Page? Type its number."))
    for number, page in numbered.items():
        line = Text("{number}  {name} ({page})", number=number, name=page.name, page=page.id)
        session.screen.note(line)
    answer = sys.stdin.readline().strip()
    if answer not in numbered:
        raise Stop(
            Text("No Page was chosen."),
            Text("Type the command again, or write page_id into config.toml."),
        )
    return numbered[answer]


def _show(session: Session, login: Any, facts: Any) -> None:
    rows: Mapping[Text, str] = {
        Text("Kind of token"): facts.kind,
        Text("App"): facts.app,
        Text("Permissions"): ", ".join(facts.scopes),
        Text("Missing"): ", ".join(facts.missing) or "—",
        Text("Ends"): _ends(session, facts.expires),
    }
    session.screen.grid(rows.items())
    if not login.app_is_live:
        session.screen.note(
            Text(
                "Posts by an app in Development mode are seen by nobody else. "
                "Switch the app to Live mode, then set app_is_live in config.toml."
            ),
            style="yellow",
        )


def _ends(session: Session, expires: Any) -> str:
    if expires is None:
        return session.screen.words(Text("never"))
    days = (expires - session.now()).days
    return session.screen.words(Text("{day}, in {days} days", day=f"{expires:%d/%m/%Y}", days=days))


def _keep(session: Session, table: ChannelTable, token: str) -> None:
    if file := table.keep("token", token):
        session.screen.say(Text("The token is kept in {file}.", file=str(file)), style="bold")
        return
    source, name = next(iter((table.reference("token") or {}).items()))
    session.screen.note(
        Text(
            "config.toml takes the token from {source} {name}; put this there:",
            source=source,
            name=name,
        )
    )
    session.screen.raw(f"{token}\n")
