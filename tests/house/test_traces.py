"""No file says on which machine it was written or where its packages came from."""

from __future__ import annotations

import re

import pytest

from tests.house.source import name_of, project_files

HOSTS = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com")]
HOSTS += [("yarnpkg", "com"), ("debian", "org/debian"), ("proxy.golang", "org")]
FOLDERS = ["work", "root", "opt/pypi", "opt/wheels", "home/runner"]
SIGNS = [".".join(host) for host in HOSTS] + [f"/{folder}/" for folder in FOLDERS]
TRACES = re.compile(
    "|".join([rf"\b{re.escape('.'.join(host))}\b" for host in HOSTS])
    + "|"
    + "|".join([rf"(?<![\w.:>}}/-])/{folder}/" for folder in FOLDERS])
)


def traces(text: str) -> list[str]:
    """What names a registry or a folder; the quick look first spares most files the slow one."""
    if not any(sign in text for sign in SIGNS):
        return []
    return [match.group() for match in TRACES.finditer(text)]


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    found = [
        f"{name_of(path)}: {trace}"
        for path in project_files()
        for trace in traces(path.read_text("utf-8", errors="ignore"))
    ]
    assert not found


@pytest.mark.parametrize(
    ("text", "is_trace"),
    [
        ("https://" + "pypi" + ".org/simple", True),
        ("cd /" + "work/main", True),
        ("see docs/work/plan.md and https://example.test/work/1", False),
    ],
)
def test_a_trace_is_told_from_a_word(text: str, is_trace: bool) -> None:
    assert bool(traces(text)) is is_trace
