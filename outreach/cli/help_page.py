"""Help pages in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table as RichTable
from rich.text import Text as RichText

from outreach.cli.exit_codes import MEANINGS, ExitCode
from outreach.cli.marks import _
from outreach.cli.screen import Screen
from outreach.domain.text import Text
from outreach.locale import gettext, translate

Line = tuple[str, str]

HELP = _("Show this message and exit.")
"""What Typer says of --help."""


def show_help(command: Any, context: Any, screen: Screen) -> None:
    """Print the page of one command: how it is typed, what it does, its arguments, options and exit codes."""
    words = gettext(screen.language)
    screen.say(Text("Usage: {line}", line=usage(command, context.command_path)), style="bold")
    screen.out.print()
    screen.out.print(RichText(words(command.help or "")))
    parts = (
        (Text("Commands"), commands(command, screen.language)),
        (Text("Arguments"), arguments(command, screen.language)),
        (Text("Options"), options(command, context, screen.language)),
        (Text("Exit codes"), exit_codes(command, screen)),
    )
    for title, lines in parts:
        _section(screen, title, list(lines))


def usage(command: Any, path: str) -> str:
    """How the command is typed."""
    is_group = hasattr(command, "commands")
    names = [_argument(param) for param in command.params if param.param_type_name == "argument"]
    return " ".join([path, *names, *(["…"] if is_group else []), "[--…]"])


def commands(command: Any, language: str) -> Iterator[Line]:
    """Every command of a group and what it does."""
    for name, inner in getattr(command, "commands", {}).items():
        yield name, gettext(language)(inner.help or "").partition("\n")[0]


def arguments(command: Any, language: str) -> Iterator[Line]:
    """Every argument and what it means."""
    for param in command.params:
        if param.param_type_name == "argument":
            yield _argument(param), gettext(language)(param.help or "")


def options(command: Any, context: Any, language: str) -> Iterator[Line]:
    """Every option and what it does."""
    for param in command.get_params(context):
        if param.param_type_name == "option" and not param.hidden:
            yield _option(param, context), _meaning(param, language)


def exit_codes(command: Any, screen: Screen) -> Iterator[Line]:
    """Every exit code; they mean the same everywhere, so only the first page lists them."""
    if hasattr(command, "commands") and command.name == "outreach":
        for code in ExitCode:
            yield str(int(code)), screen.words(MEANINGS[code])


def _argument(param: Any) -> str:
    name = str(param.metavar or param.name).upper()
    return name if param.required else f"[{name}]"


def _option(param: Any, context: Any) -> str:
    names = ", ".join(param.opts)
    if param.secondary_opts:
        names += " / " + ", ".join(param.secondary_opts)
    if param.is_flag:
        return names
    return f"{names} {param.metavar or param.display_type(context)}"


def _meaning(param: Any, language: str) -> str:
    meaning: str | Text = gettext(language)(HELP if param.name == "help" else param.help or "")
    if param.required:
        meaning = Text("{meaning} (required)", meaning=meaning)
    if param.envvar:
        meaning = Text("{meaning} ({name} does the same)", meaning=meaning, name=f"${param.envvar}")
    return translate(meaning, language) if isinstance(meaning, Text) else meaning


def _section(screen: Screen, title: Text, lines: Iterable[Line]) -> None:
    if not lines:
        return
    screen.heading(title)
    grid = RichTable.grid(padding=(0, 2), pad_edge=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for left, right in lines:
        grid.add_row(RichText(left), RichText(right))
    screen.out.print(grid)
