"""What holds for every test: which are slow, how many examples, and that no language is assumed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.memory import roomy

SLOW_FOLDERS = {"crash"}

SHARED_FOLDERS = {"benchmarks", "browser", "plugin", "systemd", "wordpress"}
"""The tests of such a folder share what is dear to start or to run twice: one worker runs them, beside the other long tests."""

settings.register_profile(
    "quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=300)
settings.register_profile(
    "mutants", settings.get_profile("quick"), max_examples=10, derandomize=True
)
settings.load_profile("quick")


def pytest_configure() -> None:
    """Make temporary folders in memory, and hear Ctrl-C.

    The latter also when a shell started the tests in the background: what they start inherits it.
    """
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(roomy()))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of a folder by what it needs, so that nobody has to remember the marks."""
    here = Path(__file__).parent
    for item in items:
        folder = item.path.relative_to(here).parts[0] if item.path.is_relative_to(here) else ""
        if folder in SLOW_FOLDERS | SHARED_FOLDERS or item.get_closest_marker("alone"):
            item.add_marker(pytest.mark.slow)
        if folder in SHARED_FOLDERS:
            item.add_marker(pytest.mark.xdist_group(folder))
        if "postgresql_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("postgresql"))


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees no proxy, no colour and no setting of the machine that it runs on."""
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "FORCE_COLOR",
        "OUTREACH_CONFIG",
        "OUTREACH_LANGUAGE",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LANG", "C.UTF-8")
