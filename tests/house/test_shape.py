"""The figures of the house style, measured: short functions, small modules, exact names."""

from __future__ import annotations

import ast
import re
import statistics
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, modules, name_of, python_files, tree

FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "service", "data"}
FORBIDDEN_NAMES |= {name.removesuffix("s") for name in FORBIDDEN_NAMES} | {"managers", "services"}
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)", re.IGNORECASE)
SILENCED_WITH_REASON = re.compile(
    r"#\s*(noqa:\s*[A-Z]+[0-9]+(\s*,\s*[A-Z]+[0-9]+)*|type:\s*ignore\[[\w, -]+\])\s*[-–—:#]+\s*\w+\W+\w+"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def functions() -> tuple[tuple[int, str], ...]:
    """The length in lines of every function, decorators aside, and where it stands."""
    return tuple(
        (
            (node.end_lineno or node.lineno) - node.lineno + 1,
            f"{name_of(path)}:{node.lineno} {node.name}",
        )
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, Function)
    )


def longest(count: int) -> str:
    return "\n".join(f"{length:4} {where}" for length, where in sorted(functions())[-count:])


def test_functions_are_short_at_the_median() -> None:
    assert statistics.median(length for length, _ in functions()) <= 8


def test_nine_of_ten_functions_fit_on_a_screen() -> None:
    lengths = [length for length, _ in functions()]
    assert statistics.quantiles(lengths, n=10)[-1] <= 25, longest(len(lengths) // 10)


def test_no_function_is_long() -> None:
    too_long = [f"{where}: {length} lines" for length, where in functions() if length > 60]
    assert not too_long


def test_modules_are_small() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert not {name: lines for name, lines in lengths.items() if lines > 300}


def test_modules_are_named_by_thing() -> None:
    parts = {part for path in modules() for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not {part for part in parts if part.strip("_") in FORBIDDEN_NAMES}


def is_public(name: str) -> bool:
    return not name.startswith("_")


def public_nodes(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The module, its public functions and classes, and their public methods."""
    if is_public(path.stem) or path.stem in {"__init__", "__main__"}:
        yield name_of(path), tree(path)
    for node in tree(path).body:
        if isinstance(node, Function | ast.ClassDef) and is_public(node.name):
            yield f"{name_of(path)}:{node.lineno} {node.name}", node
            yield from public_methods(path, node)


def public_methods(path: Path, owner: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for node in owner.body if isinstance(owner, ast.ClassDef) else []:
        if isinstance(node, Function) and is_public(node.name) and not is_accessor(node):
            yield f"{name_of(path)}:{node.lineno} {node.name}", node


def is_accessor(node: Function) -> bool:
    """A setter, an overload or an override: documented where the name was first promised."""
    marks = {getattr(mark, "attr", getattr(mark, "id", "")) for mark in node.decorator_list}
    return bool(marks & {"setter", "overload", "override"})


def test_every_public_name_says_what_it_promises() -> None:
    silent = [
        where
        for path in modules()
        for where, node in public_nodes(path)
        if not ast.get_docstring(node)  # type: ignore[arg-type]  # public_nodes gives only nodes with a body
    ]
    assert not silent, "\n".join(silent)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """The comments of a file that may silence something; reading it word by word is slow."""
    if not SILENCED.search(path.read_text("utf-8")):
        return
    with tokenize.open(path) as file:
        for token in tokenize.generate_tokens(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def test_every_silenced_warning_has_its_reason() -> None:
    bare = [
        f"{name_of(path)}:{line} {comment}"
        for path in python_files()
        for line, comment in comments(path)
        if SILENCED.search(comment) and not SILENCED_WITH_REASON.search(comment)
    ]
    assert not bare


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        ("# noqa: S603 - our own interpreter", True),
        ("# type: ignore[arg-type]  # only nodes with a body", True),
        ("# noqa: S603", False),
        ("# noqa", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
    ],
)
def test_a_reason_is_told_from_none(comment: str, accepted: bool) -> None:
    assert SILENCED.search(comment)
    assert bool(SILENCED_WITH_REASON.search(comment)) is accepted
