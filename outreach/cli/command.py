"""Commands and groups of commands whose help pages speak the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from outreach.cli.help_page import show_help
from outreach.cli.session import Session


class Page(TyperCommand):
    """One command."""

    def get_help(self, ctx: Any) -> str:
        """The help page, translated."""
        return help_page(self, ctx)


class PageGroup(TyperGroup):
    """Commands that belong together."""

    def get_help(self, ctx: Any) -> str:
        """The help page, translated."""
        return help_page(self, ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order in which they were added."""
        return list(self.commands)


def help_page(command: Any, context: Any) -> str:
    """The page as the terminal will show it."""
    screen = context.find_object(Session).screen
    with screen.out.capture() as captured:
        show_help(command, context, screen)
    return str(captured.get()).rstrip("\n")


def add(app: typer.Typer, name: str, call: Callable[..., None], *, says: str) -> None:
    """Make `call` a command; `says` is its help, marked for the catalogue."""
    app.command(name, help=says, cls=Page)(call)


def group(app: typer.Typer, name: str, *, says: str) -> typer.Typer:
    """A group of commands below `app`."""
    inner = typer.Typer(cls=PageGroup, no_args_is_help=True, rich_markup_mode=None)
    app.add_typer(inner, name=name, help=says)
    return inner
