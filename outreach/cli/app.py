"""Puts the commands together and decides the language before the first word is said."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from outreach import __version__
from outreach.cli import (
    art,
    audit,
    backup,
    campaign,
    channel,
    check,
    decisions,
    doctor,
    done,
    editorial,
    init,
    log,
    login,
    pauses,
    plan,
    preview,
    queue,
    rehearse,
    report,
    run,
    sandbox,
    show,
    stats,
    web,
)
from outreach.cli.command import PageGroup, help_page
from outreach.cli.exit_codes import ExitCode
from outreach.cli.failures import explained
from outreach.cli.language import choose_language, config_file, hoist
from outreach.cli.marks import _
from outreach.cli.mistakes import typed_wrong
from outreach.cli.screen import Screen
from outreach.cli.session import Session
from outreach.domain.text import Text

NAME = "outreach"
GROUPS = (
    *(init, editorial, check, plan, preview, run, queue, log, show, report),
    *(decisions, done, pauses, web),
    *(stats, art, rehearse, sandbox, audit, backup, doctor, login, campaign, channel),
)


class Language(StrEnum):
    """The languages that the program speaks."""

    VI = "vi"
    EN = "en"


class Root(PageGroup):
    """The command `outreach`: chooses the language, then lets nothing end without an explanation."""

    def main(self, args: Sequence[str] | None = None, *_ignored: Any, **extra: Any) -> Any:
        """Run what was typed and leave with a documented exit code."""
        typed = hoist(sys.argv[1:] if args is None else args)
        session = open_session(typed)
        extra |= {"prog_name": NAME, "standalone_mode": False, "obj": session}
        try:
            code = super().main(args=typed, **extra)
        except typer.Abort:
            code = ExitCode.INTERRUPTED
        except Exception as error:  # noqa: BLE001 - only Typer's own errors come this far
            code = _complain(error, session.screen)
        sys.exit(code if isinstance(code, int) else ExitCode.OK)

    def invoke(self, ctx: Any) -> Any:
        """Run the command and explain what ends it."""
        session: Session = ctx.obj
        explained(lambda: super(Root, self).invoke(ctx), session.screen, verbose=session.verbose)


def open_session(typed: Sequence[str]) -> Session:
    """The session that hoisted arguments and the environment ask for."""
    screen = Screen(choose_language(typed, os.environ))
    config = config_file(typed, os.environ)
    return Session(config=config, screen=screen, verbose="--verbose" in typed)


def _complain(error: Any, screen: Screen) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        screen.raw(help_page(error.ctx.command, error.ctx) + "\n")
        return ExitCode.BAD_INPUT
    screen.note(typed_wrong(error), style="bold")
    path = error.ctx.command_path if getattr(error, "ctx", None) else NAME
    screen.note(Text("→ `{command} --help` tells how it is typed.", command=path))
    return ExitCode.BAD_INPUT


def options(
    context: typer.Context,
    config: Annotated[  # noqa: ARG001 - open_session has read it already
        Path | None,
        typer.Option(
            metavar="FILE",
            help=_("The configuration, instead of config.toml here."),
            envvar="OUTREACH_CONFIG",
        ),
    ] = None,
    language: Annotated[  # noqa: ARG001 - open_session has read it already
        Language | None,
        typer.Option(help=_("The language to speak."), envvar="OUTREACH_LANGUAGE"),
    ] = None,
    verbose: Annotated[  # noqa: ARG001 - open_session has read it already
        bool, typer.Option("--verbose", help=_("Print what helps to find a fault in outreach."))
    ] = False,
    version: Annotated[bool, typer.Option("--version", help=_("Print the version."))] = False,
) -> None:
    """Options that every command knows."""
    screen = context.obj.screen
    if version:
        screen.raw(f"{NAME} {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        screen.raw(help_page(context.command, context) + "\n")


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name=NAME,
        cls=Root,
        invoke_without_command=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help=_(
            "Publishes a public office's campaign on time: nothing lost, nothing twice, every delivery explained."
        ),
    )
    app.callback()(options)
    for group in GROUPS:
        group.add(app)
    return app


def main() -> None:
    """The entry point of the command `outreach`."""
    build_app()()
