"""A real network whose link is cut: before the call nothing was sent, in the middle of it nobody knows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.house.source import ROOT

OWN_NETWORK = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "-r", "--net"]


def own_network() -> bool:
    """Whether a process may have a network of its own here."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return False
    return (
        subprocess.run([*OWN_NETWORK, "ip", "link"], capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.slow
@pytest.mark.fault(
    21, "the link of a network of its own is set down, before and in the middle of a call"
)
def test_a_link_that_is_cut() -> None:
    if not own_network():
        pytest.skip("no process may have a network of its own here")
    command = [*OWN_NETWORK, sys.executable, "-m", "tests.faults.cut_network"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["RetryAt", "UnknownOutcome", "1"]
