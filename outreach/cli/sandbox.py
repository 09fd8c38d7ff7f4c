"""`outreach sandbox`: a local platform to try the service with, without an account anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from outreach.cli.command import add as add_command
from outreach.cli.command import group
from outreach.cli.marks import _
from outreach.cli.session import Session, session_of
from outreach.domain.text import Text

Port = Annotated[
    int,
    typer.Option("--port", metavar="N", min=0, max=65535, help=_("The port; 0 takes a free one.")),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        metavar="FOLDER",
        help=_("Where the platform keeps what it was told, instead of below the state folder."),
    ),
]
Faults = Annotated[
    int | None,
    typer.Option(
        "--faults", metavar="SEED", help=_("Let things go wrong, drawn from this number.")
    ),
]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A platform that is about to be served: its application, the path of its page, its channel and its secrets."""

    app: Any
    page: str
    channel: str
    secrets: Mapping[str, str]


def add(app: typer.Typer) -> None:
    """Add the group."""
    sandbox = group(
        app,
        "sandbox",
        says=_("Local platforms that answer like the real ones, to try things with."),
    )
    add_command(
        sandbox, "facebook", facebook, says=_("A local Facebook with one Page, until Ctrl-C.")
    )
    add_command(
        sandbox, "zalo", zalo, says=_("A local Zalo with one Official Account, until Ctrl-C.")
    )


def facebook(
    context: typer.Context, port: Port = 8081, folder: Folder = None, faults: Faults = None
) -> None:
    """Serve it on this machine only; print what to put into config.toml."""
    from outreach.sandbox.facebook import Sandbox  # noqa: PLC0415 - as above

    session = session_of(context)
    sandbox = Sandbox(folder=_folder(session, folder, "facebook"))
    if faults is not None:
        sandbox.faults.by_chance(seed=faults, share=0.3)
    place = sandbox.place
    opened = Opened(
        app=sandbox.app,
        page="/_sandbox/page",
        channel=_FACEBOOK.format(page=place.page, app=place.app),
        secrets={"FACEBOOK_TOKEN": place.token, "FACEBOOK_APP_SECRET": place.secret},
    )
    _serve(session, opened, port)


def zalo(
    context: typer.Context, port: Port = 8082, folder: Folder = None, faults: Faults = None
) -> None:
    """Serve it on this machine only; print what to put into config.toml."""
    from outreach.rehearsal.zalo import KEY, mishaps  # noqa: PLC0415 - help pages need no server
    from outreach.sandbox.zalo import Platform, zalo_app  # noqa: PLC0415 - as above

    session = session_of(context)
    wrong = mishaps(faults) if faults is not None else None
    platform = Platform(_folder(session, folder, "zalo"), faults=wrong)
    pair = platform.grants.pair() or platform.issue()
    opened = Opened(
        app=zalo_app(platform),
        page="/",
        channel=_ZALO.format(app=platform.app_id),
        secrets={
            "ZALO_APP_SECRET": platform.app_secret,
            "ZALO_TOKEN_KEY": KEY,
            "ZALO_REFRESH_TOKEN": pair.refresh,
            "ZALO_ACCESS_TOKEN": pair.access,
        },
    )
    _serve(session, opened, port)


def _folder(session: Session, folder: Path | None, name: str) -> Path:
    found = folder.absolute() if folder else session.settings.state / "sandbox" / name
    found.mkdir(parents=True, exist_ok=True)
    return found


def _serve(session: Session, opened: Opened, port: int) -> None:
    from outreach.cli.site_server import address, listen, run  # noqa: PLC0415 - as above

    screen = session.screen
    with listen(port) as listening:
        here = address(listening)
        screen.say(Text("It answers at {address} (Ctrl-C ends it).", address=here))
        screen.say(Text("What followers see: {address}", address=here + opened.page))
        screen.say(Text("Put this into config.toml in the place of the real channel:"))
        screen.raw("\n" + opened.channel.replace("ADDRESS", here) + "\n")
        screen.say(
            Text("And this into the environment of `outreach run`; it is good for nothing else:")
        )
        exports = (f"export {name}={value}\n" for name, value in opened.secrets.items())
        screen.raw("\n" + "".join(exports))
        screen.out.file.flush()
        run((opened.app, listening))


_FACEBOOK = """\
[channels.facebook-page]
adapter = "facebook_page"
tags = ["facebook", "social"]
page_id = "{page}"
app_id = "{app}"
app_is_live = true
token = {{ env = "FACEBOOK_TOKEN" }}
app_secret = {{ env = "FACEBOOK_APP_SECRET" }}
base_url = "ADDRESS"
"""

_ZALO = """\
[channels.zalo-oa]
adapter = "zalo_oa"
tags = ["zalo", "social"]
app_id = "{app}"
app_secret = {{ env = "ZALO_APP_SECRET" }}
token_key = {{ env = "ZALO_TOKEN_KEY" }}
refresh_token = {{ env = "ZALO_REFRESH_TOKEN" }}
access_token = {{ env = "ZALO_ACCESS_TOKEN" }}
picture_base_url = "http://127.0.0.1:8080/media/"
broadcast = true
api_url = "ADDRESS"
oauth_url = "ADDRESS"
"""
