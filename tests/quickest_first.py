"""For `make mutants`: the quickest test that meets a mutant has the first word, so that most mutants die at once.

What lives has withstood the quick tests; it is not worth an hour of slow ones.
"""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path

import pytest

MEASURED = Path("mutmut-stats.json")
LONGEST = 5.0
"""No further test begins after so many seconds of tests, as mutmut has measured them."""


def pytest_configure(config: pytest.Config) -> None:
    """Sorts the tests that mutmut names by the times that it has measured, and cuts off the end; it starts pytest beside them."""
    if MEASURED.exists() and not config.option.collectonly:
        seconds = json.loads(MEASURED.read_text("utf-8"))["duration_by_test"]
        tests = sorted(config.args, key=lambda name: seconds.get(name, 0.0))
        spent = accumulate((seconds.get(name, 0.0) for name in tests), initial=0.0)
        config.args[:] = [
            name for name, before in zip(tests, spent, strict=False) if before < LONGEST
        ]
