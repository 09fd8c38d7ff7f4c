"""What we install is pinned by hash, from wherever the installer's own index is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.source import ROOT

PINNED = sorted((ROOT / "requirements").glob("*.txt"))
ADDRESS = re.compile(
    r"://|^\s*(-i|-f|--\w*index\w*|--find-links|--trusted-host)|@\s*(file|git)", re.MULTILINE
)


def entries(path: Path) -> list[str]:
    """One string per requirement, continuation lines joined, comments left out."""
    joined = path.read_text("utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def pins(path: Path) -> dict[str, str]:
    """Package name -> pinned version."""
    wanted = [Requirement(entry.split(" --hash")[0]) for entry in entries(path)]
    return {canonicalize_name(w.name): str(w.specifier).removeprefix("==") for w in wanted}


def declared() -> list[Requirement]:
    """What pyproject.toml asks for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    return [Requirement(text) for text in [*project["dependencies"], *extras]]


def test_both_sets_are_there() -> None:
    assert [path.name for path in PINNED] == ["run.txt", "test.txt"]


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_every_line_is_one_version_with_its_hashes(path: Path) -> None:
    loose = [
        e for e in entries(path) if not re.match(r"[\w.\[\]-]+==\S+.* --hash=sha256:\w{64}", e)
    ]
    assert entries(path)
    assert not loose


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_no_line_says_where_to_download(path: Path) -> None:
    assert not ADDRESS.findall(path.read_text("utf-8"))


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_the_pins_are_what_the_project_asks_for(path: Path) -> None:
    pinned = pins(path)
    unmet = [
        str(w) for w in declared() if not w.specifier.contains(pinned[canonicalize_name(w.name)])
    ]
    assert not unmet


def test_tests_run_with_what_runs_in_production() -> None:
    run, test = (pins(path) for path in PINNED)
    assert run.items() <= test.items()
