"""For `make mutants`: the quickest test that meets a mutant has the first word, so that most mutants die at once.

What lives has withstood the quick tests; it is not worth an hour of slow ones.
"""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path

import pytest

MEASURED = Path("mutmut-stats.json")
LONGEST = 8.0
"""No further test begins after so many seconds of tests, as mutmut has measured them."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sorts by the times that mutmut has measured and cuts off the end; mutmut starts pytest in the folder that holds them."""
    if MEASURED.exists() and not config.option.collectonly:
        seconds = json.loads(MEASURED.read_text("utf-8"))["duration_by_test"]
        items.sort(key=lambda item: seconds.get(item.nodeid, 0.0))
        spent = accumulate((seconds.get(item.nodeid, 0.0) for item in items), initial=0.0)
        items[:] = [item for item, before in zip(items, spent, strict=False) if before < LONGEST]
