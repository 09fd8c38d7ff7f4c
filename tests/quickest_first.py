"""For `make mutants`: a module's own tests have the first word on its mutants, the quickest ahead, so that most die at once.

What lives has withstood its own tests and many others; it is not worth an hour of slow ones.
"""

from __future__ import annotations

import json
import os
from functools import cache
from itertools import accumulate
from pathlib import Path

import pytest

MEASURED = Path("mutmut-stats.json")
LONGEST = 5.0
"""No further test begins after so many seconds of tests, as mutmut has measured them."""
MOST = 150
"""Nor after so many tests."""


def pytest_configure(config: pytest.Config) -> None:
    """Sorts the tests that mutmut names and cuts off the end; mutmut starts pytest in the folder that holds its measurements."""
    if MEASURED.exists() and not config.option.collectonly:
        seconds = measured()
        own = f"test_{module_under_test()}.py"
        tests = sorted(config.args, key=lambda name: (own not in name, seconds.get(name, 0.0)))
        spent = accumulate((seconds.get(name, 0.0) for name in tests), initial=0.0)
        within = [name for name, before in zip(tests, spent, strict=False) if before < LONGEST]
        config.args[:] = within[:MOST]


@cache
def measured() -> dict[str, float]:
    """Seconds by test; read once, in the process that all others come from."""
    return dict(json.loads(MEASURED.read_text("utf-8"))["duration_by_test"])


def module_under_test() -> str:
    """The module whose mutant mutmut tries now: the last but one part of its name."""
    return ".".join(os.environ.get("MUTANT_UNDER_TEST", "").split(".")[:-1]).rpartition(".")[2]
