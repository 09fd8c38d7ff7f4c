"""The unit file is one that systemd itself accepts, and it promises what the service does."""

from __future__ import annotations

import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from outreach.settings import Engine
from tests.house.source import ROOT

UNIT = ROOT / "packaging" / "outreach.service"
HARMLESS = ("man ", "Failed to open /dev/tty", "SO_PASSCRED")
"""What `systemd-analyze verify` says of a machine without manual pages, not of the unit."""


class Keys(RawConfigParser):
    """A unit file: keys may repeat and keep their case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.fixture(scope="module")
def service() -> dict[str, str]:
    parser = Keys(strict=False)
    parser.read_string(UNIT.read_text("utf-8"))
    return dict(parser["Service"])


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed here"
)
def test_systemd_accepts_it(tmp_path: Path) -> None:
    program = tmp_path / "outreach"
    program.write_text("#!/bin/sh\n", "ascii")
    program.chmod(0o755)
    unit = tmp_path / "outreach.service"
    text = UNIT.read_text("utf-8").replace("/opt/outreach/.venv/bin/outreach", str(program))
    unit.write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if not any(h in line for h in HARMLESS)]
    ours = [line for line in said if "outreach" in line]
    assert not ours, done.stderr


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed here"
)
def test_systemd_would_refuse_a_broken_one(tmp_path: Path) -> None:
    unit = tmp_path / "outreach.service"
    unit.write_text("[Service]\nType=notify\nProtectSystm=strict\nExecStart=relative\n", "ascii")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ProtectSystm" in done.stderr


def test_a_stop_leaves_the_service_its_own_time(service: dict[str, str]) -> None:
    assert seconds(service["TimeoutStopSec"]) > Engine().drain.total_seconds()


def test_the_watchdog_is_slower_than_a_sign_of_life(service: dict[str, str]) -> None:
    assert seconds(service["WatchdogSec"]) >= 10


def test_a_reload_is_the_signal_that_the_service_knows(service: dict[str, str]) -> None:
    assert service["ExecReload"].split() == ["/bin/kill", "-HUP", "$MAINPID"]


def seconds(span: str) -> float:
    """`45s` as a number."""
    return float(span.removesuffix("s"))
