"""What no line of the program does, whatever it is given."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, modules, name_of, tree
from tests.house.test_requirements import pins

CRYPTOGRAPHY = {"cryptography", "hashlib", "hmac", "secrets", "ssl", "standardwebhooks", "argon2"}
OTHER_CRYPTOGRAPHY = {"Crypto", "Cryptodome", "nacl", "ecdsa", "jwt", "rsa", "crypt", "passlib"}
EXECUTION = {"eval", "exec", "compile", "__import__"}
BUILDERS_OF_OBJECTS = {"pickle", "marshal", "shelve", "dill", "jsonpickle"}
BETWEEN_OUR_OWN = {"outreach/dispatch/sync_process.py", "outreach/dispatch/sync_worker.py"}
"""Both ends of one pipe between two processes of ours; nothing that came in passes it as it came."""

CHANCE_IS_HARMLESS = (
    "outreach/rehearsal/",
    "outreach/sandbox/",
    "outreach/bootstrap/rehearsals.py",
)


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def imported(path: Path) -> set[str]:
    """The top names of what a module imports, wherever in it."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def who_imports(names: set[str]) -> set[str]:
    return {name_of(path) for path in modules() if imported(path) & names}


def called(call: ast.Call) -> str:
    return ast.unparse(call.func)


@pytest.mark.asvs("1.3.2", "No module calls eval, exec or the like.")
def test_nothing_is_executed() -> None:
    found = {
        name_of(path) for path in modules() for call in calls(path) if called(call) in EXECUTION
    }
    assert not found


@pytest.mark.asvs("1.2.5", "Programs are started by a list of words, never by a shell.")
def test_no_shell_is_started() -> None:
    for path in modules():
        for call in calls(path):
            name = called(call)
            assert name not in {"os.system", "os.popen", "subprocess.getoutput"}, name_of(path)
            assert not any(word.arg == "shell" for word in call.keywords), name_of(path)
            if name in {"subprocess.run", "subprocess.Popen"}:
                assert not isinstance(call.args[0], ast.Constant | ast.JoinedStr), name_of(path)


@pytest.mark.asvs("1.2.4", "SQL is written out in the code; values go beside it as parameters.")
def test_no_statement_is_made_of_values() -> None:
    store = [path for path in modules() if path.is_relative_to(PACKAGE / "store")]
    found = {
        words for path in store for statement in statements(path) for words in filled(statement)
    }
    assert found == WORDS_OF_OUR_OWN


WORDS_OF_OUR_OWN = {
    *("' UNION ALL '.join(arms)", "columns", "lock", "place", "state.value", "table"),
    *("BUSY_SECONDS * 1000", "CACHE_KILOBYTES", "_LOCK"),
}
"""What statements are put together of: names of our tables and columns, members of an enum, counted places and constants."""


def statements(path: Path) -> Iterator[ast.JoinedStr]:
    """Every f-string that holds SQL."""
    verbs = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|DROP|ALTER|WHERE) ")
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr) and verbs.search(ast.unparse(node)):
            yield node


def filled(statement: ast.JoinedStr) -> list[str]:
    return [
        ast.unparse(one.value) for one in statement.values if isinstance(one, ast.FormattedValue)
    ]


@pytest.mark.asvs("1.2.9", "Patterns are constants; what is put into one is a number or escaped.")
def test_patterns_are_constants() -> None:
    found = set()
    for path in modules():
        for call in calls(path):
            if called(call) in PATTERNS:
                for node in ast.walk(call.args[0]):
                    if isinstance(node, ast.JoinedStr):
                        found |= {f"{name_of(path)} {words}" for words in filled(node)}
    assert {words for words in found if "re.escape(" not in words} == CONSTANTS


CONSTANTS = {
    "outreach/cli/year_copy.py year",
    "outreach/domain/recurrence.py '|'.join(DAYS)",
    "outreach/settings/veil.py _NAMES",
}
"""Patterns with a number or a constant in them."""

PATTERNS = {
    f"{library}.{call}"
    for library in ("re", "regex")
    for call in ("compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer")
}


@pytest.mark.asvs("1.5.1", "No module reads XML but through openpyxl and python-docx")
def test_no_xml_is_read_by_ourselves() -> None:
    assert not who_imports({"lxml", "xmltodict", "bs4"})
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xml"):
                assert node.module == "xml.sax.saxutils", name_of(path)


@pytest.mark.asvs("1.5.2", "Only two processes of ours build objects from what they are sent.")
def test_no_objects_are_built_from_outside() -> None:
    assert who_imports(BUILDERS_OF_OBJECTS) == BETWEEN_OUR_OWN
    unsafe = {"yaml.load", "yaml.unsafe_load", "yaml.full_load"}
    assert not [
        name_of(path) for path in modules() for call in calls(path) if called(call) in unsafe
    ]


@pytest.mark.asvs(
    "11.2.1", "Cryptography comes from Python, cryptography and Standard Webhooks only."
)
@pytest.mark.asvs("11.3.1", "No module names a block mode but GCM.")
@pytest.mark.asvs("11.3.2", "No module names a cipher but AES-GCM.")
def test_cryptography_is_of_proven_libraries() -> None:
    assert not who_imports(OTHER_CRYPTOGRAPHY)
    taken = {
        alias.name
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography")
        for alias in node.names
    }
    of_the_phone, of_the_links = {"SHA1", "TOTP"}, {"HKDF", "SHA256"}
    ours = {"AESGCM", "Argon2id", "InvalidKey", "InvalidTag"}
    assert taken == ours | of_the_phone | of_the_links


@pytest.mark.asvs(
    "11.4.1",
    "No module uses a hash function but SHA-256; only codes of the phone are HMAC-SHA-1, as RFC 6238 has it.",
)
@pytest.mark.asvs("11.4.3", "Whatever proves something is a SHA-256.")
def test_hashes_are_sha_256() -> None:
    used = {
        node.attr
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib"
    }
    assert used == {"sha256"}


@pytest.mark.asvs(
    "11.5.1", "Chance that is no secret's serves rehearsals and pauses between tries only."
)
def test_secrets_are_not_left_to_chance() -> None:
    found = {name for name in who_imports({"random"}) if not name.startswith(CHANCE_IS_HARMLESS)}
    assert found == {"outreach/dispatch/dispatcher.py"}
    drawn = {called(call) for call in calls(PACKAGE / "dispatch" / "dispatcher.py")}
    assert {name for name in drawn if name.startswith("random.")} <= {"random.random"}


@pytest.mark.asvs(
    "15.2.3", "The package holds no test; tools of tests are not among what is installed to run."
)
def test_only_what_is_needed_is_installed() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["packages"] == ["outreach"]
    tools = {"pytest", "hypothesis", "coverage", "mypy", "ruff", "playwright", "mutmut"}
    assert not tools & set(pins(ROOT / "requirements" / "run.txt"))


@pytest.mark.asvs("13.4.2", "No server and no loop is started with its debug mode.")
def test_nothing_runs_in_debug_mode() -> None:
    for path in modules():
        for call in calls(path):
            assert not any(word.arg == "debug" for word in call.keywords), (
                f"{name_of(path)}:{call.lineno}"
            )


def test_the_search_sees_the_whole_package() -> None:
    assert len(modules()) > 200
    assert sys.stdlib_module_names >= BUILDERS_OF_OBJECTS - {"dill", "jsonpickle"}
