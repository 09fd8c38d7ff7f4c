"""`make` alone tells a newcomer what can be done."""

from __future__ import annotations

import subprocess

from tests.house.source import ROOT


def test_make_alone_prints_every_chore() -> None:
    command = ["make", "--no-print-directory", "-C", str(ROOT)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    chores = {line.split()[1] for line in printed.splitlines()}
    assert chores == {
        "help",
        "demo",
        "test",
        "check",
        "bench",
        "soak",
        "mutants",
        "screenshots",
        "sbom",
        "run",
        "clean",
    }
