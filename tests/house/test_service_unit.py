"""The systemd unit keeps the service in a small, closed room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable

import pytest

from tests.house.source import ROOT

UNIT = ROOT / "packaging" / "outreach.service"
EXPOSURE_BELOW_2 = "--threshold=19"  # tenths; systemd fails above it


def long_unless_installed(test: Callable[[], None]) -> Callable[[], None]:
    """`make test` installs systemd before the slow tests; `make check` installs nothing."""
    return test if shutil.which("systemd-analyze") else pytest.mark.slow(test)


@pytest.mark.asvs("13.2.2", "The unit file closes everything else")
@long_unless_installed
def test_exposure_is_under_two() -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", EXPOSURE_BELOW_2]
    done = subprocess.run([*command, str(UNIT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Overall exposure level" in done.stdout


def test_it_asks_for_readiness_and_watchdog() -> None:
    lines = UNIT.read_text("utf-8").splitlines()
    assert "Type=notify" in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)
    assert "DynamicUser=yes" in lines
    assert "Restart=on-failure" in lines
