"""Channels know the contract and the shared edge (`_http`, `_files` …), never each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.source import PACKAGE, modules, name_of, tree

CHANNELS = PACKAGE / "channels"
SHARED = {"", "registry"}


def channel_of(path: Path) -> str:
    """The channel that a module belongs to; empty for the room's own `__init__`."""
    return path.relative_to(CHANNELS).parts[0].removesuffix(".py").replace("__init__", "")


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a module imports from the room of channels."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def neighbours(path: Path) -> list[str]:
    room = "outreach.channels."
    names = {name.removeprefix(room).split(".")[0] for name in imported(path) if room in name}
    return sorted(name for name in names - {channel_of(path)} if not name.startswith("_"))


def test_no_channel_knows_another() -> None:
    adapters = [path for path in modules() if path.is_relative_to(CHANNELS)]
    assert len({channel_of(path) for path in adapters} - SHARED) >= 1
    known = {name_of(p): neighbours(p) for p in adapters if channel_of(p) not in SHARED}
    assert not {name: others for name, others in known.items() if others}
