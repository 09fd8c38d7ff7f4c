"""Every sentence that a person sees stands in the Vietnamese catalogue, once, and complete."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from tests.house.source import PACKAGE, name_of, python_files, tree

MARKS = {"Text", "_", "gettext"}
TEMPLATES = {".html", ".j2", ".jinja", ".jinja2", ".xml", ".txt", ".md", ".ics", ".css"}
VIETNAMESE = sorted((PACKAGE / "locale" / "vi").glob("*.po"))


def literals(node: ast.expr) -> Iterator[str]:
    """The sentences that an argument may be: a literal, or a choice between literals."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def marked_calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MARKS:
                yield node


def in_code() -> Iterator[tuple[str, str]]:
    """Each sentence of the package's code, and where it stands."""
    for path in python_files():
        if path.is_relative_to(PACKAGE):
            for call in marked_calls(path):
                for sentence in literals(call.args[0]):
                    yield sentence, f"{name_of(path)}:{call.lineno}"


def in_templates() -> Iterator[tuple[str, str]]:
    """Each sentence of the package's templates, and where it stands."""
    for path in sorted(PACKAGE.rglob("*")):
        if "templates" in path.parts and path.suffix in TEMPLATES:
            with path.open("rb") as file:
                for line, _, found, _ in babel_extract(file, ("_", "gettext"), (), OPTIONS):
                    for sentence in [found] if isinstance(found, str) else found or ():
                        yield str(sentence), f"{name_of(path)}:{line}"


OPTIONS: dict[str, Any] = {"silent": "false", "encoding": "utf-8", "trim_blocks": "true"}


@cache
def sentences() -> dict[str, str]:
    """msgid -> one place that says it."""
    return dict([*in_code(), *in_templates()])


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def entries() -> Iterator[tuple[Path, str, str]]:
    """File, msgid and Vietnamese of every entry."""
    for path in VIETNAMESE:
        for message in catalogue(path):
            if message.id:
                yield path, str(message.id), str(message.string)


def placeholders(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field is not None}


def test_code_and_catalogue_are_found() -> None:
    assert sentences()
    assert VIETNAMESE


def test_every_sentence_has_its_vietnamese() -> None:
    translated = {msgid for _, msgid, vietnamese in entries() if vietnamese}
    missing = {where: msgid for msgid, where in sentences().items() if msgid not in translated}
    assert not missing, "\n".join(f"{where}: {msgid}" for where, msgid in missing.items())


def test_nothing_is_translated_that_nobody_says() -> None:
    obsolete = [f"{p.name}: {msgid}" for p, msgid, _ in entries() if msgid not in sentences()]
    assert not obsolete + [f"{p.name}: {m}" for p in VIETNAMESE for m in catalogue(p).obsolete]


def test_translations_keep_the_placeholders() -> None:
    broken = [
        f"{path.name}: {msgid} -> {vietnamese}"
        for path, msgid, vietnamese in entries()
        if vietnamese and placeholders(msgid) != placeholders(vietnamese)
    ]
    assert not broken


def test_no_translation_is_a_guess() -> None:
    guesses = [f"{p.name}: {m.id}" for p in VIETNAMESE for m in catalogue(p) if m.id and m.fuzzy]
    assert not guesses


def test_one_sentence_has_one_translation() -> None:
    spoken: dict[str, set[str]] = {}
    for _, msgid, vietnamese in entries():
        spoken.setdefault(msgid, set()).add(vietnamese)
    assert not {msgid: both for msgid, both in spoken.items() if len(both) > 1}


def test_one_sentence_stands_once_in_a_file() -> None:
    for path in VIETNAMESE:
        blocks = re.findall(r'^msgid ((?:".*"\n)+)', path.read_text("utf-8"), re.MULTILINE)
        said = Counter(re.sub(r'"\n"', "", block) for block in blocks)
        assert not {msgid for msgid, times in said.items() if times > 1}, path.name


def test_vietnamese_is_normalised() -> None:
    loose = [
        f"{path.name}: {vietnamese}"
        for path, _, vietnamese in entries()
        if not unicodedata.is_normalized("NFC", vietnamese) or "Ð" in vietnamese
    ]
    assert not loose


@pytest.mark.asvs(
    "1.3.10", "Every sentence is a literal; values are put into it, never the other way"
)
def test_only_literals_are_marked() -> None:
    """A sentence that is put together at run time can never be found in the catalogue."""
    computed = [
        f"{name_of(path)}:{call.lineno}"
        for path in python_files()
        if path.is_relative_to(PACKAGE)
        for call in marked_calls(path)
        if isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]
    assert not computed


@pytest.mark.parametrize(("sentence", "fields"), [("{a} of {b}", {"a", "b"}), ("none", set())])
def test_placeholders_are_read_as_format_reads_them(sentence: str, fields: set[str]) -> None:
    assert placeholders(sentence) == fields
