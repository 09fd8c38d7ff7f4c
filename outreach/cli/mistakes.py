"""Mistakes in how a command was typed, said in the reader's language."""

from __future__ import annotations

import re
from typing import Any

from outreach.domain.text import Text


def typed_wrong(error: Any) -> Text:
    """The sentence for one of Typer's usage errors; its classes are told apart by name, whoever ships them."""
    match type(error).__name__:
        case "NoSuchOption":
            return _no_such_option(error)
        case "MissingParameter":
            return _missing(error)
        case "BadParameter":
            return _bad(error)
        case "BadOptionUsage":
            return Text("The option {option} needs a value.", option=error.option_name)
        case _:
            return _no_such_command(error)


def _no_such_option(error: Any) -> Text:
    near = ", ".join(sorted(error.possibilities or ()))
    if near:
        return Text(
            "There is no option {option}. Did you mean {near}?", option=error.option_name, near=near
        )
    return Text("There is no option {option}.", option=error.option_name)


def _missing(error: Any) -> Text:
    return Text("{what} is missing.", what=_name(error))


def _bad(error: Any) -> Text:
    return Text(
        "{what} cannot be used as written: {detail}",
        what=_name(error),
        detail=_detail(error.message),
    )


def _detail(message: str) -> Text | str:
    """Typer's own words about a value, as far as we know them."""
    message = message.removeprefix("Value error, ")
    choice = re.fullmatch(r"'?(?P<value>.*?)'? is n(ot one|one) of:? (?P<names>.+?)\.?", message)
    if choice:
        names = choice["names"].replace("'", "")
        return Text("“{value}” is none of: {names}.", value=choice["value"], names=names)
    return Text("It must be a whole number.") if "valid int" in message else message


def _no_such_command(error: Any) -> Text:
    message = str(error.message)
    if message.startswith("No such command"):
        name = message.split("'")[1] if "'" in message else message
        return Text("There is no command “{name}”.", name=name)
    if message.startswith("Missing command"):
        return Text("A command is missing.")
    if message.startswith("Got unexpected extra argument"):
        extra = message.rpartition("(")[2].rstrip(")")
        return Text("This is too much: {extra}", extra=extra)
    return Text("It cannot be understood: {detail}", detail=message)


def _name(error: Any) -> str:
    param = error.param
    if param is None:
        return str(error.param_hint or "")
    return (
        " / ".join(param.opts)
        if param.param_type_name == "option"
        else str(param.metavar or param.name).upper()
    )
