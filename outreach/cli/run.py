"""`outreach run`: the service."""

from __future__ import annotations

import asyncio

import typer

from outreach.cli.command import add as add_command
from outreach.cli.marks import _
from outreach.cli.session import session_of


def add(app: typer.Typer) -> None:
    """Add the command."""
    add_command(
        app,
        "run",
        run,
        says=_("Run the service here until it is told to stop; it logs to standard error."),
    )


def run(context: typer.Context) -> None:
    """Serve until SIGTERM or Ctrl-C; SIGHUP reads the configuration again."""
    session = session_of(context)
    level = "debug" if session.verbose else session.settings.log.level
    # Help pages need neither the web server nor the store.
    from outreach.bootstrap import open_service  # noqa: PLC0415 - as said
    from outreach.daemon.logs import log_to_stderr  # noqa: PLC0415 - as said

    settings = session.settings
    log_to_stderr(settings.log.format, level, settings.language, veil=settings.veil)
    with open_service(session.config) as service:
        # A second service is to end quickly, so what only the first one needs comes last.
        from outreach.daemon.main import Daemon  # noqa: PLC0415 - as said

        asyncio.run(Daemon(service.build, verbose=session.verbose).run())
