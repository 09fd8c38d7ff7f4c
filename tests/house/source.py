"""The project's own files, as the house-style tests read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "outreach"
CODE_FOLDERS = ("outreach", "tests", "scripts", "benchmarks")
NOT_OURS = {"build", "dist", "htmlcov", "mutants", "state", "var", "__pycache__", "config.toml"}


def modules() -> list[Path]:
    """Every Python module of the package except the migrations, whose shape Alembic gives."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def python_files() -> list[Path]:
    """Every Python file of the project."""
    return [path for folder in CODE_FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def project_files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file that is kept under version control or is about to be."""
    for entry in sorted(folder.iterdir()):
        hidden = entry.name.startswith(".") and entry.name not in {".ci", ".gitignore"}
        if hidden or entry.name in NOT_OURS or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from project_files(entry)
        else:
            yield entry


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """The path as a person would type it from the project's top folder."""
    return path.relative_to(ROOT).as_posix()
