"""Which language to speak, decided before anything is said, and global options wherever they were typed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from outreach.locale import DEFAULT_LANGUAGE, LANGUAGES

WITH_VALUE = frozenset({"--config", "--language"})
FLAGS = frozenset({"--verbose", "--version"})
CONFIG_FILE = Path("config.toml")


def hoist(arguments: Sequence[str]) -> list[str]:
    """The arguments with the global options in front, so that they may be typed after the command too."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            return [*front, *rest, word, *words]
        if word in WITH_VALUE:
            front += [word, *islice(words, 1)]
        elif word in FLAGS or word.startswith(("--config=", "--language=")):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def global_value(arguments: Sequence[str], option: str) -> str | None:
    """The last value of a global option in hoisted arguments."""
    found = None
    for index, word in enumerate(arguments):
        if word == "--":
            break
        if word == option and index + 1 < len(arguments):
            found = arguments[index + 1]
        elif word.startswith(f"{option}="):
            found = word.partition("=")[2]
    return found


def choose_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """`--language`, else OUTREACH_LANGUAGE, else what the configuration says, else Vietnamese."""
    wishes = (
        global_value(arguments, "--language"),
        environment.get("OUTREACH_LANGUAGE"),
        _configured(config_file(arguments, environment)),
    )
    return next((wish for wish in wishes if wish in LANGUAGES), DEFAULT_LANGUAGE)


def config_file(arguments: Sequence[str], environment: Mapping[str, str]) -> Path | None:
    """`--config`, else OUTREACH_CONFIG, else `config.toml` in this folder if it is there."""
    named = global_value(arguments, "--config") or environment.get("OUTREACH_CONFIG")
    if named:
        return Path(named)
    return CONFIG_FILE if CONFIG_FILE.exists() else None


def _configured(file: Path | None) -> str | None:
    """The language of a configuration that may be missing or broken; whoever needs it will say so."""
    if file is None:
        return None
    try:
        return str(tomllib.loads(file.read_text("utf-8")).get("language"))
    except (OSError, ValueError):
        return None
