"""Writes docs/cli.md: `python -m outreach.cli.reference > docs/cli.md`. A test keeps the file true."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import typer
from typer.main import get_command

from outreach.cli import help_page
from outreach.cli.app import NAME, build_app
from outreach.cli.exit_codes import MEANINGS

LANGUAGE = "en"

INTRODUCTION = """\
# The command line

Written by `python -m outreach.cli.reference`; do not edit it by hand.

Global options (`--config`, `--language`, `--verbose`) may stand before or after the command. The language is that of
`--language`, else of `OUTREACH_LANGUAGE`, else of config.toml, else Vietnamese. Results go to standard output, everything
else (progress, warnings, refusals) to standard error. Where something is listed, `--json` prints it for programs: instants in
ISO 8601 with the campaign's offset, states and actions by their English names. CSV begins with a byte-order mark, without
which Excel garbles Vietnamese.

`check`, `plan`, `apply`, `preview`, `doctor`, `audit verify` and `rehearse` end with exit code 1 when they found something that
needs a person; the other commands end with 1 never.

A DELIVERY is named by its number, its key (16 characters), or the beginning of its key.

"""


def reference() -> str:
    """The whole page in Markdown."""
    root = get_command(build_app())
    parts = [INTRODUCTION, *_exit_codes(), *_command(root, NAME)]
    return "".join(parts).rstrip("\n") + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command below the root by the words that it is typed with."""
    yield from _below(get_command(build_app()), "")


def _below(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        words = f"{path} {name}".strip()
        yield words, command
        yield from _below(command, words)


def _exit_codes() -> Iterator[str]:
    yield "## Exit codes\n\n| code | meaning |\n|---|---|\n"
    for code, meaning in MEANINGS.items():
        yield f"| {int(code)} | {meaning} |\n"
    yield "\n"


def _command(command: Any, path: str) -> Iterator[str]:
    context = typer.Context(command, info_name=path.rpartition(" ")[2])
    yield f"## {path}\n\n{command.help}\n\n```\n{help_page.usage(command, path)}\n```\n\n"
    yield from _lines("argument", help_page.arguments(command, LANGUAGE))
    yield from _lines("option", help_page.options(command, context, LANGUAGE))
    for name, inner in getattr(command, "commands", {}).items():
        yield from _command(inner, f"{path} {name}")


def _lines(title: str, lines: Iterable[help_page.Line]) -> Iterator[str]:
    found = [(left.replace("|", "\\|"), right.replace("|", "\\|")) for left, right in lines]
    if found:
        yield f"| {title} | meaning |\n|---|---|\n"
        yield from (f"| `{left}` | {right} |\n" for left, right in found)
        yield "\n"


if __name__ == "__main__":
    sys.stdout.write(reference())
